"""Taking a venue's fills for ours, within a transaction: what we lack comes in, what is not there
goes out, and what differs is replaced.

Alone because it is the one place that takes something out of the ledger again.

May import: core, fills, store, wire.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, delete, select, update

from piggybot.core.matching import Difference, Mismatch, fill_of, undone
from piggybot.core.orders import Intent, Order
from piggybot.core.positions import ZERO, Filled, carried
from piggybot.store import booking
from piggybot.store.ledger import filled_of
from piggybot.store.orders import order_of, order_state, order_values
from piggybot.store.tables import orders
from piggybot.store.tables_runs import fills, positions
from piggybot.store.writing import insert_new, put
from proxy.fills import fee_in_quote, sellable
from proxy.wire import Fill, Mode, Problem, Side, Sizes, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOT_THERE = Problem(
    code="not_there",
    message="The exchange's own list does not have it, and that was adopted.",
)


def adopt(db: Connection, mismatch: Mismatch, now: datetime, sizes: Sizes) -> None:
    """The venue's side of every difference becomes ours."""
    booking.lock(db, mismatch.user_id)
    by_order: dict[str, list[Difference]] = {}
    for one in mismatch.differences:
        by_order.setdefault(one.client_id, []).append(one)
    for client_id, some in by_order.items():
        gone: list[Filled] = []
        for one in some:
            if one.ours is not None:
                gone += _take_out(db, client_id, one.ours.fill.tradeId)
        order = _order(db, mismatch, some)
        fresh = tuple(one.theirs.fill for one in some if one.theirs is not None)
        booking.book(db, replace(order, fills=fresh, sizes=sizes, status=Status.FILLED))
        for share in gone:
            _close_dust(db, share, sizes)
        _rewrite(db, order, some[0], now)


def _take_out(db: Connection, client_id: str, trade_id: str) -> list[Filled]:
    """Every position's share of this trade, out of the ledger."""
    taken = []
    mine = (fills.c.client_id == client_id) & (fills.c.trade_id == trade_id)
    for row in db.execute(select(fills).where(mine)).all():
        gone = filled_of(row)
        before = booking.position_at(db, gone.key)
        after = undone(before, gone)
        put(db, positions, booking.position_values(after))
        _uncount(db, gone, after.realised - before.realised)
        taken.append(gone)
    db.execute(delete(fills).where(mine))
    return taken


def _close_dust(db: Connection, gone: Filled, sizes: Sizes) -> None:
    """What a run is left with, and could not sell, is no holding of it."""
    left = booking.position_at(db, gone.key)
    if left.entries and left.key.run_id and not sellable(left.units, gone.price, sizes):
        put(db, positions, booking.position_values(carried(left)))


def _uncount(db: Connection, gone: Filled, realised: Decimal) -> None:
    """The day's running totals without it."""
    key = {name: str(getattr(gone.key, name)) for name in ("user_id", "book", "run_id")}
    value = gone.qty * gone.price
    base, _, quote = gone.key.symbol.partition("/")
    less = {
        "realised": realised,
        "fees": -fee_in_quote(fill_of(gone), base, quote),
        "bought": -value if gone.side is Side.BUY else ZERO,
        "sold": ZERO if gone.side is Side.BUY else -value,
        **dict.fromkeys(booking.COUNTS, 0),
    }
    booking.add_to_day(db, key | {"day": gone.at.date().isoformat()}, less)


def _order(db: Connection, mismatch: Mismatch, some: Sequence[Difference]) -> Order:
    """The order as we have it; one that we never had is written down as bought by hand."""
    client_id = some[0].client_id
    query = select(orders).where(orders.c.client_id == client_id)
    row = db.execute(query).one_or_none()
    if row is None:
        insert_new(db, orders, order_values(_intent(mismatch, some)))
        row = db.execute(query).one()
    return order_of(row)


def _intent(mismatch: Mismatch, some: Sequence[Difference]) -> Intent:
    seen = [one.theirs for one in some if one.theirs is not None]
    side = seen[0].side if seen else Side.BUY
    units = sum((one.fill.qty for one in seen), ZERO)
    value = sum((one.fill.qty * one.fill.price for one in seen), ZERO)
    at = min((_moment(one.fill) for one in seen), default=mismatch.found)
    return Intent(
        client_id=some[0].client_id,
        origin=f"adopted:{some[0].client_id}",
        person_id=mismatch.person_id,
        user_id=mismatch.user_id,
        exchange=mismatch.exchange,
        mode=Mode(mismatch.book.value),
        epoch=0,
        side=side,
        symbol=mismatch.symbol,
        amount_usd=value if side is Side.BUY else None,
        units=units if side is Side.SELL else None,
        quoted_price=None,
        placed=at,
        not_after=at,
        reply_to=None,
        why=f"Adopted from {mismatch.title}'s own list.",
    )


def _rewrite(db: Connection, order: Order, difference: Difference, now: datetime) -> None:
    """The order's own row says what its fills say now."""
    client_id = order.intent.client_id
    rows = db.execute(select(fills).where(fills.c.client_id == client_id)).all()
    kept = [filled_of(row) for row in rows]
    executed = sum((one.qty for one in kept), ZERO)
    quote = sum((one.qty * one.price for one in kept), ZERO)
    still_open = not kept and difference.theirs is None and difference.ours is None
    after = replace(
        order,
        status=Status.FILLED if kept else Status.OPEN if still_open else Status.ABSENT,
        order_id=difference.order_id or order.order_id,
        executed=executed,
        quote=quote,
        price=quote / executed if executed else None,
        fee=sum((one.fee_quote for one in kept), ZERO),
        transact_time=max((one.at for one in kept), default=None),
        sandbox=order.sandbox,
        problem=None if kept or still_open else NOT_THERE,
        concluded=None if still_open else order.concluded or now,
    )
    mine = orders.c.client_id == client_id
    db.execute(update(orders).where(mine).values(**order_state(after)))


def _moment(fill: Fill) -> datetime:
    return EPOCH + timedelta(milliseconds=fill.at)
