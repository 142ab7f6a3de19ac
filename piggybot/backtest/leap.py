"""All trades of a backtest at once, with arrays; nothing, where one trade hangs on another.

What it assumes, it checks: each entry can be bought, each end can sell all whole steps, and no
number outgrows 64 bits. Where that does not hold, walk.py goes trade by trade.

May import: backtest, core, fills, strategies, wire.
"""

from typing import Any

import numpy as np

from piggybot.backtest.ahead import Ahead, Plan
from piggybot.backtest.books import Books, Traded
from piggybot.backtest.ends import SIGNAL
from piggybot.backtest.halts import Unclear, first_halt, losses
from piggybot.backtest.levels import Course
from piggybot.backtest.orders import Orders
from piggybot.backtest.scale import ROOM, Scale
from piggybot.backtest.setup import Setup, acted_on
from piggybot.core.market import Candles, Times
from piggybot.strategies import Signals
from proxy.fills import whole_steps

ROUNDS = 20


def leap(course: Course, candles: Candles, signals: Signals, setup: Setup) -> Traded:
    """What a run has done. A guard that halts it takes its later signals away. Raises Unclear."""
    enter, leave = acted_on(signals)
    books = _books(course, enter, leave, setup)
    halt, halted = first_halt(books, candles, setup)
    if halt is None:
        return Traded(books)
    enter, leave = enter[enter < halted], leave[leave < halted]
    return Traded(_books(course, enter, leave, setup), halt, halted)


def _books(course: Course, enter: Times, leave: Times, setup: Setup) -> Books:
    """The whole series' books, without guards that halt.

    With a cool-down, the next entry hangs on whether a holding has lost; and that is known to the
    last unit only once all before it are counted. So it is guessed, counted, and put right until
    nothing changes any more: each round, one more at least is right from the beginning on.
    """
    budget = Scale.of(setup, course.prices.unit).budget
    entries = len(enter) if setup.adds else 1
    if budget * entries * max(map(max, course.ratios), default=1) >= ROOM:
        raise Unclear
    ahead = Ahead(course, enter, leave, setup)
    for _ in range(ROUNDS):
        way = ahead.way()
        books = Books.of(_paid(course, ahead.plan(way), setup))
        if not setup.guards.cooldown or ahead.correct(way, losses(books, setup)):
            return books
    raise Unclear


def _paid(course: Course, plan: Plan, setup: Setup) -> Orders:
    """The plan as orders. Unclear where one of them cannot be made, or a number is too large."""
    prices, rules, scale = course.prices, setup.market, Scale.of(setup, course.prices.unit)
    over, seen = plan.ends, prices.open[plan.buys]
    dear, cheap = scale.dear(seen), scale.cheap(over.price)
    steps = scale.steps(dear)
    if not _buys_all(scale, seen, steps) or not _opens_all(scale, dear, steps):
        raise Unclear
    sold = _sold(scale.gained(steps), plan, scale.step)
    if not _sells_all(scale, over.price, sold):
        raise Unclear
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
