"""The journal of orders: every order that was ever asked for, its fills, and what they hold.

`reserve` and `settle` take a pure rule and run it inside their transaction, so that nothing can
change between the judgement and the row.

May import: fills, records, rows, tables, wire.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from proxy.fills import Position, apply_cash, cash_of
from proxy.records import Account, Book, Books, DayStart, Entry, Held, milliseconds
from proxy.rows import account_of, day_fill_of, entry_of, fill_of, fill_values, order_values
from proxy.tables import accounts, days, fills, flags, orders, positions
from proxy.wire import TERMINAL, Fill, Side, Status

STOP_ALL = "stop_all"
OVER = [status.value for status in TERMINAL]
NOT_A_TRADE = frozenset({Status.DENIED, Status.NOT_SENT, Status.REJECTED, Status.ABSENT})

Judge = Callable[[Books], Entry]
"""Given the books, the entry as it will be sent; raises Denied."""
Reserve = Callable[[Entry, datetime, Judge], tuple[Entry, bool]]
"""What is done with the judgement; the entry, and whether it is newly written down."""
Settle = Callable[[Entry], Entry]
"""Given an entry as it stands, the entry after what was learnt."""


class Journal:
    """Orders, fills, positions and the day's start."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, client_id: str) -> Entry | None:
        with self._engine.connect() as db:
            return _get(db, client_id)

    def reserve(self, entry: Entry, now: datetime, judge: Judge) -> tuple[Entry, bool]:
        """Judge and journal in one transaction: the entry under this id, and whether it is new."""
        with self._engine.begin() as db:
            account = _lock(db, entry.user_id)
            known = _get(db, entry.client_id)
            if known is not None:
                return known, False
            judged = judge(_books(db, account, entry, now.date()))
            db.execute(insert(orders).values(order_values(judged)))
            return judged, True

    def weigh(self, entry: Entry, now: datetime, judge: Judge) -> tuple[Entry, bool]:
        """What `reserve` would judge now; nothing is written."""
        with self._engine.begin() as db:
            account = _lock(db, entry.user_id)
            return judge(_books(db, account, entry, now.date())), False

    def add(self, entry: Entry) -> tuple[Entry, bool]:
        """Write down an entry that will not be sent, unless its id is known."""
        with self._engine.begin() as db:
            known = _get(db, entry.client_id)
            if known is not None:
                return known, False
            db.execute(insert(orders).values(order_values(entry)))
            return entry, True

    def settle(self, client_id: str, rule: Settle) -> Entry:
        """Apply what was learnt: the entry, its new fills (each once) and positions, together."""
        with self._engine.begin() as db:
            before = _get(db, client_id)
            assert before is not None, f"{client_id} is not in the journal"
            after = rule(before)
            known = {fill.tradeId for fill in before.fills}
            for fill in after.fills:
                if fill.tradeId not in known:
                    known.add(fill.tradeId)
                    _apply(db, after, fill)
            where = orders.c.client_id == client_id
            db.execute(update(orders).where(where).values(order_values(after)))
            return after

    def open(self, user_id: str | None = None) -> list[Entry]:
        """Orders without a terminal state, oldest first."""
        query = select(orders).where(orders.c.status.not_in(OVER)).order_by(orders.c.created)
        if user_id is not None:
            query = query.where(orders.c.user_id == user_id)
        with self._engine.connect() as db:
            return _entries(db, query)

    def others(self, entry: Entry) -> frozenset[str]:
        """The venue's ids of our other orders that may have traded since this one was made."""
        query = select(orders.c.order_id).where(
            orders.c.user_id == entry.user_id,
            orders.c.book == entry.book.value,
            orders.c.exchange == entry.exchange,
            orders.c.symbol == entry.symbol,
            orders.c.client_id != entry.client_id,
            orders.c.order_id.is_not(None),
            or_(orders.c.concluded.is_(None), orders.c.concluded >= entry.created),
        )
        with self._engine.connect() as db:
            return frozenset(db.execute(query).scalars())

    def absent_since(self, moment: datetime) -> list[Entry]:
        """Orders that were concluded to be absent since `moment`."""
        query = select(orders).where(
            orders.c.status == Status.ABSENT.value, orders.c.concluded >= moment
        )
        with self._engine.connect() as db:
            return _entries(db, query)

    def is_of(self, sandbox: bool) -> bool:
        """Whether every real order that may have been executed was sent to this kind of venue."""
        query = select(orders.c.client_id).where(
            orders.c.book == Book.LIVE.value,
            orders.c.sandbox.is_(not sandbox),
            orders.c.status.not_in([status.value for status in NOT_A_TRADE]),
        )
        with self._engine.connect() as db:
            return db.execute(query.limit(1)).first() is None

    def held(self, user_id: str, book: Book) -> tuple[Held, ...]:
        """What our own fills hold."""
        with self._engine.connect() as db:
            return _held(db, user_id, book)

    def free(self, user_id: str, book: Book) -> list[tuple[Held, Decimal]]:
        """What our own fills hold, and how much of each no unresolved sell may still take."""
        with self._engine.connect() as db:
            return [
                (one, one.position.units - _reserved(db, user_id, book, one.exchange, one.symbol))
                for one in _held(db, user_id, book)
            ]

    def are_over(self, user_id: str, client_ids: Collection[str]) -> bool:
        """Whether all these orders of this user were made, and have ended."""
        query = select(func.count()).where(
            orders.c.client_id.in_(client_ids),
            orders.c.user_id == user_id,
            orders.c.status.in_(OVER),
        )
        with self._engine.connect() as db:
            return db.execute(query).scalar_one() == len(client_ids)

    def books(self, account: Account, book: Book, today: date) -> Books:
        """The books as a limit sees them, without an order."""
        with self._engine.connect() as db:
            return _account_books(db, account, book, today)

    def start_day(self, user_id: str, book: Book, day: date, start: DayStart) -> DayStart:
        """Keep the day's first check; the first one stands."""
        where = (days.c.user_id == user_id, days.c.book == book.value, days.c.day == str(day))
        with self._engine.begin() as db:
            _lock(db, user_id)
            row = db.execute(select(days).where(*where)).one_or_none()
            if row is not None:
                return DayStart(row.start_value, _marks(row.marks))
            marks = json.dumps({name: format(price, "f") for name, price in start.marks.items()})
            values = {"user_id": user_id, "book": book.value, "day": str(day)}
            db.execute(insert(days).values(values | {"start_value": start.value, "marks": marks}))
            return start


def is_stopped(db: Connection) -> bool:
    """Whether the stop for all stands, inside a transaction."""
    return db.execute(select(flags).where(flags.c.name == STOP_ALL)).first() is not None


def _lock(db: Connection, user_id: str) -> Account:
    query = select(accounts).where(accounts.c.user_id == user_id).with_for_update()
    return account_of(db.execute(query).one())


def _get(db: Connection, client_id: str) -> Entry | None:
    found = _entries(db, select(orders).where(orders.c.client_id == client_id))
    return found[0] if found else None


def _entries(db: Connection, query: Any) -> list[Entry]:
    return [entry_of(row, _fills_of(db, row.client_id)) for row in db.execute(query).all()]


def _fills_of(db: Connection, client_id: str) -> tuple[Fill, ...]:
    query = select(fills).where(fills.c.client_id == client_id).order_by(fills.c.at)
    return tuple(fill_of(row) for row in db.execute(query))


def _books(db: Connection, account: Account, entry: Entry, today: date) -> Books:
    books = _account_books(db, account, entry.book, today)
    held = sum(
        (
            one.position.units
            for one in books.held
            if (one.exchange, one.symbol) == (entry.exchange, entry.symbol)
        ),
        Decimal(0),
    )
    taken = _reserved(db, entry.user_id, entry.book, entry.exchange, entry.symbol)
    return replace(books, free_units=held - taken)


def _account_books(db: Connection, account: Account, book: Book, today: date) -> Books:
    start = datetime(today.year, today.month, today.day, tzinfo=UTC)
    mine = (fills.c.user_id == account.user_id, fills.c.book == book.value)
    since = select(fills).where(*mine, fills.c.at >= milliseconds(start))
    where = (days.c.user_id == account.user_id, days.c.book == book.value)
    day = db.execute(select(days).where(*where, days.c.day == str(today))).one_or_none()
    spent = _buys(db, account.user_id, book, start)
    return Books(
        account=account,
        stopped=is_stopped(db),
        trades_today=len(spent),
        spent_today=sum(spent, Decimal(0)),
        free_units=Decimal(0),
        held=_held(db, account.user_id, book),
        day_fills=tuple(day_fill_of(row) for row in db.execute(since)),
        day_start=None if day is None else DayStart(day.start_value, _marks(day.marks)),
    )


def _buys(db: Connection, user_id: str, book: Book, start: datetime) -> list[Decimal]:
    """Today's buys that are or may be trades: what each spent, or may still spend."""
    query = select(orders).where(
        orders.c.user_id == user_id,
        orders.c.book == book.value,
        orders.c.side == Side.BUY.value,
        orders.c.created >= start,
        orders.c.created < start + timedelta(days=1),
        orders.c.status.not_in([status.value for status in NOT_A_TRADE]),
    )
    spent = []
    for row in db.execute(query):
        if row.status not in OVER:
            spent.append(row.asked_usd)
        elif row.executed:
            spent.append(row.quote)
    return spent


def _reserved(db: Connection, user_id: str, book: Book, exchange: str, symbol: str) -> Decimal:
    """Units that unresolved sells of this symbol may still take."""
    query = select(orders).where(
        orders.c.user_id == user_id,
        orders.c.book == book.value,
        orders.c.exchange == exchange,
        orders.c.symbol == symbol,
        orders.c.side == Side.SELL.value,
        orders.c.status.not_in(OVER),
    )
    total = Decimal(0)
    for row in db.execute(query).all():
        done = sum((fill.qty for fill in _fills_of(db, row.client_id)), Decimal(0))
        total += max(row.units - done, Decimal(0))
    return total


def _held(db: Connection, user_id: str, book: Book) -> tuple[Held, ...]:
    query = select(positions).where(positions.c.user_id == user_id, positions.c.book == book.value)
    rows: Sequence[Any] = db.execute(query.order_by(positions.c.symbol)).all()
    return tuple(
        Held(row.exchange, row.symbol, Position(row.units, row.cost)) for row in rows if row.units
    )


def _apply(db: Connection, entry: Entry, fill: Fill) -> None:
    """Write one new fill, and the position after it."""
    assert entry.market is not None
    db.execute(insert(fills).values(fill_values(entry, fill)))
    where = (
        positions.c.user_id == entry.user_id,
        positions.c.book == entry.book.value,
        positions.c.exchange == entry.exchange,
        positions.c.symbol == entry.symbol,
    )
    row = db.execute(select(positions).where(*where).with_for_update()).one_or_none()
    before = Position() if row is None else Position(row.units, row.cost)
    cash = cash_of(entry.side, fill, entry.market.base, entry.market.quote)
    after = apply_cash(before, cash)
    db.execute(delete(positions).where(*where))
    db.execute(
        insert(positions).values(
            user_id=entry.user_id,
            book=entry.book.value,
            exchange=entry.exchange,
            symbol=entry.symbol,
            units=after.units,
            cost=after.cost,
        )
    )


def _marks(text: str) -> dict[str, Decimal]:
    return {name: Decimal(price) for name, price in json.loads(text).items()}
