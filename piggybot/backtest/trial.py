"""A backtest as it is asked for: a strategy on a market; from the candles to what came of it.

Alone because terminal and chat ask the same, and neither may be held up: signals come from the
panel, and the engine works in a thread.

May import: backtest, core, strategies, wire.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeAlias

from piggybot.backtest.engine import Result, backtest
from piggybot.backtest.setup import Rules, Setup
from piggybot.core.market import Candles
from piggybot.core.runs import Exits, Guards
from piggybot.strategies import Signals
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from proxy.wire import MarketOut, Timeframe

Progress: TypeAlias = Callable[[int, int], Awaitable[None]]
"""Told (done, of)."""
DAYS = 90
"""How far back, where nobody says so."""
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried out, on the last `count` candles that closed."""

    exchange: str
    symbol: str
    timeframe: Timeframe
    count: int
    strategy: str
    params: Mapping[str, str]
    amount_usd: Decimal
    exits: Exits
    guards: Guards


@dataclass(frozen=True, slots=True)
class Ground:
    """What a trial stands on: its candles, after `lead` earlier ones, and the market's rules."""

    candles: Candles
    lead: int
    setup: Setup

    @property
    def tested(self) -> Candles:
        return self.candles.part(self.lead, len(self.candles))


class Source(Protocol):
    """Where candles come from: the bot's market data, or a file."""

    async def candles(  # noqa: PLR0913, PLR0917
        self,
        exchange: str,
        symbol: str,
        timeframe: Timeframe,
        count: int,
        end: datetime | None = None,
        progress: Progress | None = None,
    ) -> Candles:
        """The last `count` that closed by `end` (None: now)."""

    async def rules(self, exchange: str, symbol: str) -> MarketOut:
        """The market's steps and minimums."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Who knows strategies and candles."""

    source: Source
    registry: Registry
    panel: Panel


def count_of(days: int, timeframe: Timeframe) -> int:
    """So many candles are in so many days."""
    return days * DAY_MS // timeframe.ms


async def try_out(trial: Trial, shop: Workshop, progress: Progress) -> Result:
    """What a run would have done. A PiggyError where it cannot be said."""
    ground = await ground_of(trial, shop, progress)
    signals = await shop.panel.signals(trial.strategy, trial.params, ground.candles)
    return await asyncio.to_thread(result_of, ground, signals)


def result_of(ground: Ground, signals: Signals) -> Result:
    """The result of these signals, one for each candle, the leading ones included."""
    return backtest(ground.tested, signals[ground.lead :], ground.setup)


async def ground_of(trial: Trial, shop: Workshop, progress: Progress) -> Ground:
    """Its candles, with as many before as the strategy needs for its first word."""
    adds = shop.registry.find(trial.strategy).adds
    shop.registry.build(trial.strategy, trial.params)
    where = trial.exchange, trial.symbol
    rules = Rules.of(await shop.source.rules(*where))
    lead = await shop.panel.warmup(trial.strategy, trial.params) - 1
    count = trial.count + lead
    candles = await shop.source.candles(*where, trial.timeframe, count, progress=progress)
    setup = Setup(trial.amount_usd, rules, trial.exits, trial.guards, adds)
    return Ground(candles, lead, setup)
