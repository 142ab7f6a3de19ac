"""What one letter of the outbox does at Telegram, and what counts as done.

Alone because each kind has its own way to have succeeded: an edit that changes nothing, a message
that is gone already, formatting that cannot be read and goes as plain text.

May import: core, store.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from migrations.database import Door
from piggybot.chat import refusals
from piggybot.chat.border import (
    Gone,
    Letter,
    NoText,
    Rejected,
    TooEarly,
    Unchanged,
    Unparsable,
    Wire,
    bare,
    tied,
)
from piggybot.core.mail import File
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
            "photo": self._photo,
            "document": self._document,
            "edit": self._edit,
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
            file = File("message.txt", bare(letter.text).encode())
            caption = Letter(refusals.TOO_LONG, letter.buttons, letter.reply_to)
            return await self._wire.document(chat_id, file, caption)
        try:
            return await self._wire.send(chat_id, letter)
        except Unparsable:
            return await self._wire.send(chat_id, letter.plain())

    async def _photo(self, row: Outgoing) -> int:
        return await self._picture(row.chat_id, await self._file(row), _letter(row))

    async def _picture(self, chat_id: int, picture: File, letter: Letter) -> int:
        """A picture that Telegram does not take comes as a file: its words are not lost."""
        try:
            return await self._captioned(
                chat_id, partial(self._wire.photo, chat_id, picture), letter
            )
        except Rejected:
            send = partial(self._wire.document, chat_id, picture)
            return await self._captioned(chat_id, send, letter)

    async def _document(self, row: Outgoing) -> int:
        send = partial(self._wire.document, row.chat_id, await self._file(row))
        return await self._captioned(row.chat_id, send, _letter(row))

    async def _captioned(
        self, chat_id: int, send: Callable[[Letter], Awaitable[int]], letter: Letter
    ) -> int:
        """A file with its words below it; words that are too long for that come after it."""
        if letter.too_long_for_caption:
            await send(Letter("", reply_to=letter.reply_to))
            return await self._send(chat_id, letter)
        try:
            return await send(letter)
        except Unparsable:
            return await send(letter.plain())

    async def _file(self, row: Outgoing) -> File:
        file = await self._door(self._store.outbox.file, row.id)
        if file is None:
            raise Rejected("its file is gone")
        return file

    async def _edit(self, row: Outgoing) -> int:
        """Change what an earlier letter shows; where that cannot be, say it anew."""
        letter, message_id = _letter(row), await self._edited_message(row)
        picture = await self._door(self._store.outbox.file, row.id)
        if message_id is not None and await self._edited(row.chat_id, message_id, letter, picture):
            return message_id
        if picture is not None:
            return await self._picture(row.chat_id, picture, letter)
        return await self._send(row.chat_id, letter)

    async def _edited_message(self, row: Outgoing) -> int | None:
        if row.edits is None:
            return int(row.body["message_id"])
        earlier = await self._door(self._store.outbox.earlier, row.edits)
        if earlier is None:
            return None
        if earlier.waits:
            raise TooEarly("what it edits has not gone yet")
        return earlier.message_id

    async def _edited(
        self, chat_id: int, message_id: int, letter: Letter, picture: File | None = None
    ) -> bool:
        """False where the message is not there any more, or cannot hold these words."""
        try:
            if picture is not None:
                return await self._repainted(chat_id, message_id, letter, picture)
            return await self._changed(letter, partial(self._wire.edit, chat_id, message_id))
        except NoText:
            if letter.too_long_for_caption:
                return False
            edit = partial(self._wire.edit_caption, chat_id, message_id)
            return await self._changed(letter, edit)

    async def _repainted(
        self, chat_id: int, message_id: int, letter: Letter, picture: File
    ) -> bool:
        if letter.too_long_for_caption:
            return False
        edit = partial(self._wire.edit_photo, chat_id, message_id, picture)
        return await self._changed(letter, edit)

    @staticmethod
    async def _changed(letter: Letter, edit: Callable[[Letter], Awaitable[None]]) -> bool:
        if letter.too_long:
            return False
        try:
            await edit(letter)
        except Unchanged:
            return True
        except Gone:
            return False
        except Unparsable:
            await edit(letter.plain())
        return True

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
    return Letter(tied(str(body.get("text", ""))), body.get("buttons", ()), row.reply_to)
