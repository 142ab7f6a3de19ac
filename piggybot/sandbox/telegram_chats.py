"""Telegram's memory: people, chats, messages, files, and the events that people see.

Alone, so that the bot's side and the people's side meet in one place. Everything is in memory;
nothing here awaits, so each change is whole when anybody looks.

May import: nothing of ours.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from piggybot.sandbox.telegram_files import File, sides
from piggybot.sandbox.telegram_shown import Attached, Bell, Event, Shown

Json = dict[str, Any]
Rows = list[list[Json]]
Clock = Callable[[], datetime]


@dataclass(slots=True)
class User:
    """A person, or the bot."""

    id: int
    name: str
    is_bot: bool = False
    blocked: bool = False

    def to_json(self) -> Json:
        plain: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.is_bot:
            plain["username"] = self.name
        return plain


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's), a group or a channel.

    The bot may write into a private chat only after the person has opened it.
    """

    id: int
    type: str
    title: str
    opened: bool = False

    def to_json(self) -> Json:
        name = "first_name" if self.type == "private" else "title"
        return {"id": self.id, "type": self.type, name: self.title}


@dataclass(slots=True)
class Message:
    """A message as it is now. `keyboards` is every keyboard it ever had, newest last."""

    id: int
    chat: Chat
    sender: User | None
    date: datetime
    text: str = ""
    html: str = ""
    entities: tuple[Json, ...] = ()
    kind: str = "text"
    file: File | None = None
    reply_to: "Message | None" = None
    extra: Json = field(default_factory=dict)
    keyboards: list[Rows] = field(default_factory=list)
    edited: datetime | None = None
    edits: int = 0
    reworded: bool = False
    pinned: bool = False
    deleted: bool = False
    taken: bool = False
    random_id: str = ""

    @property
    def rows(self) -> Rows:
        return self.keyboards[-1] if self.keyboards else []

    def shown(self) -> Shown:
        sender, file = self.sender, self.file
        return Shown(
            message_id=self.id,
            chat_id=self.chat.id,
            sender_id=sender.id if sender else self.chat.id,
            sender=sender.name if sender else self.chat.title,
            from_bot=bool(sender and sender.is_bot),
            date=self.date,
            kind=self.kind,
            text=self.text,
            html=self.html,
            buttons=tuple(tuple(str(one["text"]) for one in row) for row in self.rows),
            pinned=self.pinned,
            edits=self.edits,
            reworded=self.reworded,
            deleted=self.deleted,
            reply_to=self.reply_to.id if self.reply_to else None,
            document_name=file.name if file else None,
            document=file.data if file else None,
            entities=self.entities,
            taken=self.taken,
            random_id=self.random_id,
            file=Attached(file.id, len(file.data), file.width, file.height) if file else None,
        )

    def to_json(self) -> Json:
        plain: Json = {
            "message_id": self.id,
            "date": int(self.date.timestamp()),
            "chat": self.chat.to_json(),
            **self.extra,
            **self._content(),
        }
        if self.sender:
            plain["from"] = self.sender.to_json()
        if self.edited:
            plain["edit_date"] = int(self.edited.timestamp())
        if self.reply_to:
            plain["reply_to_message"] = self.reply_to.to_json()
        if self.rows:
            plain["reply_markup"] = {"inline_keyboard": self.rows}
        return plain

    def _content(self) -> Json:
        entities = [dict(one) for one in self.entities]
        if self.file is None:
            words: Json = {"text": self.text} if self.kind == "text" else {}
            return words | ({"entities": entities} if entities else {})
        content: Json = {"caption": self.text} if self.text else {}
        if entities:
            content["caption_entities"] = entities
        if self.kind == "photo":
            return content | {"photo": [self._picture(self.file)]}
        about = {"file_name": self.file.name, "mime_type": self.file.mime}
        return content | {"document": self.file.to_json() | about}

    @staticmethod
    def _picture(file: File) -> Json:
        return file.to_json() | {"width": file.width, "height": file.height}


class Chats:
    """All that Telegram knows, and the bell that rings when any of it changes."""

    def __init__(self, bot: User, clock: Clock, first_id: int = 1) -> None:
        self.bot = bot
        self.clock = clock
        self.bell = Bell()
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.events: list[Event] = []
        self._messages: dict[tuple[int, int], Message] = {}
        self._ids = count(first_id)
        self._file_ids = count(1)

    @property
    def seq(self) -> int:
        """The number of the newest event."""
        return len(self.events)

    def new_id(self) -> int:
        """The next message id; one sequence for all chats of a bot, as in private chats."""
        return next(self._ids)

    def find(self, chat_id: int, message_id: int) -> Message | None:
        """The message, unless it was deleted or never was."""
        message = self._messages.get((chat_id, message_id))
        return None if message is None or message.deleted else message

    def ever(self, chat_id: int) -> list[Message]:
        """All messages of a chat, oldest first, with the deleted ones."""
        return [one for (chat, _), one in self._messages.items() if chat == chat_id]

    def newest(self, chat_id: int) -> Iterator[Message]:
        """The messages of a chat that are still there, newest first."""
        return (one for one in reversed(self.ever(chat_id)) if not one.deleted)

    def keep(self, name: str, mime: str, data: bytes) -> File:
        """Store an uploaded file."""
        number = next(self._file_ids)
        file = File(f"file{number}", name, mime, data, *sides(data))
        self.files[file.id] = file
        return file

    def post(self, message: Message) -> Message:
        """A new message stands in its chat."""
        self._messages[(message.chat.id, message.id)] = message
        self.note("document" if message.file else "message", message)
        return message

    def note(self, kind: str, message: Message) -> None:
        """Something happened to a message; everybody who waits looks again."""
        self._add(kind, message.chat.id, message.shown(), "")

    def happened(self, kind: str, chat_id: int, text: str) -> None:
        """Something that leaves no message: a notice over the chat, a sign of typing."""
        self._add(kind, chat_id, None, text)

    def taken(self, update: Json) -> None:
        """The bot has confirmed an update; a message in it gets its second tick."""
        sent = update.get("message")
        message = sent and self.find(sent["chat"]["id"], sent["message_id"])
        if message and not message.taken:
            message.taken = True
            self.note("taken", message)

    def since(self, chat_id: int, seq: int) -> list[Event]:
        """The events of a chat after number `seq`, oldest first."""
        return [one for one in self.events[max(0, seq) :] if one.chat_id == chat_id]

    def _add(self, kind: str, chat_id: int, shown: Shown | None, text: str) -> None:
        self.events.append(Event(self.seq + 1, chat_id, kind, self.clock(), text, shown))
        self.bell.ring()


def pinned_in(messages: Iterable[Message]) -> Message | None:
    """The newest pinned message."""
    pinned = [one for one in messages if one.pinned and not one.deleted]
    return pinned[-1] if pinned else None
