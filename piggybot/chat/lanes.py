"""Serial lanes: what one chat sends is handled one by one, in order; /stop has a lane of its own.

Alone because order and overtaking are promises of their own: a key and its secret never swap, and
nothing that hangs holds up a stop.

May import: store.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from piggybot.store import Incoming

Lane = tuple[int, str]
Work = Callable[[Incoming], Awaitable[None]]


class Lanes:
    """Each lane is a task that lives while it has something to do."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._waiting: dict[Lane, deque[Incoming]] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}

    def put(self, row: Incoming) -> None:
        """Queue a row in its lane."""
        lane = (row.chat_id, "stop" if row.body.get("command") == "stop" else "")
        self._waiting.setdefault(lane, deque()).append(row)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._drain(lane))

    def busy(self, chat_id: int) -> bool:
        """Whether something of this chat, but a stop, is still being handled."""
        return (chat_id, "") in self._tasks

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
        waiting = self._waiting[lane]
        try:
            while waiting:
                await self._work(waiting.popleft())
        finally:
            del self._tasks[lane]
            self._waiting.pop(lane, None)
