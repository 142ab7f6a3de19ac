"""An order's fills go to the ledger: to fills, positions and days, in the order's own transaction.

Alone because money is counted here and nowhere else: each fill once, by its trade id. What an ended
run still buys or sells is its person's, by hand; a sell of more than its own position holds takes
the rest from what was bought by hand, then from the other runs, the oldest holding first.

May import: core, fills, store, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, insert, or_, select, update

from piggybot.core.orders import Order
from piggybot.core.positions import (
    BY_HAND,
    ZERO,
    Book,
    Key,
    Position,
    apply_fill,
    carried,
    closed,
    handed_over,
    opened,
    shares,
)
from piggybot.core.runs import Outcome, RunState
from piggybot.store.tables import people
from piggybot.store.tables_runs import days, fills, positions, runs, slots
from piggybot.store.writing import put, put_all
from proxy.fills import sellable
from proxy.wire import Fill, Side, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
KEY = ("user_id", "book", "exchange", "symbol", "run_id")
POSITION_COLUMNS = tuple(one.name for one in positions.columns)
TOTALS = ("realised", "fees", "bought", "sold")
COUNTS = ("orders", "trades", "wins")
NOTHING: Mapping[str, Any] = dict.fromkeys(TOTALS, ZERO) | dict.fromkeys(COUNTS, 0)
EVERY_RUN, EVER = "*", ""
"""Rows of days that sum up others: over all runs (and by hand), and over all of one run's days.

They keep a look at a long history short. EVER lies before every day.
"""
NEVER_LEFT = frozenset({Status.DENIED, Status.NOT_SENT})

# Made once: to make a statement costs more than to run it.
KEYED = [positions.c[name] == bindparam(f"its_{name}") for name in KEY]
"""Where a position has the key of `named`."""
_POSITION = select(positions).where(*KEYED)
_MARKET = select(positions).where(*KEYED[:-1]).with_for_update()
_COUNTED = select(fills.c.trade_id).where(fills.c.client_id == bindparam("its_id"))
_STATE = select(runs.c.state).where(runs.c.id == bindparam("its_id"))
_RUN: BindParameter[str] = bindparam("its_run_id")
_DAY: BindParameter[str] = bindparam("its_day")
_SUMS = select(days).where(
    days.c.user_id == bindparam("its_user_id"),
    days.c.book == bindparam("its_book"),
    or_(
        (days.c.run_id == _RUN) & (days.c.day == _DAY),
        (days.c.run_id == EVERY_RUN) & (days.c.day == _DAY),
        (days.c.run_id == _RUN) & (days.c.day == EVER),
    ),
)
_ACCOUNT = select(people.c.id).where(people.c.user_id == bindparam("its_user")).with_for_update()


@dataclass(frozen=True, slots=True)
class _Share:
    """What one fill did to one position."""

    fill: Fill
    position: Position
    realised: Decimal
    fee: Decimal


def book(db: Connection, order: Order) -> None:
    """Count the fills of an order that is over, and let its slot say what held it back."""
    if order.status in NEVER_LEFT and order.intent.slot is not None:
        _denied(db, order)
    fresh = _fresh(db, order)
    if not fresh:
        return
    lock(db, order.intent.user_id)
    held = _holdings(db, _owner(db, order), order.intent.side)
    shares_ = _apply(held, fresh, order)
    ended, first = _ended(held, shares_, order), shares_[0][0]
    db.execute(insert(fills), [_fill_values(order, held[at].key, one) for at, one in shares_])
    for at, position in ended.items():
        put(db, positions, position_values(position))
        mine = [share for where, share in shares_ if where == at]
        _count(db, held[at], position, mine, orders=int(at == first))


def hand_over(db: Connection, run_id: str) -> None:
    """What the run holds is bought by hand from now on."""
    held = select(positions).where(positions.c.run_id == run_id)
    for row in db.execute(held).all():
        mine = position_of(row)
        if not mine.units and not mine.entries:
            continue
        lock(db, mine.key.user_id)
        theirs = position_at(db, replace(mine.key, run_id=BY_HAND))
        for one in handed_over(mine, theirs):
            put(db, positions, position_values(one))


def lock(db: Connection, user_id: str) -> None:
    """One at a time for each account; SQLite's transactions are so anyway."""
    db.execute(_ACCOUNT, {"its_user": user_id})


def position_at(db: Connection, key: Key) -> Position:
    """The position under this key; an empty one where there is none yet."""
    row = db.execute(_POSITION, named(key)).one_or_none()
    return Position(key) if row is None else position_of(row)


def position_of(row: Row[Any]) -> Position:
    """The position that a row begins with."""
    values = dict(zip(POSITION_COLUMNS, row, strict=False))
    user_id, book, exchange, symbol, run_id = (values.pop(name) for name in KEY)
    return Position(Key(user_id, Book(book), exchange, symbol, run_id), **values)


def named(key: Key) -> dict[str, str]:
    """A key as KEYED asks for it."""
    return {f"its_{name}": str(getattr(key, name)) for name in KEY}


def position_values(position: Position) -> dict[str, Any]:
    """The columns of a position."""
    key = {name: str(getattr(position.key, name)) for name in KEY}
    return key | {
        one.name: getattr(position, one.name) for one in positions.columns if one.name not in KEY
    }


def _denied(db: Connection, order: Order) -> None:
    """Nothing left: the slot was held back after all, and says by what."""
    problem = order.problem
    reason = "" if problem is None else f"{problem.message} {problem.hint}".strip()
    mine = (slots.c.run_id == order.intent.run_id) & (slots.c.at == order.intent.slot)
    mine &= slots.c.client_id == order.intent.client_id
    db.execute(update(slots).where(mine).values(outcome=Outcome.DENIED.value, reason=reason))


def _fresh(db: Connection, order: Order) -> list[Fill]:
    """The fills that were not counted yet, oldest first."""
    if not order.fills:
        return []
    known = set(db.execute(_COUNTED, {"its_id": order.intent.client_id}).scalars())
    fresh = {one.tradeId: one for one in order.fills if one.tradeId not in known and one.qty}
    return sorted(fresh.values(), key=lambda one: (one.at, one.tradeId))


def _owner(db: Connection, order: Order) -> Key:
    """Whose position it is: the run's, or the person's where the run has ended."""
    intent = order.intent
    mine = {"its_id": intent.run_id}
    gone = intent.run_id and db.execute(_STATE, mine).scalar_one_or_none() == RunState.ENDED.value
    run_id = BY_HAND if gone else intent.run_id
    return Key(intent.user_id, Book.of(intent.mode), intent.exchange, intent.symbol, run_id)


def _holdings(db: Connection, own: Key, side: Side) -> list[Position]:
    """The positions that an order touches, in turn: its own first."""
    if side is Side.BUY:
        return [position_at(db, own)]
    found = {one.key: one for one in map(position_of, db.execute(_MARKET, named(own)))}
    mine = found.pop(own, Position(own))
    others = sorted(found.values(), key=_turn)
    return [mine, *(one for one in others if one.units)]


def _turn(position: Position) -> tuple[bool, datetime, str]:
    by_hand = position.key.run_id == BY_HAND
    return not by_hand, position.opened or LATEST, position.key.run_id


def _apply(
    held: Sequence[Position], fresh: Sequence[Fill], order: Order
) -> list[tuple[int, _Share]]:
    """Each fill's share in each position; the position in a share is the one after it."""
    base, _, quote = order.intent.symbol.partition("/")
    now, done = list(held), []
    for fill in fresh:
        rooms = [one.units for one in now]
        parts = shares(fill, rooms) if order.intent.side is Side.SELL else [fill]
        for at, part in enumerate(parts):
            if part is None:
                continue
            applied = apply_fill(now[at], order.intent.side, part, base, quote)
            now[at] = applied.position
            done.append((at, _Share(part, now[at], applied.realised, applied.fee)))
    return done


def _ended(
    held: Sequence[Position], shares_: Sequence[tuple[int, _Share]], order: Order
) -> dict[int, Position]:
    """The positions after the whole order: one more entry, or a holding that is over."""
    newest = max((share.fill for _, share in shares_), key=lambda fill: fill.at)
    at = order.intent.slot or _moment(newest)
    after = {where: share.position for where, share in shares_}
    if order.intent.side is Side.BUY:
        return {0: _bought(held[0], after[0], at, _is_dust(after[0], order, newest.price))}
    return {
        where: _sold(one, at, _is_dust(one, order, newest.price)) for where, one in after.items()
    }


def _bought(before: Position, after: Position, at: datetime, dust: bool) -> Position:
    """One more entry. What a run could not sell again opens no holding: it may buy more."""
    if dust and not before.entries and after.key.run_id != BY_HAND:
        return carried(after)
    bought, paid = after.bought - before.bought, after.paid - before.paid
    return opened(after, at, paid / bought)


def _sold(after: Position, at: datetime, dust: bool) -> Position:
    """What is left is the holding still; dust ends it, and dust that was sold was none."""
    if not after.entries:
        return carried(after)
    return closed(after, at) if dust else after


def _is_dust(position: Position, order: Order, price: Decimal) -> bool:
    """Whether the venue takes no order for it. What it takes may not be told: then only nothing."""
    if order.sizes is None:
        return not position.units
    return not sellable(position.units, price, order.sizes)


def _count(
    db: Connection, before: Position, after: Position, mine: Sequence[_Share], *, orders: int
) -> None:
    """Add to the running totals of the day of the last fill."""
    day = max(_moment(share.fill) for share in mine).date().isoformat()
    key = {name: str(getattr(after.key, name)) for name in ("user_id", "book", "run_id")}
    value = sum((share.fill.qty * share.fill.price for share in mine), ZERO)
    bought = after.units > before.units
    more: dict[str, Any] = {
        "realised": sum((share.realised for share in mine), ZERO),
        "fees": sum((share.fee for share in mine), ZERO),
        "bought": value if bought else ZERO,
        "sold": ZERO if bought else value,
        "orders": orders,
        "trades": after.trades - before.trades,
        "wins": after.wins - before.wins,
    }
    add_to_day(db, key | {"day": day}, more)


def add_to_day(db: Connection, key: dict[str, str], more: dict[str, Any]) -> None:
    """So much more, in all three running totals: the run's day, everybody's day, the run's ever."""
    places = [(key["run_id"], key["day"]), (EVERY_RUN, key["day"]), (key["run_id"], EVER)]
    here = db.execute(_SUMS, {f"its_{name}": value for name, value in key.items()})
    known = {(row.run_id, row.day): row._mapping for row in here}
    names = (*TOTALS, *COUNTS)
    put_all(
        db,
        days,
        [
            key
            | {"run_id": run_id, "day": day}
            | {name: known.get((run_id, day), NOTHING)[name] + more[name] for name in names}
            for run_id, day in places
        ],
    )


def _fill_values(order: Order, key: Key, share: _Share) -> dict[str, Any]:
    fill = share.fill
    return {name: str(getattr(key, name)) for name in KEY} | {
        "client_id": order.intent.client_id,
        "trade_id": fill.tradeId,
        "side": order.intent.side.value,
        "price": fill.price,
        "qty": fill.qty,
        "fee": fill.fee,
        "fee_asset": fill.feeAsset,
        "fee_quote": share.fee,
        "realised": share.realised,
        "at": _moment(fill),
    }


def _moment(fill: Fill) -> datetime:
    return EPOCH + timedelta(milliseconds=fill.at)
