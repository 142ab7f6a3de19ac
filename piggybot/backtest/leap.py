"""All trades of a backtest at once, with arrays; nothing, where one trade hangs on another.

What it assumes, it checks: each entry can be bought, each end can sell all whole steps, no number
outgrows 64 bits, and no cool-down. Where that does not hold, walk.py goes trade by trade.

May import: backtest, core, fills, strategies, wire.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from piggybot.backtest.ends import NONE, SIGNAL, TIME, Course, Ends, Holdings, sweep
from piggybot.backtest.orders import Orders
from piggybot.backtest.scale import ROOM, Scale
from piggybot.backtest.setup import Setup, acted_on
from piggybot.core.market import Times
from piggybot.strategies import Signals
from proxy.fills import whole_steps, worse_ticks
from proxy.wire import Side


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What is to be bought and sold. The last holding may lack its end: it is still open."""

    buys: Times
    """Candles at whose open is bought."""
    begins: Times
    """Where in `buys` each holding begins."""
    ends: Ends
    """Of the holdings that end."""


def leap(course: Course, signals: Signals, setup: Setup) -> Orders | None:
    """The orders of the whole series; None where it takes a walk to know them."""
    if setup.guards.cooldown or (setup.adds and setup.exits.any):
        return None
    enter, leave = acted_on(signals)
    if setup.exits.any:
        plan = _with_exits(course, enter, leave, setup)
    else:
        plan = _by_signals(course, enter, leave, setup)
    return _paid(course, plan, setup)


def _by_signals(course: Course, enter: Times, leave: Times, setup: Setup) -> Plan:
    """Without exits: a holding is from the first +1 to the next -1."""
    turn = np.searchsorted(leave, enter)
    fresh = np.diff(turn, prepend=-1) > 0
    begins, ends = np.flatnonzero(fresh), turn[fresh]
    candle = leave[ends[ends < len(leave)]]
    signal = np.full(len(candle), SIGNAL)
    at_open = np.zeros(len(candle), np.bool_)
    over = Ends(candle, signal, course.prices.open[candle], at_open)
    if setup.adds:
        return Plan(enter, begins, over)
    return Plan(enter[fresh], np.arange(len(begins)), over)


def _with_exits(course: Course, enter: Times, leave: Times, setup: Setup) -> Plan:
    """With exits: waves of holdings, each wave what follows the ends of the one before.

    Between two -1 a holding may end early and another begin; those of different stretches do not
    touch each other, so that all stretches' first holdings are one wave, then all second ones.
    """
    edges = np.append(leave, len(course.prices))
    stretch = np.searchsorted(leave, enter)
    first = np.diff(stretch, prepend=-1) > 0
    begin, until = enter[first], edges[stretch[first]]
    waves: list[tuple[Times, Ends]] = []
    while len(begin) or not waves:
        over = ends_of(course, begin, until, setup)
        waves.append((begin, over))
        follower = np.searchsorted(enter, over.candle + 1)
        known = follower < len(enter)
        begin, until = enter[follower[known]], until[known]
        inside = begin < until
        begin, until = begin[inside], until[inside]
    buys = np.concatenate([begin for begin, _ in waves])
    order = np.argsort(buys)
    over = Ends.joined([over for _, over in waves]).take(order)
    return Plan(buys[order], np.arange(len(buys)), over.take(over.cause != NONE))


def ends_of(course: Course, begin: Times, until: Times, setup: Setup) -> Ends:
    """How holdings that begin at these candles end, each at its -1 at the latest."""
    prices = course.prices
    paid = worse_ticks(prices.open[begin], Side.BUY, prices.tick)
    limit = setup.exits.time_limit
    late = np.full_like(begin, len(prices)) if limit is None else begin + limit
    held = Holdings(
        begin,
        np.minimum(np.minimum(until, late), len(prices)),
        course.stop_at(paid),
        course.target_at(paid),
        paid * prices.tick,
    )
    over = sweep(course, held)
    quiet = (over.cause == NONE) & (over.candle < len(prices))
    cause = np.where(over.candle == late, TIME, SIGNAL)
    return replace(over, cause=np.where(quiet, cause, over.cause))


def _paid(course: Course, plan: Plan, setup: Setup) -> Orders | None:
    """The plan as orders; None where one of them could not be made, or a number is too large."""
    prices, rules, scale = course.prices, setup.market, Scale.of(setup, course.prices.unit)
    over, seen = plan.ends, prices.open[plan.buys]
    if scale.budget >= ROOM:
        return None
    dear, cheap = scale.dear(seen), scale.cheap(over.price)
    steps = scale.steps(dear)
    if not _buys_all(scale, seen, steps) or not _opens_all(scale, dear, steps):
        return None
    sold = _sold(scale.gained(steps), plan, scale.step)
    if not _sells_all(scale, over.price, sold):
        return None
    candle = np.concatenate((plan.buys, over.candle))
    order = np.argsort(candle, kind="stable")  # a candle's buy, at its open, before its sell

    def both(ours: Any, theirs: Any) -> Any:
        return np.concatenate((ours, theirs))[order]

    return Orders(
        rules,
        prices.unit,
        candle[order],
        both(np.zeros_like(plan.buys, np.bool_), over.inside),
        both(np.ones_like(plan.buys, np.bool_), np.zeros_like(sold, np.bool_)),
        both(np.full_like(plan.buys, SIGNAL), over.cause),
        both(seen, over.price),
        both(dear, cheap),
        both(steps, sold),
        both(scale.buy_fee(steps), scale.sell_fee(cheap, sold)),
    )


def _sold(gained: Times, plan: Plan, step: int) -> Times:
    """The whole steps that each ended holding sells: what is left over goes with the next."""
    if not len(gained):
        return gained
    whole = whole_steps(np.cumsum(np.add.reduceat(gained, plan.begins)), step)
    return np.diff(whole, prepend=0)[: len(plan.ends.candle)]


def _buys_all(scale: Scale, seen: Times, steps: Times) -> bool:
    """Whether every entry can be bought, and all numbers stay small."""
    if not len(seen):
        return True
    total = int(steps.max()) * len(steps)
    small = total * max(scale.step, scale.buy_rate[0]) < ROOM
    return small and bool(steps.min() > 0) and int(seen.max()) <= scale.dearest


def _opens_all(scale: Scale, dear: Times, steps: Times) -> bool:
    """Whether each buy alone is a holding: the venue would take it back at what it cost."""
    return not len(steps) or _takes_all(scale, dear * scale.tick, scale.whole(steps))


def _sells_all(scale: Scale, seen: Times, steps: Times) -> bool:
    """Whether every end can be sold, and all numbers stay small."""
    if not len(seen):
        return True
    small = int(seen.max()) * int(steps.max()) < ROOM // scale.sell_rate[0]
    return small and _takes_all(scale, seen, steps)


def _takes_all(scale: Scale, price: Times, steps: Times) -> bool:
    """Whether the venue takes so many steps at each of these prices."""
    enough = steps.min() >= scale.least_steps and (steps * price).min() >= scale.least_value
    return bool(enough)
