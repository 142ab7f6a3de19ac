"""Candles' prices as whole numbers, exactly: what levels and fills are counted in.

Alone because here floats become money again. A candle's float is the nearest one to a price with
few digits, so that price can be had back, and it is proven: the whole number, divided by the unit,
is the very float that was given. What cannot be proven is refused.

May import: core, errors.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from piggybot.core.market import Candles, Floats, Times
from piggybot.errors import BadInput

BLOCK = 8192
"""So many prices at a time stay in the processor's cache."""
LARGEST = 2**53
"""Above it, floats have gaps between whole numbers."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """Whole numbers of `unit` (a power of ten); a price step has `tick` of them."""

    unit: Decimal
    tick: int
    open: Times
    high: Times
    low: Times
    close: Times

    def __len__(self) -> int:
        return len(self.open)

    def decimal(self, units: int) -> Decimal:
        """The price that so many units are."""
        return int(units) * self.unit


def utc(ms: int | np.int64) -> datetime:
    """The moment that so many ms since 1970 are."""
    return BEGINNING + timedelta(milliseconds=int(ms))


def whole(candles: Candles, tick: Decimal) -> Prices:
    """The candles' prices in the largest unit that holds them and `tick`; BadInput for none."""
    columns = (candles.open, candles.high, candles.low, candles.close)
    top = max((column.max(initial=0) for column in columns), default=0)
    exponent = tick.normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    while top * 10**places < LARGEST:
        found = _columns(columns, 10**places)
        if found is not None:
            unit = Decimal(1).scaleb(-places)
            return _agreeing(Prices(unit, int(tick / unit), *found), candles)
        places += 1
    raise BadInput(
        f"The candles of {candles.symbol} have prices that are no decimal numbers.",
        "Nothing is computed with them. Use an exchange's candles, with at most 8 decimals.",
    )


def _agreeing(prices: Prices, candles: Candles) -> Prices:
    """These prices, where each candle's agree with each other."""
    bottom, top = np.minimum(prices.open, prices.close), np.maximum(prices.open, prices.close)
    wrong = (prices.low <= 0) | (prices.low > bottom) | (prices.high < top)
    if wrong.any():
        moment = utc(candles.opened[wrong.argmax()])
        raise BadInput(
            f"The candle of {moment:%Y-%m-%d %H:%M} contradicts itself, or its price is not above "
            "zero.",
            "Nothing is computed with it. Use candles of an exchange.",
        )
    return prices


def _columns(columns: tuple[Floats, ...], scale: int) -> list[Times] | None:
    found = []
    for column in columns:
        units = _units(column, np.float64(scale))
        if units is None:
            return None
        found.append(units)
    return found


def _units(column: Floats, scale: np.float64) -> Times | None:
    """The column times `scale` as whole numbers; None where that is not exactly what was given."""
    units = np.empty(len(column), np.int64)
    near, back = np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, len(column), BLOCK):
        part = column[first : first + BLOCK]
        near, back = near[: len(part)], back[: len(part)]
        np.rint(np.multiply(part, scale, out=near), out=near)
        if not np.array_equal(np.divide(near, scale, out=back), part):
            return None
        units[first : first + BLOCK] = near
    return units
