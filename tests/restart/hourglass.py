"""Time that stands still until it is turned.

Alone because the life of an order and the patience of a house must not run out while a slow machine
only computes: here time passes where everybody waits for it, and nowhere else.

May import: boundaries, world.
"""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime

from tests.restart.boundaries import HOUSE
from tests.world import Time

HAIR = 1e-6
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
"""No walk may come over midnight: the day's turn is not on an order's path."""


class Hourglass(Time):
    """A clock that stands, and wakes its sleepers as it is turned."""

    def __init__(self) -> None:
        super().__init__()
        self._now = NOON
        self._beds: list[tuple[float, int, asyncio.Future[None], str]] = []
        self._numbers = itertools.count()

    def asleep(self, house: str) -> int:
        """How many of this house wait for time to pass; the dead do not."""
        self._make_beds()
        return sum(bed[3] == house for bed in self._beds)

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        bed = (self.monotonic() + seconds, next(self._numbers), waking, HOUSE.get())
        heapq.heappush(self._beds, bed)
        await waking

    def jump(self, seconds: float) -> None:
        super().jump(seconds)
        while self._beds and self._beds[0][0] <= self.monotonic() + HAIR:
            waking = heapq.heappop(self._beds)[2]
            if not waking.done():
                waking.set_result(None)

    def turn(self) -> None:
        """On to the moment when the next sleeper wakes."""
        self._make_beds()
        if self._beds:
            self.jump(max(0.0, self._beds[0][0] - self.monotonic()))

    def _make_beds(self) -> None:
        self._beds = [bed for bed in self._beds if not bed[2].done()]
        heapq.heapify(self._beds)

    def _since(self) -> float:
        return 0.0
