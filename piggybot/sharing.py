"""Answers that many want at once: asked for once, and kept for a moment.

Alone because thousands of runs, the clock and the chat ask the proxy the same things, and each must
get the one answer, or the one refusal.

May import: ports.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from piggybot.ports import Clock

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
REFUSED_FOR = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Value]):
    at: datetime
    task: "asyncio.Task[Value]"

    def serves(self, now: datetime, life: timedelta) -> bool:
        if not self.task.done():
            return True
        failed = self.task.cancelled() or self.task.exception() is not None
        return timedelta(0) <= now - self.at < (min(life, REFUSED_FOR) if failed else life)


class Shared(Generic[Key, Value]):
    """At most `most` answers, each for `life` since it was asked for; a refusal for 2 s at most."""

    def __init__(self, clock: Clock, life: timedelta, most: int) -> None:
        self._clock = clock
        self._life = life
        self._most = most
        self._asked: OrderedDict[Key, _Asked[Value]] = OrderedDict()

    async def get(self, key: Key, ask: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The answer. A caller that gives up does not end the question for the others."""
        now = self._clock()
        known = self._asked.get(key)
        if known is None or not known.serves(now, self._life):
            known = _Asked(now, asyncio.get_running_loop().create_task(ask(), context=Context()))
            self._asked[key] = known
            self._asked.move_to_end(key)
            self._tidy()
        if known.task.done():
            return known.task.result()
        return await asyncio.shield(known.task)

    async def close(self) -> None:
        """End what is still being asked."""
        tasks = [one.task for one in self._asked.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tidy(self) -> None:
        """Let the oldest go that are answered."""
        now, gone = self._clock(), list[Key]()
        for key, one in self._asked.items():
            if one.serves(now, self._life) and len(self._asked) - len(gone) <= self._most:
                break
            if one.task.done():
                gone.append(key)
        for key in gone:
            del self._asked[key]
