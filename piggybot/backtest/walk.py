"""A backtest trade by trade: where guards bind, an order is too small, or a holding is added to.

Alone because here one decision hangs on the other, while leap.py does at once what can be done at
once. Only the search for levels is an array's work.

May import: backtest, core, strategies.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from piggybot.backtest.ends import (
    NEVER,
    NONE,
    SIGNAL,
    TIME,
    Course,
    Ends,
    Holdings,
    One,
    meet,
    scan,
)
from piggybot.backtest.leap import ends_of
from piggybot.backtest.orders import Orders, Row
from piggybot.backtest.purse import Purse
from piggybot.backtest.setup import Setup, acted_on
from piggybot.backtest.watch import Watch
from piggybot.core.market import Times
from piggybot.core.runs import Halt
from piggybot.strategies import Signals

FORESIGHT = 8
"""All ends are found beforehand where that means to look at each candle so often, at most."""


@dataclass(frozen=True, slots=True)
class Walked:
    """All orders, and the guard that halted the run; from the open of candle `halted` on."""

    orders: Orders
    halt: Halt | None = None
    halted: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Where and how a holding ends."""

    candle: int
    cause: int
    price: int
    inside: bool


@dataclass(slots=True)
class Open:
    """The holding that is open: what it bought, its levels, and how far it was followed."""

    since: int
    """The candle at whose open it began."""
    at: int
    """The candle at whose open it was looked at last."""
    peak: int
    """The highest price seen up to that open; in units, as the levels."""
    steps: int = 0
    paid: int = 0
    """Ticks times steps."""
    stop: int = 0
    target: int = NEVER
    least: int = NEVER
    """The lowest price at which what is held may be sold."""

    def grow(self, row: Row, course: Course, least: int) -> None:
        """One more buy of it."""
        self.steps += row.steps
        self.paid += row.ticks * row.steps
        self.peak = max(self.peak, row.ticks * course.prices.tick)
        self.stop = course.stop_at(self.paid, self.steps)
        self.target = course.target_at(self.paid, self.steps)
        self.least = least


class Walk:
    """One walk through all candles."""

    def __init__(self, course: Course, signals: Signals, setup: Setup) -> None:
        self._course = course
        self._setup = setup
        self._has_exits = setup.exits.any
        self._last = len(course.prices) - 1
        enter, leave = acted_on(signals)
        self._enter: list[int] = enter.tolist()
        self._leave: list[int] = leave.tolist()
        self._foreseen = _foreseen(course, enter, leave, setup)
        self._watch = Watch(course.prices, setup)
        self._purse = Purse(setup, course.prices)
        self._open: Open | None = None

    def walk(self) -> Walked:
        """All orders, from the first candle to the last."""
        while (candle := _next(self._enter, self._watch.ready)) <= self._last:
            if self._fallen(candle):
                break
            self._watch.ready = candle + 1
            self._buy(candle)
            if self._open is not None:
                self._follow(self._open)
            if self._open is not None or self._watch.halt is not None:
                break
        self._fallen(self._last)
        orders = Orders.of(self._setup.market, self._course.prices.unit, self._purse.rows)
        halt = self._watch.halt
        return Walked(orders, halt, None if halt is None else self._watch.halted)

    def _follow(self, holding: Open) -> None:
        """From an entry to its end, or to the end of the candles."""
        while self._open is not None:
            event = self._event(holding)
            end, peak = self._exit(holding, event)
            at_slot = end is not None and end.cause != SIGNAL and not end.inside
            reached = event if end is None else end.candle
            if self._fallen(min(reached - at_slot, self._last)):
                continue  # what the signals say no longer counts
            if end is not None:
                self._sell(end)
            elif event <= self._last:
                self._act(holding, event, peak)
            else:
                return

    def _event(self, holding: Open) -> int:
        """The next candle at whose open something other than a level may be due."""
        at, limit = holding.at + 1, self._setup.exits.time_limit
        signals = [_next(self._leave, at)]
        if self._setup.adds:
            signals.append(_next(self._enter, at))
        events = [one for one in signals if one < self._watch.halted]
        if limit is not None:
            events.append(max(at, holding.since + limit))
        return min([*events, self._last + 1])

    def _exit(self, holding: Open, event: int) -> tuple[End | None, int]:
        """What ends it, at the open of `event` at the latest; and the highest price before that."""
        known = self._known(holding)
        if known is not None:
            return known, holding.peak
        end, peak = self._level(holding, event)
        limit = self._setup.exits.time_limit
        if end is not None or event > self._last or limit is None:
            return end, peak
        seen = int(self._course.prices.open[event])
        late = event >= holding.since + limit and seen >= holding.least
        return End(event, TIME, seen, inside=False) if late else None, peak

    def _level(self, holding: Open, event: int) -> tuple[End | None, int]:
        """The level that is met first; and the highest price before that."""
        first, peak = holding.at, holding.peak
        while self._has_exits:
            one = One(first, event, holding.stop, holding.target, peak)
            reached, peak, hit = scan(self._course, one, holding.least)
            if not hit and not self._beyond(reached, holding, peak):
                break
            there = Holdings.alone(one._replace(first=reached, peak=peak))
            fresh, through = np.array([reached == holding.at]), np.array([hit])
            ends = meet(self._course, there, fresh, through, holding.least)
            if ends.cause[0] != NONE:
                return _listed(ends)[0], peak
            if not hit:
                break
            first, peak = reached + 1, max(peak, int(self._course.prices.high[reached]))
        return None, peak

    def _beyond(self, candle: int, holding: Open, peak: int) -> bool:
        """Whether that candle opens beyond a level; there may be no such candle."""
        if candle > self._last:
            return False
        seen = int(self._course.prices.open[candle])
        floor = max(holding.stop, self._course.trail_at(max(peak, seen)))
        return not floor < seen < holding.target

    def _known(self, holding: Open) -> End | None:
        """Its end as it was foreseen, where nothing has come between."""
        if self._foreseen is None or self._watch.halt is not None or holding.at > holding.since:
            return None
        end = self._foreseen[bisect_left(self._enter, holding.since)]
        return None if end.cause == NONE or end.price < holding.least else end

    def _act(self, holding: Open, candle: int, peak: int) -> None:
        """At a slot without a way out: what the signal says, where it is obeyed."""
        seen = int(self._course.prices.open[candle])
        holding.at, holding.peak = candle, max(peak, seen)
        if candle >= self._watch.halted:
            return
        if _next(self._leave, candle) == candle and seen >= holding.least:
            self._sell(End(candle, SIGNAL, seen, inside=False))
        elif self._setup.adds and _next(self._enter, candle) == candle:
            self._buy(candle)

    def _buy(self, candle: int) -> None:
        """Enter, or add, at this candle's open; what could not be sold again is no holding."""
        row = self._purse.buy(candle)
        if row is None:
            return
        self._watch.bought(self._purse.held.cost)
        if self._open is None and row.ticks * self._course.prices.tick < self._purse.least:
            return
        if self._open is None:
            self._open = Open(since=candle, at=candle, peak=0)
        self._open.grow(row, self._course, self._purse.least)

    def _sell(self, end: End) -> None:
        """The holding is over."""
        if end.cause != SIGNAL and not end.inside:
            self._watch.left(end.candle, self._purse.held.units, self._purse.earned)
        earned = self._purse.sell(end.candle, end.cause, end.price, end.inside)
        self._watch.closed(end.candle, end.inside, earned, self._purse.realised)
        self._open = None

    def _fallen(self, last: int) -> bool:
        """Whether the drawdown halts the run at a slot up to that of candle `last`."""
        return self._watch.fallen(last, self._purse.held.units, self._purse.earned)


def _foreseen(course: Course, enter: Times, leave: Times, setup: Setup) -> list[End] | None:
    """How each holding would end that begins at one of these candles; None where that is too much.

    A holding that is added to has other levels, so nothing can be foreseen of it.
    """
    if setup.adds:
        return None
    until = np.append(leave, len(course.prices))[np.searchsorted(leave, enter)]
    if (until - enter).sum() > FORESIGHT * len(course.prices):
        return None
    ends = ends_of(course, enter, until, setup)
    return _listed(ends)


def _listed(ends: Ends) -> list[End]:
    """One by one."""
    columns = (ends.candle, ends.cause, ends.price, ends.inside)
    return [End(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _next(candles: list[int], since: int) -> int:
    """The first of these that is not before `since`; NEVER where there is none."""
    at = bisect_left(candles, since)
    return candles[at] if at < len(candles) else NEVER
