"""One walk with one cut in it, and many of them in one world.

May import: boundaries, houses, paths.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence

from tests.restart.boundaries import Point
from tests.restart.houses import RestartWorld
from tests.restart.paths import Path

LOOK_EVERY = 4


class Cutter:
    """Walks a path in a world, again and again."""

    def __init__(self, world: RestartWorld, path: Path) -> None:
        self._world = world
        self._path = path
        self._judge = path.judge(world.memory, world.exchange, world.ann)
        self.counts: Counter[str] = Counter()
        self._points: list[Point] = []

    async def discover(self) -> list[Point]:
        """The boundaries of a walk without a cut, in the order in which they were passed.

        What only one of two walks passes was the clock's doing, not the path's.
        """
        await self._walk(None, ())
        once = set(self._points)
        await self._walk(None, ())
        return [point for point in self._points if point in once]

    async def cut(self, point: Point, victims: Sequence[str]) -> None:
        """Walk, end the victims at this boundary, start them again, and judge."""
        done = await self._walk(point, victims)
        if self.counts.total() % LOOK_EVERY == 0:
            await self.look()
        self.counts[self._judge.words[not done]] += 1

    async def _walk(self, point: Point | None, victims: Sequence[str]) -> bool:
        world, tape = self._world, self._world.reaper.tape
        await self._prepare()
        since = self._judge.marks()
        world.reaper.choose(point, *victims)
        walking = asyncio.create_task(self._path.walk(world, self._judge, since))
        if point is not None:
            await self._fall(point, victims)
        await walking
        await world.settle()
        self._points = tape.points
        tape.stop()
        await world.exchange.misbehave("ok")
        return self._judge.verdict(since)

    async def _prepare(self) -> None:
        """Every walk begins with the same memory: a new day, live on, and nothing to do."""
        world = self._world
        await world.settle()
        await world.begin_anew()
        await self._path.prepare(world)
        if self._path.fault:
            await world.exchange.misbehave(self._path.fault, count=1)

    async def _fall(self, point: Point, victims: Sequence[str]) -> None:
        reaper = self._world.reaper
        await self._world.live_until(
            reaper.died.is_set,
            lambda: f"never came to {point}; passed {list(map(str, reaper.tape.points))}",
        )
        for house in victims:
            await self._world.bury(house)
        reaper.survivors_go_on()
        for house in victims:
            await self._world.raise_again(house)

    async def look(self) -> None:
        """/status must show live trading and nothing unresolved, also from the cuts before."""
        await self._world.ann.say("/status")
        status = await self._world.ann.expect("Unresolved orders")
        assert "Unresolved orders: none" in status.text, status.text
        assert "LIVE" in status.text, status.text
