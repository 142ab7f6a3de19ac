"""Answers that are under way or were given, so that thousands who ask the same wait for one.

May import: nothing of ours.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """The last `size` answers."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, asyncio.Future[T]] = OrderedDict()

    def find(self, key: Hashable) -> asyncio.Future[T] | None:
        """The answer, or the work for it; None where there is neither."""
        future = self._kept.get(key)
        if future is not None:
            self._kept.move_to_end(key)
        return future

    def keep(self, key: Hashable, future: asyncio.Future[T]) -> None:
        """The work for an answer is under way."""
        self._kept[key] = future
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def drop(self, key: Hashable, future: asyncio.Future[T]) -> None:
        """Forget this answer, unless another one has taken its place."""
        if self._kept.get(key) is future:
            del self._kept[key]
