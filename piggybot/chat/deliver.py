"""What one letter of the outbox does at Telegram, and what counts as done.

Alone because each kind has its own way to have succeeded: an edit that changes nothing, a message
that is gone already, formatting that cannot be read and goes as plain text.

May import: store.
"""

import base64
from typing import Any

from migrations.database import Door
from piggybot.chat import refusals
from piggybot.chat.border import Gone, Letter, Rejected, Unchanged, Unparsable, Wire, bare
from piggybot.store import Outgoing, Store


class Delivery:
    """Delivers one row; the message id that it has now, or None. Raises WireError."""

    def __init__(self, store: Store, door: Door, wire: Wire) -> None:
        self._store = store
        self._door = door
        self._wire = wire

    async def __call__(self, row: Outgoing) -> int | None:
        kinds = {
            "text": self._text,
            "edit": self._edit,
            "document": self._document,
            "mode": self._mode,
            "delete": self._delete,
            "unbutton": self._unbutton,
        }
        if row.kind not in kinds:
            raise Rejected(f"no letter of kind {row.kind}")
        return await kinds[row.kind](row)

    async def _text(self, row: Outgoing) -> int:
        return await self._send(row.chat_id, _letter(row))

    async def _send(self, chat_id: int, letter: Letter) -> int:
        if letter.too_long:
            content = bare(letter.text).encode()
            caption = Letter(refusals.TOO_LONG, letter.buttons, letter.reply_to)
            return await self._wire.document(chat_id, "message.txt", content, caption)
        try:
            return await self._wire.send(chat_id, letter)
        except Unparsable:
            return await self._wire.send(chat_id, letter.plain())

    async def _edit(self, row: Outgoing) -> int:
        letter, message_id = _letter(row), int(row.body["message_id"])
        if await self._edited(row.chat_id, message_id, letter):
            return message_id
        return await self._send(row.chat_id, letter)

    async def _edited(self, chat_id: int, message_id: int, letter: Letter) -> bool:
        """False where the message is not there any more."""
        try:
            await self._wire.edit(chat_id, message_id, letter)
        except Unchanged:
            return True
        except Gone:
            return False
        except Unparsable:
            await self._wire.edit(chat_id, message_id, letter.plain())
        return True

    async def _document(self, row: Outgoing) -> int:
        content = base64.b64decode(row.body["content"])
        name, letter = str(row.body["name"]), _letter(row)
        try:
            return await self._wire.document(row.chat_id, name, content, letter)
        except Unparsable:
            return await self._wire.document(row.chat_id, name, content, letter.plain())

    async def _mode(self, row: Outgoing) -> int:
        """The pinned message: changed where it is, made anew where it was lost."""
        letter = _letter(row)
        person = await self._door(self._store.people.find, row.chat_id)
        pinned = None if person is None else person.pinned
        if pinned is not None and await self._edited(row.chat_id, pinned, letter):
            if row.tries:  # the try before may have ended between sending and pinning
                await self._wire.pin(row.chat_id, pinned)
            return pinned
        made = await self._send(row.chat_id, letter)
        await self._door(self._store.people.pin, row.chat_id, made)
        await self._wire.pin(row.chat_id, made)
        return made

    async def _delete(self, row: Outgoing) -> None:
        try:
            await self._wire.delete(row.chat_id, int(row.body["message_id"]))
        except Gone:
            return

    async def _unbutton(self, row: Outgoing) -> None:
        try:
            await self._wire.unbutton(row.chat_id, int(row.body["message_id"]))
        except (Gone, Unchanged):
            return


def _letter(row: Outgoing) -> Letter:
    body: Any = row.body
    return Letter(str(body.get("text", "")), body.get("buttons", ()), row.reply_to)
