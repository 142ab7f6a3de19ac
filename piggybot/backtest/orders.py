"""The orders that a backtest makes, as arrays of whole numbers, and one of them as money.

May import: backtest, core, fills, wire.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from piggybot.backtest.ends import CAUSES
from piggybot.backtest.levels import Flags
from piggybot.backtest.setup import Rules
from piggybot.core.market import Times
from piggybot.core.runs import Cause
from proxy.fills import FEE_STEP
from proxy.wire import Side


@dataclass(frozen=True, slots=True)
class Made:
    """One order. `fee` is in base on a buy, in quote on a sell."""

    candle: int
    inside: bool
    """Inside that candle, at a level; else at its open, which is the slot of the candle before."""
    side: Side
    cause: Cause
    seen: Decimal
    """The price at the decision."""
    price: Decimal
    units: Decimal
    fee: Decimal


class Row(NamedTuple):
    """One order as whole numbers."""

    candle: int
    inside: bool
    buys: bool
    cause: int
    seen: int
    ticks: int
    steps: int
    fee: int


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """All orders in their order, and the sizes of their units."""

    rules: Rules
    unit: Decimal
    """What one of `seen` is."""
    candle: Times
    inside: Flags
    buys: Flags
    cause: Times
    seen: Times
    ticks: Times
    steps: Times
    fee: Times
    """In 1e-8."""

    def __len__(self) -> int:
        return len(self.candle)

    def __iter__(self) -> Iterator[Made]:
        return (self.at(number) for number in range(len(self)))

    def at(self, number: int) -> Made:
        """The order with this number, from 0, exactly."""
        return Made(
            int(self.candle[number]),
            bool(self.inside[number]),
            Side.BUY if self.buys[number] else Side.SELL,
            CAUSES[self.cause[number]],
            int(self.seen[number]) * self.unit,
            int(self.ticks[number]) * self.rules.tick,
            int(self.steps[number]) * self.rules.step,
            int(self.fee[number]) * FEE_STEP,
        )

    @classmethod
    def of(cls, rules: Rules, unit: Decimal, rows: Sequence[Row]) -> "Orders":
        """These orders, in their order."""
        columns = zip(*rows, strict=True) if rows else [()] * len(Row._fields)
        candle, inside, buys, cause, seen, ticks, steps, fee = (
            np.array(column, np.int64) for column in columns
        )
        flags = inside.astype(np.bool_), buys.astype(np.bool_)
        return cls(rules, unit, candle, *flags, cause, seen, ticks, steps, fee)
