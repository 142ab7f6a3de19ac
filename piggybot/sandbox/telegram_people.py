"""The people's side: who types, presses and reads, as plain Python.

Alone, because a person knows nothing of the Bot API: only chats, labels and words.

May import: nothing of ours.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict, Unpack

from piggybot.sandbox.telegram_chats import Chat, Chats, Json, Message, User
from piggybot.sandbox.telegram_html import commands_in, plain
from piggybot.sandbox.telegram_messages import MessageMethods, Query
from piggybot.sandbox.telegram_shown import Event, NoButton, Shown, not_seen
from piggybot.sandbox.telegram_updates import Updates

ANONYMOUS_ADMIN = 1087968824
OTHER_BOT: Json = {
    "id": 987654321,
    "is_bot": True,
    "first_name": "OtherBot",
    "username": "OtherBot",
}


class How(TypedDict, total=False):
    """The unusual ways to send a message; all default to no."""

    chat: int
    age: float
    forwarded: bool
    via_bot: bool
    sender_chat: bool
    reply_to: int
    random_id: str


@dataclass(frozen=True, slots=True)
class World:
    """What the people's side needs of the sandbox."""

    chats: Chats
    updates: Updates
    methods: MessageMethods


@dataclass(frozen=True, slots=True)
class _Press:
    message: Message
    button: Json


class Person:
    """One person with a phone; `id` is also the id of the private chat with the bot."""

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.id = user.id
        self.name = user.name
        self.mark = world.chats.seq
        self._world = world
        self._user = user
        self._chat = chat
        self._read = 0
        self._last: _Press | None = None
        self._sent: dict[str, int] = {}

    async def say(self, text: str, **how: Unpack[How]) -> int:
        """Send a message; return its id. `age` is how many seconds ago it was sent.

        The same `random_id` again is the same message, as with Telegram: nothing is sent twice.
        """
        chats, mark = self._world.chats, how.get("random_id", "")
        if mark and mark in self._sent:
            return self._sent[mark]
        self.mark = chats.seq
        chat = chats.chats[how["chat"]] if "chat" in how else self._chat
        chat.opened = True
        sent = chats.clock() - timedelta(seconds=how.get("age", 0.0))
        message = Message(chats.new_id(), chat, self._user, sent)
        _write(message, text)
        message.extra = self._marks(chat, how)
        message.reply_to = chats.find(chat.id, how.get("reply_to", 0))
        message.random_id = mark
        if mark:
            self._sent[mark] = message.id
        chats.post(message)
        payload = message.to_json()
        if "from" in message.extra:
            payload["from"] = message.extra["from"]
        self._world.updates.add("message", payload)
        return message.id

    async def edit(self, message_id: int, text: str) -> None:
        """Change one's own earlier message."""
        chats = self._world.chats
        self.mark = chats.seq
        message = chats.find(self.id, message_id)
        if message is None or message.sender is not self._user:
            raise LookupError(f"{self.name} has no message {message_id} to edit")
        _write(message, text)
        message.edited = chats.clock()
        message.edits += 1
        message.reworded = True
        chats.note("edit", message)
        self._world.updates.add("edited_message", message.to_json())

    async def press(
        self, label: str, *, chat: int | None = None, message_id: int | None = None
    ) -> str:
        """Press the newest visible button with that label, or the only one that contains it.

        `chat` is another person's chat, for a stranger's press. Returns the id of the press.
        """
        where = self.id if chat is None else chat
        return self._pressed(_find(self._world.chats, where, label, message_id))

    async def press_number(self, message_id: int, number: int) -> str:
        """Press a button of a message by its place in reading order, from 0."""
        message = self._world.chats.find(self.id, message_id)
        visible = [one for row in message.rows for one in row] if message else []
        if message is None or not 0 <= number < len(visible):
            raise NoButton(f"message {message_id} has no button {number}")
        return self._pressed(_Press(message, visible[number]))

    async def press_again(self, label: str | None = None, *, chat: int | None = None) -> str:
        """Press what was pressed last, or any button of the past, also one that is gone."""
        if label is None:
            if self._last is None:
                raise NoButton(f"{self.name} has not pressed anything yet")
            return self._pressed(self._last)
        for message in reversed(self._world.chats.ever(self.id if chat is None else chat)):
            for rows in reversed(message.keyboards):
                for button in (one for row in rows for one in row):
                    if label in button["text"]:
                        return self._pressed(_Press(message, button))
        raise NoButton(f"there never was a button {label!r}")

    def open(self) -> None:
        """Press Start without a word, so that the bot may write first."""
        self._chat.opened = True

    def block(self) -> None:
        """Block the bot: it gets 403 from now on."""
        self._user.blocked = True

    def unblock(self) -> None:
        self._user.blocked = False

    @property
    def messages(self) -> list[Shown]:
        """The whole private chat as it is now, with deleted ones marked as such."""
        return [one.shown() for one in self._world.chats.ever(self.id) if one.kind != "service"]

    @property
    def last(self) -> Shown:
        """The newest message of the bot that is still there."""
        return next(one for one in reversed(self.messages) if one.from_bot and not one.deleted)

    @property
    def pinned(self) -> list[Shown]:
        return [one for one in self.messages if one.pinned]

    @property
    def alerts(self) -> list[str]:
        """The texts that pressed buttons have answered over this chat."""
        return [one.text for one in self.events(0) if one.kind == "alert"]

    def read(self) -> list[Shown]:
        """The bot's messages that came since the last read, as they are now."""
        fresh = [one for one in self.messages if one.message_id > self._read and one.from_bot]
        self._read = max([self._read, *(one.message_id for one in fresh)])
        return [one for one in fresh if not one.deleted]

    def events(self, since: int) -> list[Event]:
        """What happened in the private chat after event number `since`."""
        return self._world.chats.since(self.id, since)

    def now(self) -> int:
        """Set the mark from which `expect` looks to this moment; return it."""
        self.mark = self._world.chats.seq
        return self.mark

    async def expect(self, text: str, timeout: float = 10.0, since: int | None = None) -> Shown:
        """Return the first message, new or edited since the mark, that contains `text`.

        The mark is set by each say, edit and press. Raises NotSeen after `timeout` seconds.
        """
        mark = self.mark if since is None else since
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while True:
            for event in self.events(mark):
                if event.by_bot and event.shown and text in event.shown.read:
                    return event.shown
            if loop.time() >= end:
                raise not_seen(text, self.events(mark))
            await self._world.chats.bell.wait(end - loop.time())

    def _marks(self, chat: Chat, how: How) -> Json:
        """The fields by which a bot can tell an unusual message."""
        extra: Json = {}
        if how.get("forwarded"):
            date = int(self._world.chats.clock().timestamp())
            origin = {"type": "user", "date": date, "sender_user": self._user.to_json()}
            extra["forward_origin"] = origin
        if how.get("via_bot"):
            extra["via_bot"] = OTHER_BOT
        if how.get("sender_chat"):
            extra["sender_chat"] = chat.to_json()
            if chat.type != "private":
                extra["from"] = User(ANONYMOUS_ADMIN, "GroupAnonymousBot", is_bot=True).to_json()
        return extra

    def _pressed(self, press: _Press) -> str:
        chats = self._world.chats
        self.mark = chats.seq
        self._last = press
        query = Query(str(secrets.randbits(63)), self.id, press.message.chat.id, chats.clock())
        self._world.methods.queries[query.id] = query
        payload = {
            "id": query.id,
            "from": self._user.to_json(),
            "message": press.message.to_json(),
            "chat_instance": str(press.message.chat.id),
            "data": press.button.get("callback_data", ""),
        }
        self._world.updates.add("callback_query", payload)
        return query.id


def channel_post(world: World, channel: Chat, text: str) -> int:
    """A post in a channel that the bot is in: it has no sender but the channel."""
    message = Message(world.chats.new_id(), channel, None, world.chats.clock())
    _write(message, text)
    message.extra = {"sender_chat": channel.to_json()}
    world.chats.post(message)
    world.updates.add("channel_post", message.to_json())
    return message.id


def _write(message: Message, text: str) -> None:
    clean = plain(text).text
    message.text, message.html, message.entities = clean, clean, commands_in(clean)


def _find(chats: Chats, chat_id: int, label: str, message_id: int | None) -> _Press:
    """The newest button that a person can see and call by this label."""
    messages = [one for one in chats.newest(chat_id) if message_id in (None, one.id) and one.rows]
    visible = [_Press(one, button) for one in messages for row in one.rows for button in row]
    exact = [one for one in visible if one.button["text"] == label]
    if exact:
        return exact[0]
    near = [one for one in visible if label in one.button["text"]]
    newest = [one for one in near if one.message is near[0].message]
    if len(newest) == 1:
        return newest[0]
    labels = [one.button["text"] for one in visible]
    problem = "several buttons contain" if newest else "no visible button is called"
    raise NoButton(f"{problem} {label!r}; visible, newest first: {labels}")
