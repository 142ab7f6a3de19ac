"""Where holdings end: levels (levels.py) met by prices that walk through the candles.

Stated assumption: inside a candle the price goes from the open to the low, to the high, to the
close. So a stop comes before a target; and the peak rises with the open and the high. A price that
opens beyond a level is met at the open.

Many holdings are followed at once: a block has a row for each, and so many candles as columns. Most
end within the first few; the others are looked at further and further.

May import: backtest, core.
"""

from dataclasses import dataclass

import numpy as np

from piggybot.backtest.levels import Course, Flags, Levels
from piggybot.core.market import Times
from piggybot.core.runs import Cause

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
BLOCK = 16384
"""So many candles are looked at in one go: more would not stay in the processor's cache."""
LANES = 1024
SHORTEST_LOOK, LOOK_OF_ONE, FARTHER = 16, 1024, 2


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """Open holdings, one an element. Candles [first, horizon) may end one; prices in units."""

    first: Times
    horizon: Times
    trail: Times
    """The trailing stop by what was seen before candle `first`; 0: nothing was."""
    levels: Levels

    def take(self, chosen: Flags | Times) -> "Holdings":
        levels = self.levels.take(chosen)
        return Holdings(self.first[chosen], self.horizon[chosen], self.trail[chosen], levels)


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """How far holdings were followed."""

    candle: Times
    """The one that ends it where it is `hit`; else its horizon, or as far as it was looked at."""
    trail: Times
    """Before that candle."""
    hit: Flags


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


def follow(course: Course, held: Holdings, candles: int, least: int = 0) -> Reached:
    """Follow holdings to the candle that ends each, or to its horizon.

    Where all that goes on cannot be looked at further with `candles` in all, it is left there.
    Candles that stay below the price `least` are passed over.
    """
    reached = Reached(held.first.copy(), held.trail.copy(), np.zeros(len(held.first), np.bool_))
    if not course.ratios:
        reached.candle[:] = held.horizon
        return reached
    going = np.flatnonzero(held.first < held.horizon)
    for part in range(0, len(going), LANES):
        live = going[part : part + LANES]
        _follow_some(course, held, reached, live, candles * len(live) // len(going), least)
    return reached


def _follow_some(  # noqa: PLR0913, PLR0917
    course: Course, held: Holdings, reached: Reached, live: Times, candles: int, least: int
) -> None:
    """So few that what they see stays in the processor's cache from one look to the next."""
    look = SHORTEST_LOOK
    while len(live):
        look = max(look, LOOK_OF_ONE // len(live))
        candles -= len(live) * look
        if candles < 0:
            break
        for part in range(0, len(live), max(1, BLOCK // look)):
            _look(course, held, reached, live[part : part + BLOCK // look], look, least)
        live = live[~reached.hit[live] & (reached.candle[live] < held.horizon[live])]
        look = min(look * FARTHER, BLOCK)


def _look(  # noqa: PLR0913, PLR0917
    course: Course, held: Holdings, reached: Reached, live: Times, look: int, least: int
) -> None:
    """So many candles more of some, which are noted in `reached`."""
    prices, levels = course.prices, held.levels.take(live)
    first, horizon = reached.candle[live], held.horizon[live]
    look = min(look, int((horizon - first).max()))
    when = first[:, None] + np.arange(look)
    at = np.minimum(when, len(prices) - 1)
    highs, trails = prices.high[at], reached.trail[live][:, None]
    stop, met = levels.along(prices, at, highs)
    if course.trail is not None:
        trails = np.concatenate((trails, levels.trails.risen[at]), axis=1)
        np.maximum.accumulate(trails, axis=1, out=trails)
        stop = np.maximum(stop, trails[:, :-1])
        met |= levels.trails.dropped[at]
    met |= prices.low[at] <= stop
    met &= (highs >= least) & (when < horizon[:, None])
    row, column = np.arange(len(live)), met.argmax(axis=1)
    hit = met[row, column]
    column[~hit] = np.minimum(horizon - first, look)[~hit]
    reached.candle[live] = first + column
    if course.trail is not None:
        reached.trail[live] = trails[row, column]
    reached.hit[live] = hit


def meet(course: Course, held: Holdings, fresh: Flags, through: Flags, least: int = 0) -> Ends:
    """What the price meets first in candle `first` of each holding.

    `fresh`: begun at this candle's open, so that whatever is met is met after it. `through`: the
    whole candle is walked, not only its open. A moment with a price below `least` is passed over.
    """
    prices = course.prices
    at = np.minimum(held.first, len(prices) - 1)
    columns = (prices.open, prices.low, prices.high, prices.close)
    opens, lows, highs, closes = (column[at] for column in columns)
    (stop, target), (old_stop, old_target) = (held.levels.at_open(one) for one in (at + 1, at))
    old_trail = np.maximum(held.trail, course.trail_at(opens))
    trail = np.maximum(held.trail, held.levels.trails.opened[at])
    last = np.maximum(trail, held.levels.trails.risen[at])
    floor = np.maximum(stop, trail)
    falling = np.minimum(floor, opens)
    price = np.minimum(last, highs)
    cause = np.where(through & (closes <= last) & (price >= least), TRAIL, NONE)
    early = _beyond(opens, old_stop, old_trail, old_target)
    at_open = ~fresh & (early != NONE) & (opens >= least)
    for hit, at_price, why in (
        (through & (highs >= target), target, TARGET),
        (through & (lows <= floor), falling, np.where(falling <= stop, STOP, TRAIL)),
        (through, opens, _beyond(opens, stop, trail, target)),
        (at_open, opens, early),
    ):
        taken = hit & (why != NONE) & (at_price >= least)
        price, cause = np.where(taken, at_price, price), np.where(taken, why, cause)
    met = (cause != NONE) & (held.first < len(prices))
    return Ends(held.first, np.where(met, cause, NONE), np.where(met, price, opens), met & ~at_open)


def _beyond(opens: Times, stop: Times, trail: Times, target: Times) -> Times:
    """The cause for which a holding is sold at such an open, or NONE."""
    gained = np.where(opens >= target, TARGET, NONE)
    return np.where(opens <= stop, STOP, np.where(opens <= trail, TRAIL, gained))
