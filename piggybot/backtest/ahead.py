"""Which holdings follow one another: how each would end that begins at a +1, known beforehand.

Alone because this is what makes a backtest fast. How a holding ends hangs on nothing before it. So
many are followed at once that may come to be: the first of each stretch between two -1, and of each
SPREAD candles; then whatever would follow those. Soon all ways meet, and the real one is read off.
What would take too long a look is left out, and followed when the real way comes by it.

May import: backtest, core, fills.
"""

from dataclasses import dataclass

import numpy as np

from piggybot.backtest.ends import NONE, SIGNAL, TIME, Ends, Holdings, follow, meet
from piggybot.backtest.levels import NEVER, Course, Fixed, Flags, Growing, Sums, Trails
from piggybot.backtest.scale import Scale
from piggybot.backtest.setup import Setup
from piggybot.core.market import Times
from proxy.fills import FEE, SLIPPAGE

SPREAD = 256
FORESIGHT = 3
"""Beforehand each candle is looked at so often, on average, at most."""
KEPT = np.float64((1 - SLIPPAGE) * (1 - FEE) ** 2)
"""What is left of a price that is bought and sold at."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to be bought and sold. The last holding may lack its end: it is still open."""

    buys: Times
    """Candles at whose open is bought."""
    begins: Times
    """Where in `buys` each holding begins."""
    ends: Ends
    """Of the holdings that end."""


class Ahead:
    """What is known so far of each entry, the +1 with this number: how its holding would end.

    Whoever makes one has seen to it that no number outgrows 64 bits.
    """

    def __init__(self, course: Course, enter: Times, leave: Times, setup: Setup) -> None:
        self._course, self._setup, self._enter = course, setup, enter
        self._until = np.append(leave, len(course.prices))[np.searchsorted(leave, enter)]
        limit, count = setup.exits.time_limit, len(enter)
        self._late = np.full(count, NEVER) if limit is None else enter + limit
        scale = Scale.of(setup, course.prices.unit)
        self._ticks = scale.dear(course.prices.open[enter])
        steps = scale.steps(self._ticks)
        self._ground: Sums | Trails = (
            Sums.of(course, enter, self._ticks, steps) if setup.adds else Trails.of(course)
        )
        self._known, self._lost = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        candle, cause, price = np.zeros((3, count), np.int64)
        self._ends = Ends(candle, cause, price, np.zeros(count, np.bool_))
        self._look_ahead()

    def way(self) -> Times:
        """The entries at which holdings begin, one after the other's end."""
        known, following = np.flatnonzero(self._known), np.zeros(len(self._enter), np.int64)
        following[known] = self._following(known)
        at, taken = 0, []
        while at < len(self._enter):
            if not self._known[at]:
                this = np.array([at])
                self._find(this, NEVER)
                following[at] = self._following(this)[0]
            taken.append(at)
            at = int(following[at])
        return np.array(taken, np.int64)

    def plan(self, way: Times) -> Plan:
        """What is bought and sold on this way."""
        ends = self._ends.take(way)
        over = ends.take(ends.cause != NONE)
        if not self._setup.adds:
            return Plan(self._enter[way], np.arange(len(way)), over)
        change = np.zeros(len(self._enter) + 1, np.int64)
        change[way] += 1
        np.subtract.at(change, np.searchsorted(self._enter, self._after(way)), 1)
        bought = np.cumsum(change[:-1]) > 0
        return Plan(self._enter[bought], (np.cumsum(bought) - 1)[way], over)

    def correct(self, way: Times, lost: Flags) -> bool:
        """What has lost on this way, counted exactly; whether that was known."""
        ended = way[: len(lost)]
        right = bool((self._lost[ended] == lost).all())
        self._lost[ended] = lost
        return right

    def _look_ahead(self) -> None:
        """Follow what may come to be, until all ways have met or it would take too long."""
        stretch, part = self._until, self._enter // SPREAD
        begin = np.flatnonzero(np.diff(stretch, prepend=-1) | np.diff(part, prepend=-1))
        left, tried = FORESIGHT * len(self._course.prices), np.zeros(len(self._enter) + 1, np.bool_)
        tried[-1] = True
        while len(begin) and left > 0:
            tried[begin] = True
            left -= self._find(begin, left)
            following = np.unique(self._following(begin[self._known[begin]]))
            begin = following[~tried[following]]

    def _find(self, begin: Times, candles: int) -> int:
        """Note how those end that so many candles' look can follow; how many it took."""
        first, late = self._enter[begin], self._late[begin]
        horizon = np.minimum(np.minimum(self._until[begin], late), len(self._course.prices))
        held = Holdings(first, horizon, *self._beginning(begin))
        reached = follow(self._course, held, candles)
        done = reached.hit | (reached.candle == horizon)
        there = Holdings(reached.candle, horizon, reached.trail, held.levels).take(done)
        over = meet(self._course, there, there.first == first[done], reached.hit[done])
        quiet = (over.cause == NONE) & (over.candle < len(self._course.prices))
        ended, known = begin[done], self._ends
        known.candle[ended], known.price[ended] = over.candle, over.price
        known.inside[ended] = over.inside
        why = np.where(over.candle == late[done], TIME, SIGNAL)
        known.cause[ended] = np.where(quiet, why, over.cause)
        self._known[ended] = True
        self._lost[ended] = self._seem_lost(ended)
        return int((reached.candle - first).sum())

    def _beginning(self, begin: Times) -> tuple[Times, Fixed | Growing]:
        """The trailing stop, and the levels, of holdings that begin at these entries."""
        if isinstance(self._ground, Sums):
            return np.zeros_like(begin), Growing(self._ground, begin)
        ticks, course = self._ticks[begin], self._course
        levels = Fixed(self._ground, course.stop_at(ticks), course.target_at(ticks))
        return course.trail_at(ticks * course.prices.tick), levels

    def _seem_lost(self, begin: Times) -> Flags:
        """Whether these, whose end is known, were sold for less than they cost, or nearly so."""
        paid, bought = self._ticks[begin], np.ones_like(begin)
        if isinstance(self._ground, Sums):
            sums, end = self._ground, self._ground.count[self._after(begin)]
            paid, bought = (one[end] - one[begin] for one in (sums.paid, sums.bought))
        price = self._ends.price[begin] / self._course.prices.tick
        lost: Flags = price * KEPT * bought <= paid
        return lost

    def _after(self, begin: Times) -> Times:
        """The first candle whose open these do not see any more."""
        after: Times = self._ends.candle[begin] + self._ends.inside[begin]
        return after

    def _following(self, begin: Times) -> Times:
        """The entry that comes after these holdings' ends, and after a cool-down."""
        ends = self._ends.take(begin)
        pause = np.where(self._lost[begin], self._setup.guards.cooldown, 0)
        ready = ends.candle + np.where(ends.inside, 1 + pause, np.maximum(1, pause))
        return np.searchsorted(self._enter, ready)
