"""Calls that come while one is at the store wait, and then go there together.

Alone because it is what makes many commits one where many people ask at once, and changes nothing
where one does: who waits here has waited for the commit, as before.

May import: nothing of ours.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from migrations.database import Door

T = TypeVar("T")


class Together(Generic[T]):
    """`put` returns when `method` has taken the item, alone or with others; or raises its error."""

    def __init__(self, door: Door, method: Callable[[Sequence[T]], object]) -> None:
        self._door = door
        self._method = method
        self._waiting: list[T] = []
        self._next: asyncio.Task[None] | None = None
        self._now: asyncio.Task[None] | None = None

    async def put(self, item: T) -> None:
        self._waiting.append(item)
        if self._next is None:
            self._next = asyncio.create_task(self._go(self._now))
        # A caller that is cancelled does not take the others' commit with it.
        await asyncio.shield(self._next)

    async def close(self) -> None:
        """Return when all that was handed in is written, also what nobody waits for any more."""
        last = [task for task in (self._now, self._next) if task is not None]
        await asyncio.gather(*last, return_exceptions=True)

    async def _go(self, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        self._now, self._next = self._next, None
        items, self._waiting = self._waiting, []
        await self._door(self._method, items)
