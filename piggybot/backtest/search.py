"""Searches a strategy's parameters on the first part of the candles; the rest judges them.

Alone because this is where a person fools himself: the best of a hundred parameters always looks
good where it was chosen. So the last part is held back, looked at once, after the choice, and
reported beside; and the usual parameters stand beside both.

Seeded: the same question has the same answer.

May import: backtest, errors, strategies.
"""

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from piggybot.backtest.engine import backtest
from piggybot.backtest.prices import utc
from piggybot.backtest.report import Report, report
from piggybot.backtest.trial import Ground, Progress, Trial, Workshop, ground_of
from piggybot.errors import BadInput, PiggyError, StrategyFailed
from piggybot.strategies import Signals

LEAST_TRADES = 5
"""Fewer in the first part, and a good result is chance."""
LEAST_CANDLES = 100
PATIENCE = 3
"""For each try that counts, so many that do not are put up with."""
NOT_HERE = "Searching parameters needs optuna, which is not installed."
INSTALL = "Install it beside the bot: pip install optuna"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is searched, and which share of the candles is held back."""

    tries: int = 100
    kept: Decimal = Decimal("0.3")
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Tried:
    """Some parameters, on the part where they were chosen and on the part that was held back."""

    params: Mapping[str, str]
    chosen: Report
    kept: Report


@dataclass(frozen=True, slots=True)
class Search:
    """What was found."""

    best: Tried
    usual: Tried
    """The parameters that one begins with."""
    tries: int
    refused: int
    """Besides: those that do not go together, or made too few trades to tell."""
    since: datetime
    """The part that was held back begins here."""

    @property
    def fits_the_past(self) -> bool:
        """Whether what was held back speaks against the choice: a loss, or worse than usual."""
        held_back = self.best.kept.ours.change
        return held_back <= 0 or held_back < self.usual.kept.ours.change


@dataclass(frozen=True, slots=True)
class Parts:
    """The ground, and where it is cut."""

    ground: Ground
    cut: int

    def chosen(self, signals: Signals) -> Report:
        """On the part that is searched."""
        return self._on(signals, self.ground.lead, self.cut)

    def kept(self, signals: Signals) -> Report:
        """On the part that was held back."""
        return self._on(signals, self.cut, len(self.ground.candles))

    def _on(self, signals: Signals, first: int, end: int) -> Report:
        part = self.ground.candles.part(first, end)
        return report(backtest(part, signals[first:end], self.ground.setup))


async def search(
    trial: Trial, shop: Workshop, wanted: Wanted, fetched: Progress, tried: Progress
) -> Search:
    """The best parameters of a strategy: those that the trial names stay as they are."""
    room = await asyncio.to_thread(_ideas)
    usual = shop.registry.settled(trial.strategy, trial.params)
    known = shop.registry.parameters(trial.strategy)
    free = [one for one in known if one.name not in trial.params]
    if not free:
        raise BadInput(
            f"There is nothing to search: {trial.strategy} has no parameter that is not set.",
            "Leave out those that may change.",
        )
    parts = _cut(await ground_of(trial, shop, fetched), wanted)
    trials = _Trials(replace(trial, params=usual), shop, parts)
    best = await trials.best(room.Ideas(free, usual, wanted.seed), wanted.tries, tried)
    return Search(
        best=await trials.judged(best),
        usual=await trials.judged(usual),
        tries=trials.counted,
        refused=trials.refused,
        since=utc(parts.ground.candles.opened[parts.cut]),
    )


def _cut(ground: Ground, wanted: Wanted) -> Parts:
    count = len(ground.tested)
    if count < LEAST_CANDLES:
        raise BadInput(
            f"{count} candles are too few to search on; it takes {LEAST_CANDLES}.",
            "Ask for more days, or a shorter timeframe.",
        )
    return Parts(ground, ground.lead + count - int(count * wanted.kept))


class _Trials:
    """Tries parameters, each once."""

    def __init__(self, trial: Trial, shop: Workshop, parts: Parts) -> None:
        self._trial = trial
        self._shop = shop
        self._parts = parts
        self.counted = 0
        self.refused = 0
        self._failure: StrategyFailed | None = None

    async def best(self, ideas: Any, tries: int, progress: Progress) -> Mapping[str, str]:
        """The parameters with the best Sharpe ratio on the first part; the first of equals."""
        found: tuple[float, Mapping[str, str]] | None = None
        while self.counted < tries and self.refused < tries * PATIENCE:
            idea, params = await asyncio.to_thread(ideas.next)
            worth = await self._worth(params)
            ideas.learn(idea, worth)
            if worth is None:
                self.refused += 1
                continue
            self.counted += 1
            if found is None or worth > found[0]:
                found = worth, params
            await progress(self.counted, tries)
        if found is None and self._failure is not None:
            raise self._failure
        if found is None:
            raise BadInput(
                f"No parameters made {LEAST_TRADES} trades in the part that is searched.",
                "Ask for more days, or a shorter timeframe.",
            )
        return found[1]

    async def judged(self, params: Mapping[str, str]) -> Tried:
        """The figures of these parameters on both parts."""
        signals = await self._signals(params)
        chosen = await asyncio.to_thread(self._parts.chosen, signals)
        return Tried(params, chosen, await asyncio.to_thread(self._parts.kept, signals))

    async def _worth(self, params: Mapping[str, str]) -> float | None:
        try:
            self._shop.registry.build(self._trial.strategy, params)
            signals = await self._signals(params)
        except BadInput:
            return None  # they do not go together
        except StrategyFailed as failure:
            self._failure = failure  # so a guest says it too
            return None
        told = await asyncio.to_thread(self._parts.chosen, signals)
        return told.ours.sharpe if told.trades >= LEAST_TRADES else None

    async def _signals(self, params: Mapping[str, str]) -> Signals:
        candles = self._parts.ground.candles
        return await self._shop.panel.signals(self._trial.strategy, params, candles)


def _ideas() -> Any:
    """Loaded when it is first wanted: no start of the bot waits for it."""
    try:
        return importlib.import_module("piggybot.backtest.ideas")
    except ImportError:
        raise PiggyError(NOT_HERE, INSTALL) from None
