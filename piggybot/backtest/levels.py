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
    """For each candle, what it means for trailing stops."""

    opened: Times
    """Where they are at least, by its open, and by what is paid at it."""
    risen: Times
    """By its high too."""
    dropped: Flags
    """Whether it falls so far below its own open or high that each of them is met in it."""

    @classmethod
    def of(cls, course: Course, paid: Times | int = 0) -> "Trails":
        """`paid`: the prices that are paid at the opens of candles, 0 for none."""
        prices = course.prices
        if course.trail is None:
            nothing = np.zeros(len(prices), np.int64)
            return cls(nothing, nothing, nothing.astype(np.bool_))
        seen = (np.maximum(one, paid) for one in (prices.open, prices.high))
        opened, risen = (course.trail_at(one) for one in seen)
        return cls(opened, risen, (prices.low <= opened) | (prices.close <= risen))


class Levels(Protocol):
    """Stops and targets of holdings, in units."""

    @property
    def trails(self) -> Trails: ...

    def take(self, chosen: Flags | Times) -> Self:
        """Those of some of the holdings."""

    def at_open(self, at: Times) -> tuple[Times, Times]:
        """Stop and target when these candles open, one each, before anything is bought there."""

    def along(self, prices: Prices, at: Times, highs: Times) -> tuple[Times, Flags]:
        """The stops inside these candles, and where anything else is met than by falling.

        A row of candles for each holding, and their highs.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """Of holdings that are not added to."""

    trails: Trails
    stop: Times
    target: Times

    def take(self, chosen: Flags | Times) -> "Fixed":
        return Fixed(self.trails, self.stop[chosen], self.target[chosen])

    def at_open(self, at: Times) -> tuple[Times, Times]:
        return self.stop, self.target

    def along(self, prices: Prices, at: Times, highs: Times) -> tuple[Times, Flags]:
        return self.stop[:, None], highs >= self.target[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What all +1 would have bought, and what that means for levels."""

    course: Course
    count: Times
    """How many there were before each candle's open, and before the end."""
    paid: Times
    """Ticks times steps, by how many there were."""
    bought: Times
    """Steps, likewise."""
    trails: Trails

    @classmethod
    def of(cls, course: Course, enter: Times, ticks: Times, steps: Times) -> "Sums":
        """Of entries at these candles' opens: what each pays, and for how many steps."""
        count = np.zeros(len(course.prices) + 1, np.int64)
        count[enter + 1] = 1
        price = np.zeros(len(course.prices), np.int64)
        price[enter] = ticks * course.prices.tick
        paid, bought = (np.cumsum(np.append(0, each)) for each in (ticks * steps, steps))
        return cls(course, count.cumsum(out=count), paid, bought, Trails.of(course, price))


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """Of holdings that each +1 adds to, from the one with this number on."""

    sums: Sums
    since: Times

    @property
    def trails(self) -> Trails:
        return self.sums.trails

    def take(self, chosen: Flags | Times) -> "Growing":
        return Growing(self.sums, self.since[chosen])

    def at_open(self, at: Times) -> tuple[Times, Times]:
        return self._by(self.sums.count[at], self.since)

    def along(self, prices: Prices, at: Times, highs: Times) -> tuple[Times, Flags]:
        edges = np.concatenate((at, at[:, -1:] + 1), axis=1)
        stop, target = self._by(self.sums.count[edges], self.since[:, None])
        opens = prices.open[at]
        early = (opens >= target[:, :-1]) | (opens <= stop[:, :-1])
        return stop[:, 1:], early | (highs >= target[:, 1:])

    def _by(self, count: Times, since: Times) -> tuple[Times, Times]:
        """Stop and target of what has been bought since then, when there were so many."""
        sums, course = self.sums, self.sums.course
        paid, bought = (one[count] - one[since] for one in (sums.paid, sums.bought))
        some = np.maximum(bought, 1)
        target = np.where(bought > 0, course.target_at(paid, some), NEVER)
        return course.stop_at(paid, some), target
