"""Holdings, from entry to end, as arrays: what charts mark, statistics count and people read.

May import: backtest, core.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from piggybot.backtest.books import Books, fees, sizes, values
from piggybot.backtest.ends import NONE
from piggybot.backtest.levels import Flags
from piggybot.core.market import Floats, Times

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """One element a holding. The last may be open: its end is NONE, its worth at the last close."""

    entry: Times
    """The candle at whose open it began."""
    exit: Times
    """The candle in which it ended, or NONE."""
    inside: Flags
    """Ended inside that candle; else at its open."""
    cause: Times
    """Its number in CAUSES, or NONE."""
    entries: Times
    """How many buys it had."""
    units: Floats
    """What they bought, before fees."""
    paid: Floats
    """What they cost in quote, before fees."""
    price_in: Floats
    price_out: Floats
    """The last close, where it is open."""
    sold: Floats
    fees: Floats
    """In quote; those in base at their order's price."""
    profit: Floats
    """In quote, fees included."""

    def __len__(self) -> int:
        return len(self.entry)

    @property
    def ended(self) -> Flags:
        found: Flags = self.exit != NONE
        return found

    @property
    def share(self) -> Floats:
        """The profit as a share of what was paid."""
        return self.profit / self.paid

    @classmethod
    def of(cls, books: Books, last_close: np.float64) -> "Trades":
        orders = books.orders
        sells = np.flatnonzero(~orders.buys)
        begins = np.concatenate(([0], sells + 1))
        begins = begins[begins < len(orders)]
        size, value = sizes(orders), values(orders)
        prices = value / size
        fee = np.where(orders.buys, fees(orders) * prices, fees(orders))

        def summed(column: NDArray[T]) -> NDArray[T]:
            return np.add.reduceat(column, begins) if len(begins) else column

        paid = summed(np.where(orders.buys, value, 0))
        units = summed(np.where(orders.buys, size, 0))
        still = len(begins) - len(sells)
        worth = books.units[-1:] * last_close + books.cash[-1:]
        realised = np.concatenate((books.realised, worth[:still]))
        return cls(
            orders.candle[begins],
            _with_open(orders.candle[sells], still, NONE),
            _with_open(orders.inside[sells], still, False),
            _with_open(orders.cause[sells], still, NONE),
            summed(orders.buys.astype(np.int64)),
            units,
            paid,
            paid / units,
            _with_open(prices[sells], still, last_close),
            _with_open(size[sells], still, 0),
            summed(fee),
            np.diff(realised, prepend=0),
        )


def _with_open(column: NDArray[T], still: int, value: T | int | bool) -> NDArray[T]:
    """The column of ended holdings, and `value` for the one that is still open, if one is."""
    return np.append(column, np.full(still, value, column.dtype))
