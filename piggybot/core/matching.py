"""Our fills held against the venue's, to the last unit; and what becomes of one that is taken back.

Alone and pure: what counts as a difference decides whether runs may go on with money.

May import: core, fills, wire.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from piggybot.core.positions import ZERO, Book, Filled, Position
from piggybot.core.runs import Halt, RunState
from proxy.fills import cash_of, fee_in_quote
from proxy.wire import Fill, Side, VenueOrder

SHARED = ("qty", "fee", "feeQuote")


@dataclass(frozen=True, slots=True)
class Seen:
    """One trade, as one side has it."""

    side: Side
    fill: Fill

    def same(self, other: "Seen") -> bool:
        """Whether both say the same of what it moved."""
        mine, theirs = self.fill, other.fill
        return (self.side, mine.qty, mine.price, mine.fee, mine.feeAsset) == (
            other.side,
            theirs.qty,
            theirs.price,
            theirs.fee,
            theirs.feeAsset,
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One trade, or one open order of which nothing is known, that both sides do not have alike."""

    symbol: str
    client_id: str
    order_id: str
    known: bool
    """False: the order has an id of our form, and the proxy never saw it."""
    ours: Seen | None
    theirs: Seen | None

    @property
    def key(self) -> str:
        """What names it, also tomorrow."""
        seen = self.theirs or self.ours
        return f"{self.client_id} {'' if seen is None else seen.fill.tradeId}"


@dataclass(frozen=True, slots=True)
class Halted:
    """A run that a difference halted, and how it stood before."""

    run_id: str
    number: int
    state: RunState
    why: str
    halt: Halt | None


class How(StrEnum):
    """What became of differences."""

    ADOPTED = "adopted"
    IGNORED = "ignored"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """All differences of one market in one book, until a person has decided about them."""

    id: str
    person_id: int
    user_id: str
    book: Book
    exchange: str
    title: str
    sandbox: bool
    symbol: str
    found: datetime
    since: int
    """How far back (ms) the lists were compared."""
    differences: tuple[Difference, ...]
    halted: tuple[Halted, ...] = ()
    told: str = ""
    """The day on which it was told last."""
    settled: datetime | None = None
    how: How | None = None


def compare(
    ours: Sequence[Filled], theirs: Sequence[VenueOrder], busy: Container[str], until: int
) -> list[Difference]:
    """What is not alike of all trades up to `until` (ms); orders that are `busy` are left out."""
    here, found = _ours(ours), []
    for order in theirs:
        if order.clientOrderId in busy:
            continue
        if order.open and not order.known and order.at <= until:
            found.append(_difference(order, None, None))
        for fill in order.fills:
            mine = here.pop((order.clientOrderId, fill.tradeId), None)
            other = Seen(order.side, fill)
            if fill.at <= until and (mine is None or not mine.same(other)):
                found.append(_difference(order, mine, other))
    symbols = {one.client_id: one.key.symbol for one in ours}
    for (client_id, _), mine in here.items():
        if client_id not in busy and mine.fill.at <= until:
            found.append(Difference(symbols[client_id], client_id, "", True, mine, None))
    return found


def undone(position: Position, gone: Filled) -> Position:
    """The position as if a fill had never been: the money that it moved comes back out.

    Earned less what is still in it is always what the fills moved in quote; that stays so.
    """
    base, _, quote = gone.key.symbol.partition("/")
    fill = fill_of(gone)
    cash = cash_of(gone.side, fill, base, quote)
    units = max(position.units - cash.units, ZERO)
    moved = position.realised - position.cost - cash.quote
    cost = position.cost + cash.quote - gone.realised
    cost = max(cost, ZERO) if units else ZERO
    after = replace(
        position,
        units=units,
        cost=cost,
        realised=moved + cost,
        fees=position.fees - fee_in_quote(fill, base, quote),
    )
    if not units:
        return replace(after, entries=0, bought=ZERO, paid=ZERO, opened=None, peak=None)
    if gone.side is Side.SELL and not position.entries:
        return replace(
            after, entries=1, bought=units, paid=cost, opened=gone.at, peak=gone.price, earned=ZERO
        )
    return after


def fill_of(one: Filled) -> Fill:
    """The fill that was kept."""
    return Fill(
        tradeId=one.trade_id,
        price=one.price,
        qty=one.qty,
        fee=one.fee,
        feeAsset=one.fee_asset,
        feeQuote=one.fee_quote,
        at=int(one.at.timestamp() * 1000),
    )


def net(differences: Iterable[Difference]) -> Decimal:
    """How many units more the venue's list comes to than ours."""
    total = ZERO
    for one in differences:
        base = one.symbol.partition("/")[0]
        for seen, sign in ((one.theirs, 1), (one.ours, -1)):
            if seen is not None:
                total += sign * cash_of(seen.side, seen.fill, base, "").units
    return total


def _ours(fills: Iterable[Filled]) -> dict[tuple[str, str], Seen]:
    """By order and trade; a trade that several positions share is one again."""
    found: dict[tuple[str, str], Seen] = {}
    for one in fills:
        key, fill = (one.client_id, one.trade_id), fill_of(one)
        before = found.get(key)
        if before is not None:
            both = {name: getattr(before.fill, name) + getattr(fill, name) for name in SHARED}
            fill = fill.model_copy(update=both)
        found[key] = Seen(one.side, fill)
    return found


def _difference(order: VenueOrder, ours: Seen | None, theirs: Seen | None) -> Difference:
    return Difference(order.symbol, order.clientOrderId, order.orderId, order.known, ours, theirs)
