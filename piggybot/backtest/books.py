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
from piggybot.core.runs import Halt
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

    def stakes(self, setup: Setup) -> Floats:
        """After each order, what falls are a share of, beside the best that was earned."""
        amount = np.full(len(self.cost), np.float64(setup.amount_usd))
        if not setup.adds:
            return amount
        return np.maximum.accumulate(np.maximum(self.cost, amount))

    def equity(self, candles: Candles) -> Floats:
        """Cash and worth at each candle's close; 0 at the beginning."""
        since = self.orders.candle
        worth = along(since, self.units, candles) * candles.close
        return along(since, self.cash, candles) + worth

    def at_slots(self, candles: Candles) -> Floats:
        """Cash and worth at each candle's open, before anything is done there."""
        since = self.orders.candle + 1
        worth = along(since, self.units, candles) * candles.open
        return along(since, self.cash, candles) + worth


@dataclass(frozen=True, slots=True)
class Traded:
    """What a run has done, and the guard that halted it; from the open of candle `halted` on."""

    books: Books
    halt: Halt | None = None
    halted: int | None = None


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
    ends = np.flatnonzero(~orders.buys)
    if not len(ends):
        return np.cumsum(value)
    spent = np.where(orders.buys, value, 0)
    each = np.add.reduceat(spent[: ends[-1]], np.concatenate(([0], ends[:-1] + 1)))
    spent[ends] = -each
    kept = [np.float64(0)]
    for bought, left in zip(each, units[ends] / units[ends - 1], strict=True):
        kept.append((kept[-1] + bought) * left)
    return np.cumsum(spent) + np.repeat(kept, np.diff(ends, prepend=0, append=len(value)))


def along(since: Times, values_: Floats, candles: Candles) -> Floats:
    """The value that holds at each candle: 0 until the first order, then what each left."""
    starts = np.minimum(since, len(candles))
    lengths = np.diff(starts, prepend=0, append=len(candles))
    return np.repeat(np.concatenate(([0.0], values_)), lengths)
