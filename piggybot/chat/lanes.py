"""Serial lanes: what one chat sends is handled one by one, in order; /stop has a lane of its own.

Alone because order and overtaking are promises of their own: a key and its secret never swap, and
nothing that hangs holds up a stop. What takes minutes has a third lane, so that a sell behind it is
not too late.

May import: store.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from migrations.turns import URGENT
from piggybot.store import Incoming

Lane = tuple[int, str]
STOP, LONG, USUAL = "stop", "long", ""
LANES = {"stop": STOP, "backtest": LONG, "optimize": LONG}
Work = Callable[[Incoming], Awaitable[None]]


class Lanes:
    """Each lane is a task that lives while it has something to do."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._waiting: dict[Lane, deque[Incoming]] = {}
        self._running: dict[Lane, Incoming] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}

    def put(self, row: Incoming) -> None:
        """Queue a row in its lane."""
        lane = (row.chat_id, LANES.get(str(row.body.get("command")), USUAL))
        self._waiting.setdefault(lane, deque()).append(row)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._drain(lane))

    def has_secret(self, chat_id: int) -> bool:
        """Whether a secret of this chat is still being handled."""
        lane = (chat_id, USUAL)
        rows = [*self._waiting.get(lane, ()), *filter(None, [self._running.get(lane)])]
        return any(row.body.get("secrets") for row in rows)

    async def quiet(self, chat_id: int, seconds: float) -> None:
        """Return when nothing of this chat is being handled, or after so long."""
        task = self._tasks.get((chat_id, USUAL))
        if task is not None:
            await asyncio.wait({task}, timeout=seconds)

    async def idle(self) -> None:
        """Return when nothing is left to do."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self, grace: float) -> None:
        """Let what runs finish for `grace` seconds; the rest is begun again at the next start."""
        for waiting in self._waiting.values():
            waiting.clear()
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _drain(self, lane: Lane) -> None:
        URGENT.set(lane[1] == STOP)
        waiting = self._waiting[lane]
        try:
            while waiting:
                self._running[lane] = waiting.popleft()
                await self._work(self._running[lane])
        finally:
            self._running.pop(lane, None)
            del self._tasks[lane]
            self._waiting.pop(lane, None)
