"""Deletes messages that carried a secret, at once, and keeps at it where that did not work.

Alone because it begins at the door and ends in a handler's words: the person is told the truth.

May import: core, store.
"""

import asyncio

from piggybot.chat.ask import House
from piggybot.chat.border import Gone, Rejected, Wire, WireError
from piggybot.core.mail import WARNING, outgoing
from piggybot.store import Incoming


class Wipes:
    """One deletion a message, however often it is asked for."""

    def __init__(self, house: House, wire: Wire) -> None:
        self._house = house
        self._wire = wire
        self._tasks: dict[tuple[int, int], asyncio.Task[bool]] = {}

    def begin(self, chat_id: int, message_id: int) -> None:
        """Start deleting; nobody waits."""
        where = (chat_id, message_id)
        if where not in self._tasks:
            self._tasks[where] = asyncio.create_task(self._wipe(chat_id, message_id))

    async def outcome(self, row: Incoming) -> bool | None:
        """Whether the message is gone; None where it had nothing to hide."""
        if not row.body.get("wipe"):
            return None
        where = (row.chat_id, int(row.body["message_id"]))
        self.begin(*where)
        try:
            return await self._tasks[where]
        finally:
            self._tasks.pop(where, None)

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wipe(self, chat_id: int, message_id: int) -> bool:
        try:
            await self._wire.delete(chat_id, message_id)
        except Gone:
            return True
        except Rejected:
            return False
        except WireError:
            await self._try_later(chat_id, message_id)
            return False
        return True

    async def _try_later(self, chat_id: int, message_id: int) -> None:
        now = self._house.clock()
        row = outgoing(
            *(chat_id, {"message_id": message_id}, f"delete:{chat_id}:{message_id}", now),
            kind="delete",
            priority=WARNING,
        )
        await self._house.door(self._house.store.outbox.add, [row])
        self._house.notifier.wake()
