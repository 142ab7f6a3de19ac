"""What our own fills hold and have earned: positions, and profit by day. Pure rules.

Alone because money is counted here: from fills, fees included, never from what was asked for.

May import: core, fills, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from proxy import fills
from proxy.wire import Fill, Mode, Side

ZERO = Decimal(0)
FINE = Decimal("1e-12")
BY_HAND = ""
"""The run id of what a person bought by hand."""


class Book(StrEnum):
    """Whose money: paper's or real. REDUCING and HALTED belong to the real book."""

    PAPER = "PAPER"
    LIVE = "LIVE"

    @classmethod
    def of(cls, mode: Mode) -> "Book":
        return cls.PAPER if mode is Mode.PAPER else cls.LIVE


@dataclass(frozen=True, slots=True)
class Key:
    """Whose position: an account's book, a market there, and the run (or BY_HAND)."""

    user_id: str
    book: Book
    exchange: str
    symbol: str
    run_id: str


@dataclass(frozen=True, order=True, slots=True)
class Market:
    """One market as one account's book knows it, whoever trades there."""

    user_id: str
    book: Book
    exchange: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Position:
    """What one run, or one person by hand, holds of a market, and what became of it so far.

    `units` and `cost` carry what was too little to sell over to the next time. `entries`, `bought`,
    `paid` and `peak` are of the holding that is open now: they end with it.
    """

    key: Key
    units: Decimal = ZERO
    cost: Decimal = ZERO
    """In quote, fees included."""
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    """In quote; a fee in base is valued at its fill's price."""
    trades: int = 0
    """Holdings that were closed."""
    wins: int = 0
    entries: int = 0
    """Buys of the open holding; 0: flat."""
    bought: Decimal = ZERO
    """Units that the open holding's buys bought, before fees."""
    paid: Decimal = ZERO
    """What they cost in quote, before fees."""
    earned: Decimal = ZERO
    """Realised by the open holding's sells so far."""
    opened: datetime | None = None
    peak: Decimal | None = None
    """The highest price seen since it was opened."""
    losses: int = 0
    """Losing holdings in a row, up to now."""
    closed: datetime | None = None
    """When the last holding ended."""
    lost: datetime | None = None
    """When the last losing holding ended."""
    best: Decimal | None = ZERO
    """The most that it had ever earned, seen at the slots: realised, and unrealised at the price of
    that moment. None: to be seen anew, since a person resumed it."""
    most: Decimal = ZERO
    """The most that was in it at once: the highest cost."""

    @property
    def average(self) -> Decimal | None:
        """What one unit cost, fees included."""
        return self.cost / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Applied:
    """A position after a fill, and what the fill realised (0 for a buy)."""

    position: Position
    realised: Decimal
    fee: Decimal


def apply_fill(before: Position, side: Side, fill: Fill, base: str, quote: str) -> Applied:
    """The position after one fill. A sell keeps the average cost of what is left."""
    cash = fills.cash_of(side, fill, base, quote)
    fee = fills.fee_in_quote(fill, base, quote)
    held = fills.apply_cash(fills.Position(before.units, before.cost), cash)
    now = replace(before, units=held.units, cost=held.cost, fees=before.fees + fee)
    if side is Side.BUY:
        value = fill.qty * fill.price
        now = replace(now, bought=before.bought + fill.qty, paid=before.paid + value)
        now = replace(now, most=max(now.most, now.cost))
        return Applied(now, ZERO, fee)
    realised = cash.quote - (before.cost - held.cost)
    total = before.realised + realised
    now = replace(now, realised=total, earned=before.earned + realised)
    return Applied(now, realised, fee)


def opened(position: Position, at: datetime, price: Decimal) -> Position:
    """A buy of it is over: one more entry; the first one opens the holding."""
    if position.entries:
        peak = max(position.peak or price, price)
        return replace(position, entries=position.entries + 1, peak=peak)
    return replace(position, entries=1, opened=at, peak=price)


def closed(position: Position, at: datetime) -> Position:
    """All that can be sold is sold: the holding is over, won or lost. What is left is carried."""
    won = position.earned > ZERO
    over = replace(
        position,
        trades=position.trades + 1,
        wins=position.wins + won,
        losses=0 if won else position.losses + 1,
        lost=position.lost if won else at,
        closed=at,
        best=None if position.best is None else max(position.best, position.realised),
    )
    return carried(over)


def carried(position: Position) -> Position:
    """Nothing of it is a holding: its units and their cost go with the next one."""
    return replace(
        position,
        entries=0,
        bought=ZERO,
        paid=ZERO,
        earned=ZERO,
        opened=None,
        peak=None,
    )


def handed_over(position: Position, to: Position) -> tuple[Position, Position]:
    """Both after `to` took over all that `position` holds; what it has earned stays with it."""
    units, cost = to.units + position.units, to.cost + position.cost
    moments = [one.opened for one in (position, to) if one.opened is not None]
    peaks = [one.peak for one in (position, to) if one.peak is not None]
    taken = replace(
        to,
        units=units,
        cost=cost,
        entries=to.entries + position.entries,
        bought=to.bought + position.bought,
        paid=to.paid + position.paid,
        earned=to.earned + position.earned,
        opened=min(moments, default=None),
        peak=max(peaks, default=None),
        most=max(to.most, cost),
    )
    return carried(replace(position, units=ZERO, cost=ZERO)), taken


def shares(fill: Fill, rooms: Sequence[Decimal]) -> list[Fill | None]:
    """A sell cut along what each holding has, in turn; what none of them has is the first's."""
    quantities, left = [], fill.qty
    for room in rooms:
        quantities.append(min(room, left))
        left -= quantities[-1]
    quantities[0] += left
    last = max(at for at, qty in enumerate(quantities) if qty)
    parts: list[Fill | None] = []
    fee = fill.fee
    for at, qty in enumerate(quantities):
        mine = fee if at == last else (fill.fee * qty / fill.qty).quantize(FINE, ROUND_DOWN)
        fee -= mine
        parts.append(fill.model_copy(update={"qty": qty, "fee": mine}) if qty else None)
    return parts


@dataclass(frozen=True, slots=True)
class Filled:
    """One fill, or one position's share of it, as it is kept."""

    key: Key
    client_id: str
    trade_id: str
    side: Side
    price: Decimal
    qty: Decimal
    fee: Decimal
    fee_asset: str
    fee_quote: Decimal
    """The fee valued in quote."""
    realised: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """What a book has come to, over all its positions. Money in quote."""

    realised: Decimal = ZERO
    fees: Decimal = ZERO
    cost: Decimal = ZERO
    """What is in it now."""
    trades: int = 0
    wins: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day's running totals of a book, over all runs or of one."""

    day: str
    realised: Decimal
    fees: Decimal
    bought: Decimal
    sold: Decimal
    orders: int
    trades: int
    wins: int
