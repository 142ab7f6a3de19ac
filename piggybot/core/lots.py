"""Lots, first in first out: which buy each sell gave back, at what cost, and what that earned.

Alone because a tax report counts otherwise than a position does: by lots, not by their average.
Pure. Each amount that is parted is parted on 1e-12 and the rest stays whole, so nothing is lost by
rounding: what all lots cost and what all disposals cost is what was paid, to the last digit.

May import: core, wire.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal, localcontext

from piggybot.core.positions import ZERO, Filled
from proxy.wire import Side

PART = Decimal("0.000000000001")
EXACT = Context(prec=60)
"""More digits than any amount has."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What one buy brought, fees included, as far as it is held still."""

    fill: Filled
    units: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Disposal:
    """Units of one lot that one sell gave back. Without a lot nothing is known of their cost."""

    bought: Filled | None
    sold: Filled
    units: Decimal
    cost: Decimal
    proceeds: Decimal

    @property
    def gain(self) -> Decimal:
        return self.proceeds - self.cost


class Lots:
    """The lots of one market in one book. Of what was given back it keeps nothing."""

    def __init__(self) -> None:
        self._held: deque[Lot] = deque()

    @property
    def held(self) -> tuple[Lot, ...]:
        """Oldest first."""
        return tuple(self._held)

    def take(self, fills: Iterable[Filled]) -> list[Disposal]:
        """What these fills gave back, in that order; they follow those that were taken before."""
        given: list[Disposal] = []
        with localcontext(EXACT):
            for fill in fills:
                units, quote = moved(fill)
                if fill.side is Side.SELL:
                    given += _given_back(self._held, fill, -units, quote)
                elif units > 0:
                    self._held.append(Lot(fill, units, -quote))
        return given


def moved(fill: Filled) -> tuple[Decimal, Decimal]:
    """Units and quote that came (+) or went (-), fee included, as `proxy/fills.py` has it."""
    base = fill.key.symbol.partition("/")[0]
    in_base = fill.fee if fill.fee_asset == base else ZERO
    in_quote = ZERO if in_base else fill.fee_quote
    value = fill.qty * fill.price
    if fill.side is Side.BUY:
        return fill.qty - in_base, -value - in_quote
    return -fill.qty - in_base, value - in_quote


def _given_back(
    lots: deque[Lot], sold: Filled, units: Decimal, proceeds: Decimal
) -> list[Disposal]:
    """Take the oldest lots first; what no lot covers is told as such."""
    found = []
    while units > 0:
        lot = lots.popleft() if lots else None
        taken = units if lot is None else min(units, lot.units)
        got = _part(proceeds, taken, units)
        cost = ZERO if lot is None else _part(lot.cost, taken, lot.units)
        found.append(Disposal(None if lot is None else lot.fill, sold, taken, cost, got))
        units, proceeds = units - taken, proceeds - got
        if lot is not None and taken < lot.units:
            lots.appendleft(Lot(lot.fill, lot.units - taken, lot.cost - cost))
    return found


def _part(amount: Decimal, taken: Decimal, of: Decimal) -> Decimal:
    """The share of `amount` that belongs to `taken` units; all of it where all are taken."""
    if taken == of:
        return amount
    return (amount * taken / of).quantize(PART, ROUND_DOWN)
