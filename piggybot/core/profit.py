"""What days add up to, and what is open on top of it. Pure rules on running totals.

Alone because the picture, its words and the daily summary must come to the same numbers.

May import: core.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from piggybot.core.positions import ZERO, Day, Position

DAY = timedelta(days=1)
NOTHING = Day("", ZERO, ZERO, ZERO, ZERO, 0, 0, 0)
Prices = Mapping[tuple[str, str], Decimal]
"""By exchange and symbol; what is not in it has no price now."""


@dataclass(frozen=True, slots=True)
class Open:
    """What open positions have won or lost at the prices of now."""

    unrealised: Decimal = ZERO
    worth: Decimal = ZERO
    count: int = 0
    unpriced: int = 0
    """So many have no price now, and are in `count` only."""
    dust: Decimal = ZERO
    """What of `worth` is left over, too little to sell; it is no position in `count`."""


def added(days: Iterable[Day]) -> Day:
    """One day that holds the sums of all."""
    found = list(days)
    return Day(
        "",
        realised=sum((one.realised for one in found), ZERO),
        fees=sum((one.fees for one in found), ZERO),
        bought=sum((one.bought for one in found), ZERO),
        sold=sum((one.sold for one in found), ZERO),
        orders=sum(one.orders for one in found),
        trades=sum(one.trades for one in found),
        wins=sum(one.wins for one in found),
    )


def without_gaps(days: Sequence[Day], since: date, until: date) -> list[Day]:
    """Each day from `since` to `until`, both included; those without a trade hold zeros."""
    known = {one.day: one for one in days}
    names = [(since + each * DAY).isoformat() for each in range((until - since).days + 1)]
    return [known.get(name) or replace(NOTHING, day=name) for name in names]


def open_now(positions: Iterable[Position], prices: Prices) -> Open:
    """All of them at once; one without a price is told as such, and not guessed at."""
    found = Open()
    for one in positions:
        price, counts = prices.get((one.key.exchange, one.key.symbol)), bool(one.entries)
        worth = ZERO if price is None else one.units * price
        found = Open(
            found.unrealised + (ZERO if price is None else worth - one.cost),
            found.worth + worth,
            found.count + counts,
            found.unpriced + (counts and price is None),
            found.dust + (ZERO if counts else worth),
        )
    return found
