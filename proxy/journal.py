"""The journal of orders: every order that was ever asked for, its fills, and what they hold.

`reserve` and `settle` take a pure rule and run it inside their transaction, so that nothing can
change between the judgement and the row. What need not be read again is remembered (`memory.py`).

May import: errors, memory, queries, records, tables, wire.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, func, or_, select

from proxy import queries
from proxy.errors import ProxyError
from proxy.memory import Day, Memory
from proxy.queries import OVER, UNRESOLVED, Locked
from proxy.records import (
    NOT_A_TRADE,
    Account,
    Book,
    Books,
    DayStart,
    Entry,
    Held,
)
from proxy.tables import orders
from proxy.wire import Side, Status

log = logging.getLogger(__name__)

Judge = Callable[[Books], Entry]
"""Given the books, the entry as it will be sent; raises Denied."""
Job = Callable[[], Any]
"""One method of the journal with its arguments."""
Outcome = tuple[Any, BaseException | None]
"""What a job gave, or what it raised."""
Settle = Callable[[Entry], Entry]
"""Given an entry as it stands, the entry after what was learnt."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows before an order is judged: under its id, of its account, and held."""

    entry: Entry | None
    account: Account | None
    held: tuple[Held, ...] = ()
    """In the book of the account's mode."""
    begun: date | None = None
    """The day that has begun there: its first check is written down."""


class Journal:
    """Orders, fills, positions and the day's start."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.memory = Memory()
        self._shared: Connection | None = None

    def together(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Do these in one transaction, and say what each gave or raised.

        A refusal has written nothing, so the others stand. After any other failure none does, and
        each is done again for itself: a base that gave up in the middle must not seem to have kept
        the first ones.
        """
        if len(jobs) > 1:
            try:
                with self._engine.begin() as self._shared:
                    return [_outcome(job, ProxyError) for job in jobs]
            except Exception:
                log.exception("%d changes could not be written together", len(jobs))
                self.memory.forget()
            finally:
                self._shared = None
        return [_outcome(job, Exception) for job in jobs]

    def get(self, client_id: str) -> Entry | None:
        with self._engine.connect() as db:
            return queries.order(db, client_id)

    def recall(self, user_id: str, today: date) -> Known | None:
        """What `look` would say of an id that is new, without the database; None: not known."""
        account = self.memory.account(user_id)
        day = None if account is None else self.memory.day(user_id, account.book, today)
        return None if account is None or day is None else _known(account, day)

    def look(self, client_id: str, user_id: str, today: date) -> Known:
        """All that is known of an order that someone asks for."""
        with self._transaction() as db:
            entry = queries.order(db, client_id)
            if entry is not None:
                return Known(entry, None)
            account = queries.account(db, user_id)
            if account is None:
                return Known(None, None)
            self.memory.keep_account(account)
            return _known(account, self._day(db, user_id, account.book, today))

    def reserve(self, entry: Entry, now: datetime, judge: Judge) -> tuple[Entry, bool]:
        """Judge and journal in one transaction: the entry under this id, and whether it is new."""
        with self._counting() as db:
            locked = queries.lock(db, entry.user_id, entry.client_id)
            known = queries.order(db, entry.client_id) if locked.known else None
            if known is not None:
                return known, False
            judged = judge(self._books_for(db, locked, entry, now.date()))
            queries.write(db, judged)
        self.memory.reserved(judged)
        return judged, True

    def weigh(self, entry: Entry, now: datetime, judge: Judge) -> tuple[Entry, bool]:
        """What `reserve` would judge now; nothing is written."""
        with self._counting() as db:
            locked = queries.lock(db, entry.user_id, entry.client_id)
            return judge(self._books_for(db, locked, entry, now.date())), False

    def add(self, entry: Entry) -> tuple[Entry, bool]:
        """Write down an entry that will not be sent, unless its id is known."""
        with self._counting() as db:
            known = queries.order(db, entry.client_id)
            if known is not None:
                return known, False
            queries.write(db, entry)
        self.memory.count(None, entry, ())
        return entry, True

    def settle(self, client_id: str, rule: Settle) -> Entry:
        """Apply what was learnt: the entry, its new fills (each once) and positions, together."""
        with self._counting() as db:
            before = self.memory.take(client_id) or queries.order(db, client_id)
            assert before is not None, f"{client_id} is not in the journal"
            after = rule(before)
            known = {fill.tradeId for fill in before.fills}
            new = {fill.tradeId: fill for fill in after.fills if fill.tradeId not in known}
            position = queries.apply(db, after, new.values())
            queries.rewrite(db, after)
        self.memory.count(before, after, new.values())
        if position is not None:
            self.memory.hold(after, position)
        return after

    def disown(self, absent: Entry) -> Entry:
        """An order that its venue turned out not to have: its fills go, and are held no more."""
        with self._engine.begin() as db:
            queries.unapply(db, absent)
            queries.rewrite(db, absent)
        self.memory.forget()
        return absent

    def open(self, user_id: str | None = None) -> list[Entry]:
        """Orders without a terminal state, oldest first."""
        query = select(orders).where(orders.c.status.in_(UNRESOLVED)).order_by(orders.c.created)
        if user_id is not None:
            query = query.where(orders.c.user_id == user_id)
        with self._engine.connect() as db:
            return queries.entries(db, query)

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
            return queries.entries(db, query)

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
            return queries.held(db, user_id, book)

    def free(self, user_id: str, book: Book) -> list[tuple[Held, Decimal]]:
        """What our own fills hold, and how much of each no unresolved sell may still take."""
        with self._engine.connect() as db:
            return queries.free(db, user_id, book)

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
            return self._books(db, account, queries.is_stopped(db), book, today)

    def start_day(self, user_id: str, book: Book, day: date, start: DayStart) -> DayStart:
        """Keep the day's first check; the first one stands."""
        with self._engine.begin() as db:
            queries.account(db, user_id)  # its lock
            known = queries.day_start(db, user_id, book, day)
            if known is not None:
                return known
            queries.begin_day(db, user_id, book, day, start)
        self.memory.begin_day(user_id, book, day, start)
        return start

    def _books_for(self, db: Connection, locked: Locked, entry: Entry, today: date) -> Books:
        """The books as a limit sees them for this order."""
        self.memory.keep_account(locked.account)
        books = self._books(db, locked.account, locked.stopped, entry.book, today)
        if entry.side is Side.BUY:
            return books
        free, where = queries.free(db, entry.user_id, entry.book), (entry.exchange, entry.symbol)
        mine = [left for one, left in free if (one.exchange, one.symbol) == where]
        return replace(books, free_units=sum(mine, Decimal(0)))

    def _books(
        self, db: Connection, account: Account, stopped: bool, book: Book, today: date
    ) -> Books:
        day = self._day(db, account.user_id, book, today)
        return Books(
            account=account,
            stopped=stopped,
            trades_today=day.tally.buys.trades,
            spent_today=day.tally.buys.spent,
            free_units=Decimal(0),
            held=day.held,
            moved=day.tally.moved,
            day_start=day.start,
        )

    def _day(self, db: Connection, user_id: str, book: Book, today: date) -> Day:
        """The book on this day; read and summed from the rows where it is not remembered."""
        known = self.memory.day(user_id, book, today)
        if known is None:
            which = db, user_id, book
            start = queries.day_start(*which, today)
            known = Day(queries.tally(*which, today), queries.held(*which), start)
            self.memory.keep_day(user_id, book, known)
        return known

    @contextmanager
    def _counting(self) -> Iterator[Connection]:
        """A transaction after which memory still holds. Whether a failed one stands is not known
        here; a refusal is no failure, and comes before anything is written."""
        try:
            with self._transaction() as db:
                yield db
        except ProxyError:
            raise
        except BaseException:
            self.memory.forget()
            raise

    def _transaction(self) -> AbstractContextManager[Connection]:
        """One of its own, or the one that is shared."""
        return self._engine.begin() if self._shared is None else nullcontext(self._shared)


def _known(account: Account, day: Day) -> Known:
    return Known(None, account, day.held, None if day.start is None else day.tally.day)


def _outcome(job: Job, kind: type[Exception]) -> Outcome:
    """What it gave, or what it raised of this kind, to be raised where it is awaited."""
    try:
        return job(), None
    except kind as failure:
        return None, failure
