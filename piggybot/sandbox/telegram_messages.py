"""The Bot API's methods about messages: send, edit, delete, pin, answer a press.

Alone, because these are the calls that people see; what a text or a keyboard may be is checked in
`telegram_text`, and pictures and documents are in `telegram_media`.

May import: nothing of ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from piggybot.sandbox.telegram_chats import Chat, Chats, Json, Message, Rows, pinned_in
from piggybot.sandbox.telegram_errors import bad, blocked, not_modified, query_too_old
from piggybot.sandbox.telegram_files import File
from piggybot.sandbox.telegram_html import Marked
from piggybot.sandbox.telegram_text import check_text, keyboard, marked_text
from piggybot.sandbox.telegram_updates import Updates
from piggybot.sandbox.telegram_wire import Params

LONGEST_ALERT = 200
DELETABLE = timedelta(hours=48)

Method = Callable[[Params], Any]


@dataclass(slots=True)
class Query:
    """A press that waits for its answer."""

    id: str
    person_id: int
    chat_id: int
    pressed: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message that the bot has deleted."""

    chat_id: int
    message_id: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered to a press."""

    query_id: str
    person_id: int
    text: str
    alert: bool
    at: datetime


class MessageMethods:
    """Each method takes the parameters of a call and returns its `result`."""

    def __init__(self, chats: Chats, updates: Updates) -> None:
        self.queries: dict[str, Query] = {}
        self.query_life = timedelta(seconds=15)
        self.deletions: list[Deletion] = []
        self.answers: list[Answer] = []
        self._chats = chats
        self._updates = updates

    def table(self) -> dict[str, Method]:
        """The methods by their lower-case names."""
        return {
            "sendmessage": self.send_message,
            "editmessagetext": self.edit_text,
            "editmessagereplymarkup": self.edit_markup,
            "deletemessage": self.delete,
            "pinchatmessage": self.pin,
            "unpinchatmessage": self.unpin,
            "unpinallchatmessages": self.unpin_all,
            "answercallbackquery": self.answer_query,
        }

    def chat(self, params: Params) -> Chat:
        """The chat that the bot may write to; otherwise Telegram's refusal."""
        if not params.text("chat_id"):
            raise bad("chat_id is empty")
        chat = self._chats.chats.get(params.integer("chat_id"))
        if chat is None or not chat.opened:
            raise bad("chat not found")
        person = self._chats.users.get(chat.id)
        if person is not None and person.blocked:
            raise blocked()
        return chat

    def send_message(self, params: Params) -> Json:
        chat = self.chat(params)
        marked = marked_text(params, "text")
        check_text(marked)
        return self.post(chat, params, marked, None)

    def edit_text(self, params: Params) -> Json:
        message = self.own(params)
        if message.file is not None:
            raise bad("there is no text in the message to edit")
        marked = marked_text(params, "text")
        check_text(marked)
        return self.edit(message, params, marked, params.text("text"))

    def edit_markup(self, params: Params) -> Json:
        message = self.own(params)
        marked = Marked(message.text, message.entities)
        return self.edit(message, params, marked, message.html)

    def delete(self, params: Params) -> bool:
        chat = self.chat(params)
        message = self._chats.find(chat.id, params.integer("message_id"))
        if message is None:
            raise bad("message to delete not found")
        now = self._chats.clock()
        if now - message.date > DELETABLE:
            raise bad("message can't be deleted for everyone")
        if chat.type != "private" and message.sender is not self._chats.bot:
            raise bad("message can't be deleted")
        message.deleted = True
        message.pinned = False
        self.deletions.append(Deletion(chat.id, message.id, message.text, now))
        self._chats.note("delete", message)
        return True

    def pin(self, params: Params) -> bool:
        chat = self.chat(params)
        message = self._chats.find(chat.id, params.integer("message_id"))
        if message is None:
            raise bad("message to pin not found")
        if message.pinned:
            return True
        message.pinned = True
        self._chats.note("pin", message)
        notice = Message(self._chats.new_id(), chat, self._chats.bot, self._chats.clock())
        notice.kind = "service"
        notice.extra = {"pinned_message": message.to_json()}
        self._chats.post(notice)
        self._updates.add("message", notice.to_json())
        return True

    def unpin(self, params: Params) -> bool:
        chat = self.chat(params)
        message = pinned_in(self._chats.ever(chat.id))
        if "message_id" in params.values:
            message = self._chats.find(chat.id, params.integer("message_id"))
        if message is None or not message.pinned:
            raise bad("message to unpin not found")
        self._unpin(message)
        return True

    def unpin_all(self, params: Params) -> bool:
        for message in self._chats.ever(self.chat(params).id):
            if message.pinned:
                self._unpin(message)
        return True

    def answer_query(self, params: Params) -> bool:
        text = params.text("text")
        if len(text) > LONGEST_ALERT:
            raise bad("MESSAGE_TOO_LONG")
        query = self.queries.get(params.text("callback_query_id"))
        now = self._chats.clock()
        if query is None or now - query.pressed > self.query_life:
            raise query_too_old()
        loud = params.truth("show_alert")
        self.answers.append(Answer(query.id, query.person_id, text, loud, now))
        self._chats.happened("answer", query.chat_id, query.id)
        if text:
            self._chats.happened("alert", query.chat_id, text)
        return True

    def _unpin(self, message: Message) -> None:
        message.pinned = False
        self._chats.note("unpin", message)

    def own(self, params: Params) -> Message:
        """The message to edit, if it is there and the bot's own."""
        chat = self.chat(params)
        message = self._chats.find(chat.id, params.integer("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if message.sender is not self._chats.bot or message.kind == "service":
            raise bad("message can't be edited")
        return message

    def edit(self, message: Message, params: Params, marked: Marked, html: str) -> Json:
        """Change a message's words and keyboard; refused where both are what they were."""
        rows = keyboard(params)
        same_text = (message.text, message.entities) == (marked.text, marked.entities)
        if same_text and message.rows == rows:
            raise not_modified()
        return self.change(message, rows, marked, html)

    def change(self, message: Message, rows: Rows, marked: Marked, html: str) -> Json:
        """Change them, whatever they were; people see that words were edited, not buttons."""
        before = (message.text, message.entities)
        message.reworded = message.reworded or before != (marked.text, marked.entities)
        message.text, message.entities, message.html = marked.text, marked.entities, html
        if message.rows != rows:
            message.keyboards.append(rows)
        message.edited = self._chats.clock()
        message.edits += 1
        self._chats.note("edit", message)
        return message.to_json()

    def post(
        self, chat: Chat, params: Params, marked: Marked, file: tuple[str, File] | None
    ) -> Json:
        """A new message of the bot; `file` with its kind."""
        rows = keyboard(params)
        replied = self._replied(chat, params)
        message = Message(self._chats.new_id(), chat, self._chats.bot, self._chats.clock())
        message.text, message.entities = marked.text, marked.entities
        message.html = params.text("caption" if file else "text")
        if file:
            message.kind, message.file = file
        message.reply_to = replied
        if rows:
            message.keyboards.append(rows)
        return self._chats.post(message).to_json()

    def _replied(self, chat: Chat, params: Params) -> Message | None:
        wanted = params.decoded("reply_parameters") or {
            "message_id": params.integer("reply_to_message_id"),
            "allow_sending_without_reply": params.truth("allow_sending_without_reply"),
        }
        if not wanted.get("message_id"):
            return None
        message = self._chats.find(chat.id, int(wanted["message_id"]))
        if message is None and not wanted.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return message
