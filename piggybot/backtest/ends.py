"""Where holdings end: the exits' levels, met by prices that walk through the candles.

The rules are those of core/exits.py on whole numbers (prices.py), for many holdings at once or for
one along its candles. Stated assumption: inside a candle the price goes from the open to the low,
to the high, to the close. So a stop comes before a target; and the peak rises with the open and
the high. A level is a price step; a price that opens beyond it is met at the open.

May import: backtest, core, fills.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from piggybot.backtest.prices import Prices
from piggybot.core.market import Times
from piggybot.core.runs import Cause, Exits
from proxy.fills import DEARER, Ratio

Flags: TypeAlias = NDArray[np.bool_]
N = TypeVar("N", int, Times)
Where: TypeAlias = Times | slice
"""Candles: one for each holding, or those along one holding."""

CAUSES = (
    Cause.SIGNAL,
    Cause.STOP_LOSS,
    Cause.TRAILING_STOP,
    Cause.TAKE_PROFIT,
    Cause.TIME_LIMIT,
)
"""Causes by their numbers in arrays."""
SIGNAL, STOP, TRAIL, TARGET, TIME = range(5)
NONE = -1
NEVER = 2**62
"""A price that is never met."""
FEW = 32
"""So few holdings are followed one by one: an array's start-up would cost more."""
FIRST_LOOK, LONGEST_LOOK = 64, 65536
ONE = Decimal(1)


class One(NamedTuple):
    """One open holding; see Holdings."""

    first: int
    horizon: int
    stop: int
    target: int
    peak: int


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Open holdings, one an element. Candles [first, horizon) may end one; prices in units."""

    first: Times
    horizon: Times
    stop: Times
    target: Times
    peak: Times
    """The highest price seen before candle `first`, the entry's own fill included."""

    def take(self, chosen: Flags | Times) -> "Holdings":
        return Holdings(
            self.first[chosen],
            self.horizon[chosen],
            self.stop[chosen],
            self.target[chosen],
            self.peak[chosen],
        )

    def each(self) -> Iterator[One]:
        """One after the other."""
        columns = (self.first, self.horizon, self.stop, self.target, self.peak)
        return (One(*row) for row in zip(*(one.tolist() for one in columns), strict=True))

    @classmethod
    def alone(cls, one: One) -> "Holdings":
        return cls(*(np.array([value]) for value in one))


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """How holdings end. `cause` NONE: not by a level before its horizon, which is `candle` then."""

    candle: Times
    cause: Times
    price: Times
    inside: Flags
    """Inside the candle; else at its open, which is a slot."""

    def take(self, chosen: Flags | Times) -> "Ends":
        return Ends(
            self.candle[chosen], self.cause[chosen], self.price[chosen], self.inside[chosen]
        )

    @classmethod
    def joined(cls, parts: list["Ends"]) -> "Ends":
        return cls(
            np.concatenate([one.candle for one in parts]),
            np.concatenate([one.cause for one in parts]),
            np.concatenate([one.price for one in parts]),
            np.concatenate([one.inside for one in parts]),
        )


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
    def largest(self) -> int:
        """The largest factor that a price is multiplied with."""
        return max(ratio[0] for ratio in (self.stop, self.target, self.trail, DEARER) if ratio)

    def stop_at(self, paid: N, bought: int = 1) -> N:
        """The stop of `bought` steps that cost `paid` (ticks times steps): at or below it."""
        if self.stop is None:
            return paid * 0
        return paid * self.stop[0] // (self.stop[1] * bought) * self.prices.tick

    def target_at(self, paid: N, bought: int = 1) -> N:
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


def sweep(course: Course, held: Holdings) -> Ends:
    """Follow all holdings at once, candle by candle of their age; the last few one by one."""
    reached, peaks = held.first.copy(), held.peak.copy()
    hit = np.zeros(len(reached), np.bool_)
    live, now = np.arange(len(reached)), held
    while len(live) > FEW:
        found = touched(course, now.first, now.stop, now.target, now.peak)
        after = np.maximum(now.peak, course.prices.high[now.first])
        over = found | (now.first + 1 >= now.horizon)
        if over.any():
            ended, quiet = live[over], ~found[over]
            hit[ended] = ~quiet
            reached[ended] = now.first[over] + quiet
            peaks[ended] = np.where(quiet, after[over], now.peak[over])
            stay = ~over
            live, now, after = live[stay], now.take(stay), after[stay]
        now = replace(now, first=now.first + 1, peak=after)
    for which, one in zip(live, now.each(), strict=True):
        reached[which], peaks[which], hit[which] = scan(course, one)
    at_end = replace(held, first=reached, peak=peaks)
    return meet(course, at_end, fresh=reached == held.first, through=hit)


def scan(course: Course, one: One, least: int = 0) -> tuple[int, int, bool]:
    """Follow one holding: the candle that may end it, or its horizon; the peak before; whether.

    Candles that stay below the price `least` are passed over.
    """
    first, horizon, stop, target, peak = one
    size = FIRST_LOOK
    while first < horizon:
        along = slice(first, min(first + size, horizon))
        highs = course.prices.high[along]
        peaks = np.maximum.accumulate(np.concatenate(([peak], highs)))
        found = touched(course, along, stop, target, peaks[:-1]) & (highs >= least)
        nearest = int(found.argmax())
        if found[nearest]:
            return first + nearest, int(peaks[nearest]), True
        first, peak = along.stop, int(peaks[-1])
        size = min(size * 4, LONGEST_LOOK)
    return first, peak, False


def touched(
    course: Course, where: Where, stop: Times | int, target: Times | int, peak: Times
) -> Flags:
    """Whether a level is met anywhere in these candles; the peaks are those before each."""
    prices = course.prices
    if course.trail is None:
        found: Flags = prices.low[where] <= stop
    else:
        seen = np.maximum(peak, prices.open[where])
        highest = np.maximum(peak, prices.high[where])
        found = prices.low[where] <= np.maximum(stop, course.trail_at(seen))
        found |= prices.close[where] <= course.trail_at(highest)
    if course.target is not None:
        found |= prices.high[where] >= target
    return found


def meet(course: Course, held: Holdings, fresh: Flags, through: Flags, least: int = 0) -> Ends:
    """What the price meets first in candle `first` of each holding.

    `fresh`: bought at this candle's open, so that whatever is met is met after it. `through`: the
    whole candle is walked, not only its open. A moment with a price below `least` is passed over.
    """
    prices = course.prices
    at = np.minimum(held.first, len(prices) - 1)
    columns = (prices.open, prices.low, prices.high, prices.close)
    opens, lows, highs, closes = (column[at] for column in columns)
    seen = np.maximum(held.peak, opens)
    trail, last = course.trail_at(seen), course.trail_at(np.maximum(seen, highs))
    floor = np.maximum(held.stop, trail)
    falling = np.minimum(floor, opens)
    stopped, trailed = opens <= held.stop, opens <= trail
    gained = opens >= held.target
    early = stopped | trailed | gained
    price = np.minimum(last, highs)
    cause = np.where(through & (closes <= last) & (price >= least), TRAIL, NONE)
    for hit, at_price, why in (
        (through & (highs >= held.target), held.target, TARGET),
        (through & (lows <= floor), falling, np.where(falling <= held.stop, STOP, TRAIL)),
        (early, opens, np.where(stopped, STOP, np.where(trailed, TRAIL, TARGET))),
    ):
        taken = hit & (at_price >= least)
        price, cause = np.where(taken, at_price, price), np.where(taken, why, cause)
    met = (cause != NONE) & (held.first < len(prices))
    at_open = early & (opens >= least) & ~fresh
    return Ends(held.first, np.where(met, cause, NONE), np.where(met, price, opens), met & ~at_open)
