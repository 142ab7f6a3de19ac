"""A run on paper makes exactly the orders that the backtest makes on the same candles.

Both sides are whole: the run trades through the real bot, the real proxy and its paper venue, on
the sandbox's replay; the backtest has the candles that the bot was given, and nothing else.

May import: backtest, core, runs, strategies, wire.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.core.runs import Cause, Exits, Guards, Run
from piggybot.core.slots import EPOCH
from piggybot.runs import Spec
from proxy.wire import Side, Timeframe
from tests.parity.path import MS
from tests.parity.world import MINUTE, ParityWorld, Traded

pytestmark = pytest.mark.anyio

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HISTORY = 200
"""Candles before the first slot: more than any of these strategies remembers."""
LEAST = 20
EXITS = {Cause.STOP_LOSS, Cause.TRAILING_STOP, Cause.TAKE_PROFIT, Cause.TIME_LIMIT}
OFF = Guards(cooldown=0, losses=0, drawdown=Decimal(0))


@dataclass(frozen=True, slots=True)
class Case:
    strategy: str
    params: Mapping[str, str]
    exits: Exits = field(default_factory=Exits)
    guards: Guards = OFF
    symbol: str = "ETH/USDT"

    def spec(self, timeframe: Timeframe) -> Spec:
        return Spec(
            self.strategy,
            self.params,
            self.symbol,
            timeframe,
            Decimal(40),
            self.exits,
            self.guards,
            None,
        )


def share(text: str) -> Decimal:
    return Decimal(text)


MINUTES = (
    Case(
        "sma_crossover",
        {"fast": "2", "slow": "3"},
        Exits(stop_loss=share("0.004"), take_profit=share("0.012")),
    ),
    Case(
        "rsi",
        {"window": "2", "oversold": "50", "overbought": "51"},
        Exits(stop_loss=share("0.005"), take_profit=share("0.008")),
    ),
    Case(
        "macd",
        {"fast": "2", "slow": "4", "signal": "2"},
        Exits(trailing_stop=share("0.004"), time_limit=3),
        Guards(cooldown=2, losses=0, drawdown=Decimal(0)),
    ),
    Case(
        "bollinger",
        {"window": "5", "width": "0.5"},
        Exits(stop_loss=share("0.006"), time_limit=2),
    ),
    Case(
        "breakout",
        {"enter": "2", "leave": "2"},
        Exits(take_profit=share("0.002"), trailing_stop=share("0.001"), time_limit=2),
        symbol="BTC/USDT",
    ),
)
HALTING = (
    Case("sma_crossover", {"fast": "2", "slow": "3"}, guards=replace(OFF, losses=4)),
    Case("sma_crossover", {"fast": "2", "slow": "4"}, guards=replace(OFF, drawdown=share("0.02"))),
)
DAYS = (Case("dca", {"days": "1", "hour": "0"}, Exits(time_limit=3)),)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[ParityWorld]:
    made = ParityWorld(tmp_path, BEGIN)
    await made.start()
    yield made
    await made.stop()


async def test_runs_by_the_minute_trade_as_their_backtests(world: ParityWorld) -> None:
    """Every built-in strategy that looks at prices, with every exit, many at once."""
    cases = (*MINUTES, *HALTING)
    runs = [await world.begin(case.spec(Timeframe.M1), f"{n}") for n, case in enumerate(cases)]
    last = BEGIN
    for _ in range(160):
        last += MINUTE
        await world.slot(last)
        await world.minute(last)
    made = [await same_orders(world, run, last) for run in runs]
    for each in made[: len(MINUTES)]:
        assert sum(one.side is Side.SELL for one in each) >= LEAST, "in and out again"
        assert EXITS & {one.cause for one in each}
    assert {one.cause for each in made for one in each} == EXITS | {Cause.SIGNAL}
    assert [one.halt for one in map(world.fresh, runs[len(MINUTES) :])] == ["losses", "drawdown"]


async def test_buying_by_the_calendar_adds_as_its_backtest(world: ParityWorld) -> None:
    [case] = DAYS
    run = await world.begin(case.spec(Timeframe.D1), "by the day")
    last = BEGIN
    for _ in range(28):
        last += DAY
        await world.slot(last)
    made = await same_orders(world, run, last)
    assert Counter(one.cause for one in made) == {Cause.SIGNAL: 21, Cause.TIME_LIMIT: 7}
    assert len(made) >= LEAST


async def same_orders(world: ParityWorld, run: Run, last: datetime) -> list[Traded]:
    """Both sides' orders of a run whose last slot was `last`; they are equal to the last digit."""
    step = run.timeframe.step
    result = await backtested(world, run, BEGIN + step, last + step)
    made = world.traded(run)
    assert told(made, step) == expected(result)
    assert world.fresh(run).halt == result.halt
    return made


async def backtested(world: ParityWorld, run: Run, first: datetime, end: datetime) -> Result:
    """The backtest of a run whose first slot was `first`, on the candles that closed by `end`."""
    step = run.timeframe.step
    count = (end - first) // step + 1 + HISTORY
    world.clock.now = end
    market = world.bot._market
    candles = await market.candles(run.exchange, run.symbol, run.timeframe, count, end=end)
    signals = await world.bot._panel.signals(run.strategy, run.params, candles)
    rules = Rules.of(await market.rules(run.exchange, run.symbol))
    adds = world.bot._registry.find(run.strategy).adds
    setup = Setup(run.amount_usd, rules, run.exits, run.guards, adds)
    return backtest(candles.part(HISTORY, count), signals[HISTORY:], setup)


def told(made: Sequence[Traded], step: timedelta) -> list[tuple[object, ...]]:
    """The orders of the books: which, when, why, and the money."""
    return [
        (
            one.number,
            one.slot if one.slot is not None else one.at - (one.at - EPOCH) % step,
            one.slot is None,
            one.side,
            one.cause,
            one.seen,
            one.price,
            one.units,
            one.fee,
        )
        for one in made
    ]


def expected(result: Result) -> list[tuple[object, ...]]:
    """The orders of the backtest, said in the same way."""
    opened = result.candles.opened
    return [
        (
            number,
            EPOCH + int(opened[one.candle]) * MS,
            one.inside,
            one.side,
            one.cause,
            one.seen,
            one.price,
            one.units,
            one.fee,
        )
        for number, one in enumerate(result.orders, start=1)
    ]
