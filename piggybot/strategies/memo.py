"""Answers that are under way or were given, so that thousands who ask the same wait for one.

May import: nothing of ours.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """The last `size` answers. Whoever stops waiting leaves the answer to the others."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, asyncio.Future[T]] = OrderedDict()

    async def get(self, key: Hashable, begin: Callable[[], asyncio.Future[T]]) -> T:
        """The answer of that key; `begin` starts the work for it where nobody has yet."""
        future = self._kept.get(key)
        if future is None:
            future = self._kept[key] = begin()
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return future.result() if future.done() else await asyncio.shield(future)
