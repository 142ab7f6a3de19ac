"""Whatever happens to the clock and to the process: each slot is accounted for once, and no more.

Random histories of late timers, restarts, outages, clocks that step back, pauses, stops and two
processes on one database; then every close of every run is looked up.

May import: core, store, wire.
"""

import asyncio
import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from piggybot.core.runs import Outcome, Run, RunState, Slot
from piggybot.core.slots import boundary
from piggybot.trading import Trading, trading
from proxy.wire import Timeframe
from tests.bot.bench import OWNER, Bench
from tests.bot.market_broker import DOWN, FLAT, UP
from tests.bot.running import begin

pytestmark = pytest.mark.anyio

FRAMES = {"r1": Timeframe.M1, "r2": Timeframe.M5, "r3": Timeframe.H1}
STEPS = 60


class History:
    """One bot's life, from a seed."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.chance = random.Random(seed)
        self.runs = {
            name: begin(bench, name, timeframe=frame, created=bench.now)
            for name, frame in FRAMES.items()
        }
        self.latest = bench.now

    async def live(self) -> None:
        for _ in range(STEPS):
            self.bench.later(seconds=self._pause())
            self.latest = max(self.latest, self.bench.now)
            for frame in (60, 300, 3600):
                closes = self.chance.choice((UP, DOWN, FLAT))
                self.bench.broker.draw(self.bench.now, closes, step=frame)
            await self._something()
        for name in self.runs:
            if self._state(name) is RunState.PAUSED:
                await self.bench.trading.runs.resume(self.bench.person(), self.runs[name].number)
        self.bench.now = max(self.latest, self.bench.now) + timedelta(seconds=1)
        await self._tick(self.bench.trading)

    def _pause(self) -> float:
        """Mostly seconds or a minute; sometimes hours, sometimes the clock is set back."""
        kinds = (self.chance.uniform(1, 20), 60.0, 31.0, 130.0, 3 * 3600.0, -90.0)
        return self.chance.choices(kinds, (6, 6, 2, 2, 1, 1))[0]

    async def _something(self) -> None:
        name = self.chance.choice(list(self.runs))
        person, number = self.bench.person(), self.runs[name].number
        what = self.chance.choices(
            ("tick", "two", "restart", "pause", "resume", "lost"), (10, 4, 2, 1, 2, 1)
        )[0]
        self.bench.broker.lost = what == "lost"
        if what == "restart":
            self.bench.restart()
        elif what == "pause" and self._state(name) is RunState.ACTIVE:
            await self.bench.trading.runs.pause(person, number)
        elif what == "resume" and self._state(name) is not RunState.ACTIVE:
            await self.bench.trading.runs.resume(person, number)
        elif what == "two":
            # A second process: claims of its own, the same database.
            other = trading(self.bench.needs)
            await asyncio.gather(self._tick(self.bench.trading), self._tick(other))
        else:
            await self._tick(self.bench.trading)
        await self.bench.ticks.settle()

    async def _tick(self, one: Trading) -> None:
        await one.runner.tick()
        await one.acting.idle()

    def _state(self, name: str) -> RunState:
        run = self.bench.store.runs.get(name)
        assert run is not None
        return run.state


def covered(run: Run, rows: list[Slot]) -> Counter[datetime]:
    """How many times each close is accounted for; a row of skipped ones is for all of them."""
    found: Counter[datetime] = Counter()
    for row in rows:
        at = row.since or row.at
        while at <= row.at:
            found[at] += 1
            at += run.timeframe.step
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_each_close_is_accounted_for_exactly_once(trader: Bench, seed: int) -> None:
    history = History(trader, seed)
    await history.live()
    orders = trader.store.orders.all_of("user-7")
    for name, run in history.runs.items():
        rows = trader.store.slots.of_run(name, 100_000)
        found = covered(run, rows)
        step, last = run.timeframe.step, boundary(trader.now, run.timeframe)
        at, missing = boundary(run.created, run.timeframe) + step, []
        while at <= last:
            missing += [] if found[at] else [at]
            at += step
        assert not missing, f"{name}: {missing[:5]} of {len(missing)}"
        assert set(found.values()) <= {1}, f"{name}: accounted for twice"
        mine = [one.intent for one in orders if one.intent.run_id == name]
        assert [one.number for one in mine] == list(range(1, len(mine) + 1))
        assert len({one.slot for one in mine}) == len(mine), "a slot makes one order"
        ordered = {row.client_id for row in rows if row.client_id}
        assert ordered == {one.client_id for one in mine}
        assert all(row.outcome is not Outcome.SKIPPED for row in rows if row.client_id)
    assert len(trader.broker.posts) == len(set(trader.broker.posts)), "one POST an order, ever"
    assert {one.intent.person_id for one in orders} <= {OWNER}
