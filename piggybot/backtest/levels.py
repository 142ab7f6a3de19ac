"""The levels at which exits are due: ratios of what a holding paid, and of its highest price.

The rules are those of core/exits.py on whole numbers (prices.py). A level is a price step. Those of
a holding that is bought at once stay (`Fixed`); those of one that each +1 adds to move with each
buy, and are read off running sums (`Growing`), so that no holding has to be followed to know them.

May import: backtest, core, fills.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from piggybot.backtest.prices import Prices
from piggybot.core.market import Times
from piggybot.core.runs import Exits
from proxy.fills import DEARER, Ratio

Flags: TypeAlias = NDArray[np.bool_]
N = TypeVar("N", int, Times)

NEVER = 2**62
"""A price that is never met."""
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The prices, and a run's exits as ratios of prices; None: not set."""

    prices: Prices
    stop: Ratio | None
    target: Ratio | None
    trail: Ratio | None

    @classmethod
    def of(cls, prices: Prices, exits: Exits) -> "Course":
        loss, profit, trail = exits.stop_loss, exits.take_profit, exits.trailing_stop
        return cls(
            prices,
            None if loss is None else (ONE - loss).as_integer_ratio(),
            None if profit is None else (ONE + profit).as_integer_ratio(),
            None if trail is None else (ONE - trail).as_integer_ratio(),
        )

    @property
    def ratios(self) -> list[Ratio]:
        return [ratio for ratio in (self.stop, self.target, self.trail) if ratio is not None]

    @property
    def largest(self) -> int:
        """The largest factor that a price is multiplied with."""
        return max(ratio[0] for ratio in (*self.ratios, DEARER))

    def stop_at(self, paid: N, bought: N | int = 1) -> N:
        """The stop of `bought` steps that cost `paid` (ticks times steps): at or below it."""
        if self.stop is None:
            return paid * 0
        return paid * self.stop[0] // (self.stop[1] * bought) * self.prices.tick

    def target_at(self, paid: N, bought: N | int = 1) -> N:
        """The target of `bought` steps that cost `paid` (ticks times steps): at or above it."""
        if self.target is None:
            return paid * 0 + NEVER
        return -(-paid * self.target[0] // (self.target[1] * bought)) * self.prices.tick

    def trail_at(self, peak: N) -> N:
        """The trailing stop under `peak` (units)."""
        if self.trail is None:
            return peak * 0
        tick = self.prices.tick
        return peak * self.trail[0] // (self.trail[1] * tick) * tick


@dataclass(frozen=True, slots=True, eq=False)
class Trails:
    """For each candle, where the trailing stop is at least, by what is seen in it."""

    opened: Times
    """By its open, and by what is paid at it."""
    risen: Times
    """By its high too."""

    @classmethod
    def of(cls, course: Course, paid: Times | int = 0) -> "Trails":
        """`paid`: the prices that are paid at the opens of candles, 0 for none."""
        if course.trail is None:
            nothing = np.zeros(len(course.prices), np.int64)
            return cls(nothing, nothing)
        opens, highs = course.prices.open, course.prices.high
        seen = (course.trail_at(np.maximum(one, paid)) for one in (opens, highs))
        return cls(*seen)


class Levels(Protocol):
    """Stops and targets of holdings, in units. `at`: a candle for each, or a row of them."""

    @property
    def trails(self) -> Trails: ...

    def take(self, chosen: Flags | Times) -> Self:
        """Those of some of the holdings."""

    def at_open(self, at: Times) -> tuple[Times, Times]:
        """Stop and target when these candles open, before anything is bought there."""


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """Of holdings that are not added to."""

    trails: Trails
    stop: Times
    target: Times

    def take(self, chosen: Flags | Times) -> "Fixed":
        return Fixed(self.trails, self.stop[chosen], self.target[chosen])

    def at_open(self, at: Times) -> tuple[Times, Times]:
        return _beside(self.stop, at), _beside(self.target, at)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What all +1 would have bought before each candle's open, and what that means for levels."""

    course: Course
    paid: Times
    """Ticks times steps; one element more than there are candles."""
    bought: Times
    """Steps, likewise."""
    trails: Trails

    @classmethod
    def of(cls, course: Course, enter: Times, ticks: Times, steps: Times) -> "Sums":
        """Of entries at these candles' opens: what each pays, and for how many steps."""
        count = len(course.prices)
        paid, bought = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
        price = np.zeros(count, np.int64)
        paid[enter + 1], bought[enter + 1] = ticks * steps, steps
        price[enter] = ticks * course.prices.tick
        trails = Trails.of(course, price)
        return cls(course, paid.cumsum(out=paid), bought.cumsum(out=bought), trails)


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """Of holdings that each +1 adds to, from the candle `since` at whose open they began."""

    sums: Sums
    since: Times

    @property
    def trails(self) -> Trails:
        return self.sums.trails

    def take(self, chosen: Flags | Times) -> "Growing":
        return Growing(self.sums, self.since[chosen])

    def at_open(self, at: Times) -> tuple[Times, Times]:
        sums, course = self.sums, self.sums.course
        paid = sums.paid[at] - _beside(sums.paid[self.since], at)
        bought = sums.bought[at] - _beside(sums.bought[self.since], at)
        some = np.maximum(bought, 1)
        target = np.where(bought > 0, course.target_at(paid, some), NEVER)
        return course.stop_at(paid, some), target


def _beside(values: Times, at: Times) -> Times:
    """One value for each holding, in the shape of its candle or its row of candles."""
    return np.broadcast_to(values[:, None] if at.ndim > 1 else values, at.shape)
