"""Telegram's updates as arrivals: what matters of a message or a press, and what makes it odd.

Alone because what is let in is decided by these few fields, and nothing here is sent.

May import: nothing of ours.
"""

from datetime import UTC, datetime

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from piggybot.chat.border import Arrival

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arrival_of(update: Update) -> Arrival | None:
    """What matters of an update; None for kinds that nobody asked for, edits and channels too."""
    if update.callback_query is not None:
        return _pressed(update.callback_query)
    return None if update.message is None else _message(update.message)


def _message(message: Message) -> Arrival | None:
    sender = message.from_user
    if sender is None:
        return None
    return Arrival(
        chat_id=message.chat.id,
        person_id=sender.id,
        name=_clean(sender.first_name),
        message_id=message.message_id,
        sent_at=message.date,
        odd=_odd(message),
        text=_clean(message.text or ""),
    )


def _odd(message: Message) -> str:
    """What makes a message inadmissible, whoever sent it."""
    marks = {
        "not a private chat": message.chat.type != ChatType.PRIVATE,
        "edited": message.edit_date is not None,
        "forwarded": message.forward_origin is not None or bool(message.is_automatic_forward),
        "via a bot": message.via_bot is not None,
        "by a chat": message.sender_chat is not None,
        "by a bot": message.from_user is not None and message.from_user.is_bot,
        "by a business": message.business_connection_id is not None,
    }
    return next((name for name, true in marks.items() if true), "")


def _pressed(query: CallbackQuery) -> Arrival:
    shown = query.message
    private = shown is not None and shown.chat.type == ChatType.PRIVATE
    return Arrival(
        chat_id=query.from_user.id if shown is None else shown.chat.id,
        person_id=query.from_user.id,
        name=_clean(query.from_user.first_name),
        message_id=0 if shown is None else shown.message_id,
        sent_at=EPOCH if shown is None else shown.date,
        odd="" if private else "not a private chat",
        query_id=query.id,
        data=query.data or "",
    )


def _clean(text: str) -> str:
    """Without halves of letters and NULs, which no database and no answer can carry."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
