"""A backtest trade by trade, exactly: where an order is too small, or books cannot tell.

Alone because here one decision hangs on the other, while leap.py does at once what can be done at
once. Only the search for levels is an array's work.

May import: backtest, core, strategies.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from piggybot.backtest.books import Books, Traded
from piggybot.backtest.ends import NONE, SIGNAL, TIME, Ends, Holdings, follow, meet
from piggybot.backtest.levels import NEVER, Course, Fixed, Trails
from piggybot.backtest.orders import Orders, Row
from piggybot.backtest.purse import Purse
from piggybot.backtest.setup import Setup, acted_on
from piggybot.backtest.watch import Watch
from piggybot.strategies import Signals


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
    trail: int
    """The trailing stop by what was seen up to that open; in units, as the levels."""
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
        self.trail = max(self.trail, course.trail_at(row.ticks * course.prices.tick))
        self.stop = course.stop_at(self.paid, self.steps)
        self.target = course.target_at(self.paid, self.steps)
        self.least = least


class Walk:
    """One walk through all candles."""

    def __init__(self, course: Course, signals: Signals, setup: Setup) -> None:
        self._course = course
        self._setup = setup
        self._trails = Trails.of(course)
        self._has_exits = setup.exits.any
        self._last = len(course.prices) - 1
        enter, leave = acted_on(signals)
        self._enter: list[int] = enter.tolist()
        self._leave: list[int] = leave.tolist()
        self._watch = Watch(course.prices, setup)
        self._purse = Purse(setup, course.prices)
        self._open: Open | None = None

    def walk(self) -> Traded:
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
        return Traded(Books.of(orders), halt, None if halt is None else self._watch.halted)

    def _follow(self, holding: Open) -> None:
        """From an entry to its end, or to the end of the candles."""
        while self._open is not None:
            event = self._event(holding)
            end, trail = self._exit(holding, event)
            at_slot = end is not None and end.cause != SIGNAL and not end.inside
            reached = event if end is None else end.candle
            if self._fallen(min(reached - at_slot, self._last)):
                continue  # what the signals say no longer counts
            if end is not None:
                self._sell(end)
            elif event <= self._last:
                self._act(holding, event, trail)
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
        """What ends it, at the open of `event` at the latest; and the trailing stop before that."""
        end, trail = self._level(holding, event)
        limit = self._setup.exits.time_limit
        if end is not None or event > self._last or limit is None:
            return end, trail
        seen = int(self._course.prices.open[event])
        late = event >= holding.since + limit and seen >= holding.least
        return End(event, TIME, seen, inside=False) if late else None, trail

    def _level(self, holding: Open, event: int) -> tuple[End | None, int]:
        """The level that is met first; and the trailing stop before that."""
        first, trail = holding.at, holding.trail
        levels = Fixed(self._trails, np.array([holding.stop]), np.array([holding.target]))
        while self._has_exits:
            here = Holdings(np.array([first]), np.array([event]), np.array([trail]), levels)
            seen = follow(self._course, here, NEVER, holding.least)
            reached, trail, hit = int(seen.candle[0]), int(seen.trail[0]), bool(seen.hit[0])
            if not hit and not self._beyond(reached, holding, trail):
                break
            there = Holdings(seen.candle, here.horizon, seen.trail, levels)
            fresh = np.array([reached == holding.at])
            ends = meet(self._course, there, fresh, seen.hit, holding.least)
            if ends.cause[0] != NONE:
                return _first(ends), trail
            if not hit:
                break
            first, trail = reached + 1, max(trail, int(self._trails.risen[reached]))
        return None, trail

    def _beyond(self, candle: int, holding: Open, trail: int) -> bool:
        """Whether that candle opens beyond a level; there may be no such candle."""
        if candle > self._last:
            return False
        seen = int(self._course.prices.open[candle])
        floor = max(holding.stop, trail, self._course.trail_at(seen))
        return not floor < seen < holding.target

    def _act(self, holding: Open, candle: int, trail: int) -> None:
        """At a slot without a way out: what the signal says, where it is obeyed."""
        seen = int(self._course.prices.open[candle])
        holding.at, holding.trail = candle, max(trail, self._course.trail_at(seen))
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
            self._open = Open(since=candle, at=candle, trail=0)
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


def _first(ends: Ends) -> End:
    """The one that there is."""
    return End(int(ends.candle[0]), int(ends.cause[0]), int(ends.price[0]), bool(ends.inside[0]))


def _next(candles: list[int], since: int) -> int:
    """The first of these that is not before `since`; NEVER where there is none."""
    at = bisect_left(candles, since)
    return candles[at] if at < len(candles) else NEVER
