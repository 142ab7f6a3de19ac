"""A slot of five thousand runs: how long until all are decided and written down, and what /stop
waits meanwhile.

Run: python -m bench.ticks [rounds]. A thousand people with five runs each on twenty symbols, by the
hour, on SQLite as it is kept (WAL, FULL); the proxy is one in memory, since what is measured is the
bot. Every run has parameters of its own, so that no answer of a strategy serves two. While a slot
runs, somebody says /stop every 50 ms: it is obeyed when the bot has written it down and the proxy's
gate is closed. This is wall time, so run it on a quiet machine; beside it stands the work (CPU).

May import: core, desk, market, parts, ports, store, strategies, trading, wire.
"""

import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from bench.market import MarketInMemory
from bench.tables import Table, at_most, median, p99, publish, show
from migrations.database import Door, open_database
from piggybot.core.runs import Exits, Guards, Run, RunState
from piggybot.core.slots import EPOCH
from piggybot.desk import Desk
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.ports import Broker
from piggybot.store import Person, Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.trading import Needs, trading
from proxy.wire import Timeframe

PEOPLE, RUNS_EACH, SYMBOLS = 1000, 5, 20
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
STOP_EVERY = 0.05
ROUNDS = 20
GOAL_SLOT, GOAL_STOP = 3.0, 0.25


@dataclass
class Clock:
    now: datetime = BEGIN

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Found:
    """Seconds."""

    decided: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)


class Nobody:
    """The outbox is not emptied here."""

    def wake(self) -> None:
        """Nothing to do."""


class House:
    """One bot without a chat."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        symbols = [f"C{number:02d}/USDT" for number in range(SYMBOLS)]
        end = int((BEGIN - EPOCH) / timedelta(milliseconds=1))
        self.market = MarketInMemory(symbols, end, Timeframe.H1)
        broker = cast(Broker, self.market)
        self.store = Store(open_database(f"sqlite:///{folder / 'bot.db'}", "bot"))
        self.door = Door()
        ids = (f"{number:022d}" for number in itertools.count())
        notifier, registry = Nobody(), Registry()
        parts = Parts(self.store, self.door, broker, self.clock, ids.__next__, notifier)
        self.desk = Desk(parts)
        market = MarketData(broker, self.clock, asyncio.sleep)
        needs = Needs(parts, self.desk, market, Panel(registry), registry)
        self.trading = trading(needs)
        self.stoppers = [Person(9_000_000 + n, 1, "S", False, f"s{n}", "x") for n in range(500)]

    async def fill(self) -> None:
        """Everybody, seen once, with their runs."""
        chance = random.Random(7)
        for one in self.stoppers:
            self.store.people.join(one)
        for number in range(1, PEOPLE + 1):
            person = Person(number, number, "P", False, f"user-{number}", "binanceus")
            self.store.people.join(person)
            await self.desk.accounts.look(person)
            for each in range(RUNS_EACH):
                self.store.runs.add(_run(person, number * RUNS_EACH + each, chance))

    async def slot(self, found: Found) -> None:
        """One slot, with somebody stopping all the time."""
        self.clock.now += HOUR
        self.market.now += Timeframe.H1.ms
        before = self.market.placed
        stops = asyncio.create_task(self._stop_again_and_again(found))
        begun, worked = time.perf_counter(), time.process_time()
        await self.trading.runner.tick()
        found.decided.append(time.perf_counter() - begun)
        found.worked.append(time.process_time() - worked)
        await self.trading.acting.idle()
        found.sent.append(time.perf_counter() - begun)
        stops.cancel()
        found.orders.append(self.market.placed - before)

    async def _stop_again_and_again(self, found: Found) -> None:
        for number in itertools.count():
            person = self.stoppers[number % len(self.stoppers)]
            begun = time.perf_counter()
            origin = f"m{number}:{self.clock.now.isoformat()}"
            await self.desk.errands.stop(person, origin, None)
            found.closed.append(self.market.closed - begun)
            found.told.append(time.perf_counter() - begun)
            await asyncio.sleep(STOP_EVERY)


def _run(person: Person, number: int, chance: random.Random) -> Run:
    """One of the five strategies that look at prices, each with its own numbers."""
    kinds = ("sma_crossover", "rsi", "macd", "bollinger", "breakout")
    kind = kinds[number % len(kinds)]
    params = {
        "sma_crossover": {"fast": chance.randint(3, 30), "slow": chance.randint(31, 120)},
        "rsi": {"window": chance.randint(5, 30), "oversold": chance.randint(20, 45)},
        "macd": {"fast": chance.randint(3, 20), "slow": chance.randint(21, 60)},
        "bollinger": {"window": chance.randint(5, 60), "width": chance.randint(1, 3)},
        "breakout": {"enter": chance.randint(5, 60), "leave": chance.randint(3, 30)},
    }[kind]
    exits = Exits(stop_loss=Decimal("0.05"), trailing_stop=Decimal("0.08"))
    return Run(
        id=f"run-{number}",
        person_id=person.id,
        user_id=person.user_id,
        exchange="binanceus",
        symbol=f"C{chance.randrange(SYMBOLS):02d}/USDT",
        timeframe=Timeframe.H1,
        strategy=kind,
        params={name: str(value) for name, value in params.items()},
        amount_usd=Decimal(10),
        exits=exits,
        guards=Guards(),
        state=RunState.ACTIVE,
        created=BEGIN,
    )


def accounted(store: Store, slot: datetime) -> Counter[str]:
    """How many runs have accounted for that slot, and how."""
    lasts = (store.slots.last(f"run-{n}") for n in range(5, PEOPLE * RUNS_EACH + 5))
    return Counter(one.outcome.value for one in lasts if one is not None and one.at == slot)


def row(name: str, seconds: Sequence[float]) -> tuple[str, ...]:
    return name, *(f"{one:.3f}" for one in (median(seconds), p99(seconds), max(seconds)))


async def measure(rounds: int) -> Table:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        house, found = House(Path(folder)), Found()
        await house.fill()
        await house.slot(Found())
        for _ in range(rounds):
            await house.slot(found)
        outcomes = accounted(house.store, house.clock.now)
        house.door.close()
    assert outcomes == {"RUN": PEOPLE * RUNS_EACH}, "every run has decided"
    return table(found)


def table(found: Found) -> Table:
    title = (
        f"Seconds a slot of {PEOPLE * RUNS_EACH:,} runs of {PEOPLE:,} people on {SYMBOLS} symbols "
        f"takes, with {median(found.orders):g} orders at the median, in {len(found.decided)} "
        f"slots; {len(found.closed)} times somebody said /stop meanwhile."
    )
    rows = [
        row("all decided and written down", found.decided),
        row("of that, at work (CPU)", found.worked),
        row("all orders sent and written down", found.sent),
        row("/stop meanwhile: gate closed", found.closed),
        row("/stop meanwhile: both answers written down", found.told),
    ]
    goals = [
        at_most(
            f"a slot of {PEOPLE * RUNS_EACH:,} runs: slowest", max(found.decided), GOAL_SLOT, " s"
        ),
        at_most("/stop meanwhile: gate closed, slowest", max(found.closed), GOAL_STOP, " s"),
    ]
    return Table("ticks", title, ("", "median", "p99", "most"), rows, goals)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    (publish if count >= ROUNDS else show)(asyncio.run(measure(count)))
