"""The journal's questions to its tables, written once: to build a statement anew for each order
costs more than its answer does.

Rows stay inside; values of `records.py` come out. Each function is a part of a transaction.

May import: fills, records, rows, tables, tally, wire.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from proxy.fills import Position, apply_cash, cash_of
from proxy.records import Account, Book, DayStart, Entry, Held, mark_of, milliseconds
from proxy.rows import account_of, changing_values, entry_of, fill_of, fill_values, order_values
from proxy.tables import accounts, days, fills, flags, orders, positions
from proxy.tally import Tally
from proxy.wire import TERMINAL, Fill, Side, Status

STOP_ALL = "stop_all"
OVER = [status.value for status in TERMINAL]
UNRESOLVED = [status.value for status in Status if status not in TERMINAL]
"""Named one by one, since an index finds only what is named."""

Value: TypeAlias = BindParameter[Any]
USER: Value = bindparam("the_user")
BOOK: Value = bindparam("the_book")
DAY: Value = bindparam("the_day")
EXCHANGE: Value = bindparam("the_exchange")
SYMBOL: Value = bindparam("the_symbol")
ID: Value = bindparam("the_id")

ACCOUNT = select(accounts).where(accounts.c.user_id == USER).with_for_update()
STOPPED = select(flags.c.name).where(flags.c.name == STOP_ALL)
LOCK = (
    select(
        accounts,
        STOPPED.exists().label("stopped"),
        select(orders.c.client_id).where(orders.c.client_id == ID).exists().label("known"),
    )
    .where(accounts.c.user_id == USER)
    .with_for_update(of=accounts)
)
ORDER = select(orders).where(orders.c.client_id == ID)
FILLS = select(fills).where(fills.c.client_id == ID).order_by(fills.c.at)
DAY_START = select(days).where(days.c.user_id == USER, days.c.book == BOOK, days.c.day == DAY)
HELD = (
    select(positions)
    .where(positions.c.user_id == USER, positions.c.book == BOOK)
    .order_by(positions.c.symbol, positions.c.exchange)
)
_ONE_POSITION = (
    positions.c.user_id == USER,
    positions.c.book == BOOK,
    positions.c.exchange == EXCHANGE,
    positions.c.symbol == SYMBOL,
)
POSITION = select(positions).where(*_ONE_POSITION).with_for_update()
PUT_POSITION = {
    kind.dialect.name: new.on_conflict_do_update(
        index_elements=positions.primary_key.columns,
        set_={"units": new.excluded.units, "cost": new.excluded.cost},
    )
    for kind, new in (
        (sqlite, sqlite.insert(positions)),
        (postgresql, postgresql.insert(positions)),
    )
}
"""By the dialect, as each spells it."""
NEW_ORDER = insert(orders)
CHANGE_ORDER = update(orders).where(orders.c.client_id == ID)
NEW_FILL = insert(fills)
NEW_DAY = insert(days)
OPEN_SELLS = select(orders.c.client_id, orders.c.units).where(
    orders.c.status.in_(UNRESOLVED),
    orders.c.user_id == USER,
    orders.c.book == BOOK,
    orders.c.exchange == EXCHANGE,
    orders.c.symbol == SYMBOL,
    orders.c.side == Side.SELL.value,
)
BUYS_SINCE = select(orders).where(
    orders.c.user_id == USER,
    orders.c.book == BOOK,
    orders.c.side == Side.BUY.value,
    orders.c.created >= bindparam("start"),
)
FILLS_SINCE = select(fills).where(
    fills.c.user_id == USER, fills.c.book == BOOK, fills.c.at >= bindparam("start_ms")
)


class Locked(NamedTuple):
    """An account; whether the stop for all stands; whether there is an order of the id."""

    account: Account
    stopped: bool
    known: bool


def lock(db: Connection, user_id: str, client_id: str) -> Locked:
    """The account, which nobody else changes until this transaction ends."""
    row = db.execute(LOCK, {"the_user": user_id, "the_id": client_id}).one_or_none()
    assert row is not None, f"there is no account {user_id}"
    return Locked(account_of(row), bool(row.stopped), bool(row.known))


def account(db: Connection, user_id: str) -> Account | None:
    row = db.execute(ACCOUNT, {"the_user": user_id}).one_or_none()
    return None if row is None else account_of(row)


def is_stopped(db: Connection) -> bool:
    """Whether the stop for all stands."""
    return db.execute(STOPPED).first() is not None


def order(db: Connection, client_id: str) -> Entry | None:
    found = entries(db, ORDER, {"the_id": client_id})
    return found[0] if found else None


def entries(db: Connection, query: Any, values: dict[str, Any] | None = None) -> list[Entry]:
    """The orders that `query` finds, with their fills; one that executed nothing has none."""
    return [
        entry_of(row, fills_of(db, row.client_id) if row.executed else ())
        for row in db.execute(query, values).all()
    ]


def fills_of(db: Connection, client_id: str) -> tuple[Fill, ...]:
    return tuple(fill_of(row) for row in db.execute(FILLS, {"the_id": client_id}))


def write(db: Connection, entry: Entry) -> None:
    """A new order."""
    db.execute(NEW_ORDER, order_values(entry))


def rewrite(db: Connection, entry: Entry) -> None:
    """An order as it is now."""
    db.execute(CHANGE_ORDER, changing_values(entry) | {"the_id": entry.client_id})


def held(db: Connection, user_id: str, book: Book) -> tuple[Held, ...]:
    """What our own fills hold."""
    rows = db.execute(HELD, {"the_user": user_id, "the_book": book.value}).all()
    return tuple(
        Held(row.exchange, row.symbol, Position(row.units, row.cost)) for row in rows if row.units
    )


def reserved(db: Connection, user_id: str, book: Book, exchange: str, symbol: str) -> Decimal:
    """Units that unresolved sells of this symbol may still take."""
    asked = {
        "the_user": user_id,
        "the_book": book.value,
        "the_exchange": exchange,
        "the_symbol": symbol,
    }
    total = Decimal(0)
    for row in db.execute(OPEN_SELLS, asked).all():
        done = sum((fill.qty for fill in fills_of(db, row.client_id)), Decimal(0))
        total += max(row.units - done, Decimal(0))
    return total


def free(db: Connection, user_id: str, book: Book) -> list[tuple[Held, Decimal]]:
    """What our own fills hold, and how much of each no unresolved sell may still take."""
    return [
        (one, one.position.units - reserved(db, user_id, book, one.exchange, one.symbol))
        for one in held(db, user_id, book)
    ]


def day_start(db: Connection, user_id: str, book: Book, day: date) -> DayStart | None:
    """The day's first check, where there was one."""
    asked = {"the_user": user_id, "the_book": book.value, "the_day": str(day)}
    row = db.execute(DAY_START, asked).one_or_none()
    if row is None:
        return None
    marks = {name: Decimal(price) for name, price in json.loads(row.marks).items()}
    return DayStart(row.start_value, marks)


def begin_day(db: Connection, user_id: str, book: Book, day: date, start: DayStart) -> None:
    marks = json.dumps({name: format(price, "f") for name, price in start.marks.items()})
    values = {"user_id": user_id, "book": book.value, "day": str(day)}
    db.execute(NEW_DAY, values | {"start_value": start.value, "marks": marks})


def tally(db: Connection, user_id: str, book: Book, day: date) -> Tally:
    """What the day has seen so far, summed from its rows, and from those of a later day too.

    Where the clock was set back over midnight, what was bought since is not forgotten.
    """
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    mine = {"the_user": user_id, "the_book": book.value}
    total = Tally(day)
    for row in db.execute(BUYS_SINCE, mine | {"start": start}).all():
        total = total.with_buys(entry_of(row, ()).buys)
    since = {"start_ms": milliseconds(start)}
    for row in db.execute(FILLS_SINCE, mine | since).all():
        cash = cash_of(Side(row.side), fill_of(row), row.base, row.quote)
        total = total.with_cash(mark_of(row.exchange, row.symbol), cash)
    return total


def apply(db: Connection, entry: Entry, new: Iterable[Fill]) -> Position | None:
    """Write new fills of an order, and the position after them, which comes back; None: no fill."""
    which = {"the_user": entry.user_id, "the_book": entry.book.value}
    which |= {"the_exchange": entry.exchange, "the_symbol": entry.symbol}
    after = None
    for fill in new:
        assert entry.market is not None
        db.execute(NEW_FILL, fill_values(entry, fill))
        before = _position(db, which) if after is None else after
        after = apply_cash(before, cash_of(entry.side, fill, entry.market.base, entry.market.quote))
    if after is not None:
        names = {"user_id": entry.user_id, "book": entry.book.value}
        names |= {"exchange": entry.exchange, "symbol": entry.symbol}
        put = PUT_POSITION[db.dialect.name]
        db.execute(put, names | {"units": after.units, "cost": after.cost})
    return after


def unapply(db: Connection, entry: Entry) -> None:
    """Take the fills of an order back: the position is that of all others, as they came."""
    db.execute(delete(fills).where(fills.c.client_id == entry.client_id))
    names = {"user_id": entry.user_id, "book": entry.book.value}
    names |= {"exchange": entry.exchange, "symbol": entry.symbol}
    rest = select(fills).order_by(fills.c.at, fills.c.trade_id)
    after = Position()
    for row in db.execute(rest.filter_by(**names)):
        after = apply_cash(after, cash_of(Side(row.side), fill_of(row), row.base, row.quote))
    put = PUT_POSITION[db.dialect.name]
    db.execute(put, names | {"units": after.units, "cost": after.cost})


def _position(db: Connection, which: dict[str, str]) -> Position:
    row = db.execute(POSITION, which).one_or_none()
    return Position() if row is None else Position(row.units, row.cost)
