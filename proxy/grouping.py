"""Orders that wait for the store at the same moment share one commit: the disk is its slowest part.

Whoever waits hears of its own change when the commit that holds it is done, never before; nobody
waits for others to come. Alone because the desk should not know about it, and the store thread
cannot know who waits.

May import: journal.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from migrations.database import Door
from proxy.journal import Job, Journal

P = ParamSpec("P")
R = TypeVar("R")
MOST = 16
"""Changes in one commit: a stop must not wait for many."""


class Grouping:
    """A door to the journal alone. `door` gives the one that everything else goes through."""

    def __init__(self, journal: Journal, door: Callable[[], Door]) -> None:
        self._journal = journal
        self._door = door
        self._waiting: list[tuple[Job, asyncio.Future[Any]]] = []
        self._busy = False
        self._working: asyncio.Task[None] | None = None

    async def __call__(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `method` of the journal gives, once it is committed, or what it raises."""
        if self._busy:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((partial(method, *args, **kwargs), future))
            result: R = await future
            return result
        self._busy = True
        try:
            return await self._door()(method, *args, **kwargs)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        """Whoever came meanwhile is next."""
        self._busy = bool(self._waiting)
        if self._busy:
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            await self._together(some)
        finally:
            self._go_on()

    async def _together(self, some: list[tuple[Job, asyncio.Future[Any]]]) -> None:
        try:
            outcomes = await self._door()(self._journal.together, [job for job, _ in some])
        except asyncio.CancelledError:
            for _, future in some:
                future.cancel()
            raise
        except BaseException as failure:  # noqa: BLE001 - each who waits is told
            outcomes = [(None, failure)] * len(some)
        for (_, future), (result, failed) in zip(some, outcomes, strict=True):
            _tell(future, result, failed)


def _tell(future: "asyncio.Future[Any]", result: object, failed: BaseException | None) -> None:
    if future.done():  # whoever waited has gone; what was done stands
        return
    if failed is None:
        future.set_result(result)
    else:
        future.set_exception(failed)
