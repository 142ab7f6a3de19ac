"""What a day has seen so far in one book: its buys, and what its fills moved. Pure running totals.

Alone because the journal keeps them while it runs, so that the thousandth order of a day is judged
as quickly as the first; they are summed from its rows where it has none.

May import: fills.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from proxy.fills import Cash

NOTHING = Cash(Decimal(0), Decimal(0))


@dataclass(frozen=True, slots=True)
class Buys:
    """Buys that are or may be trades: how many, and what they spent or may still spend."""

    trades: int = 0
    spent: Decimal = Decimal(0)

    def __add__(self, other: "Buys") -> "Buys":
        return Buys(self.trades + other.trades, self.spent + other.spent)

    def __sub__(self, other: "Buys") -> "Buys":
        return Buys(self.trades - other.trades, self.spent - other.spent)


NO_BUYS = Buys()


@dataclass(frozen=True, slots=True)
class Tally:
    """The day's totals; `moved` is by mark, fees included."""

    day: date
    buys: Buys = NO_BUYS
    moved: Mapping[str, Cash] = field(default_factory=dict)

    def with_buys(self, change: Buys) -> "Tally":
        return Tally(self.day, self.buys + change, self.moved)

    def with_cash(self, mark: str, cash: Cash) -> "Tally":
        """One fill more."""
        so_far = self.moved.get(mark, NOTHING)
        total = Cash(so_far.units + cash.units, so_far.quote + cash.quote)
        return Tally(self.day, self.buys, {**self.moved, mark: total})
