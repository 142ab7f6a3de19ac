"""What orders come to: cash, units and cost after each, and what each holding earned.

Alone because statistics are floats, while the orders themselves are exact. The cost of what was too
little to sell goes with the next holding, as in core/positions.py.

May import: backtest, core, fills.
"""

from dataclasses import dataclass

import numpy as np

from piggybot.backtest.orders import Orders
from piggybot.backtest.setup import Setup
from piggybot.core.market import Candles, Floats, Times
from piggybot.core.runs import Guards
from proxy.fills import FEE_STEP

HAIR = np.float64(1e-9)
"""So near to a guard's limit, floats leave the answer to the exact walk."""


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """The state after each order, in quote and base; and by holding what it earned."""

    orders: Orders
    cash: Floats
    """What came in less what went out, since the beginning."""
    units: Floats
    cost: Floats
    """Of the units, fees included."""
    realised: Floats
    """After each end of a holding, since the beginning."""

    @classmethod
    def of(cls, orders: Orders) -> "Books":
        value, paid = values(orders), fees(orders)
        cash = np.cumsum(np.where(orders.buys, -value, value - paid))
        step, fee = orders.rules.grains
        grains = np.cumsum(
            np.where(orders.buys, orders.steps * step - orders.fee * fee, -orders.steps * step)
        )
        units = grains * np.float64(orders.rules.grain)
        cost = _costs(orders, value, units)
        sells = ~orders.buys
        return cls(orders, cash, units, cost, cash[sells] + cost[sells])

    @property
    def profit(self) -> Floats:
        """What each ended holding earned, fees included."""
        return np.diff(self.realised, prepend=0)

    def equity(self, candles: Candles) -> Floats:
        """Cash and worth at each candle's close; 0 at the beginning."""
        since = self.orders.candle
        worth = _along(since, self.units, candles) * candles.close
        return _along(since, self.cash, candles) + worth

    def at_slots(self, candles: Candles) -> Floats:
        """Cash and worth at each candle's open, before anything is done there."""
        since = self.orders.candle + 1
        worth = _along(since, self.units, candles) * candles.open
        return _along(since, self.cash, candles) + worth


def binding(books: Books, candles: Candles, setup: Setup) -> bool:
    """Whether a guard would halt the run somewhere, or nearly so."""
    if not len(books.cash):
        return False
    amount, guards = np.full(len(books.cash), np.float64(setup.amount_usd)), setup.guards
    stake = np.maximum.accumulate(np.maximum(books.cost, amount)) if setup.adds else amount
    return _losing(books, guards, stake) or _falling(books, candles, guards, stake)


def _losing(books: Books, guards: Guards, stake: Floats) -> bool:
    if guards.losses <= 0 or not len(books.realised):
        return False
    won = books.profit > stake[0] * HAIR
    number = np.arange(len(won))
    last_win = np.maximum.accumulate(np.where(won, number, -1))
    return bool((number - last_win).max() >= guards.losses)


def _falling(books: Books, candles: Candles, guards: Guards, stake: Floats) -> bool:
    if guards.drawdown <= 0:
        return False
    worth = books.at_slots(candles)
    best = np.maximum(worth, 0)
    since = np.minimum(books.orders.candle[~books.orders.buys] + 1, len(best) - 1)
    np.maximum.at(best, since, books.realised)
    best = np.maximum.accumulate(best)
    base = np.maximum(_along(books.orders.candle + 1, stake, candles), stake[0]) + best
    fallen = best - worth >= (np.float64(guards.drawdown) - HAIR) * base
    return bool(fallen.any())


def values(orders: Orders) -> Floats:
    """What each order moved in quote, before fees."""
    one = np.float64(orders.rules.step * orders.rules.tick)
    return orders.steps * orders.ticks.astype(np.float64) * one


def sizes(orders: Orders) -> Floats:
    """What each order moved in base, before fees."""
    return orders.steps * np.float64(orders.rules.step)


def fees(orders: Orders) -> Floats:
    """Each order's fee: in base of a buy, in quote of a sell."""
    return orders.fee * np.float64(FEE_STEP)


def _costs(orders: Orders, value: Floats, units: Floats) -> Floats:
    """The cost of what is held after each order: a sell keeps the average of what is left."""
    costs, cost, held = np.empty(len(value)), 0.0, 0.0
    rows = zip(orders.buys.tolist(), value.tolist(), units.tolist(), strict=True)
    for number, (buys, spent, left) in enumerate(rows):
        cost = cost + spent if buys else cost * left / held
        costs[number], held = cost, left
    return costs


def _along(since: Times, values_: Floats, candles: Candles) -> Floats:
    """The value that holds at each candle: 0 until the first order, then what each left."""
    starts = np.minimum(since, len(candles))
    lengths = np.diff(starts, prepend=0, append=len(candles))
    return np.repeat(np.concatenate(([0.0], values_)), lengths)
