"""The store's front: its parts by name, and sealed keys.

One public method is one transaction. Rows stay inside; values of `records.py` come out.

May import: account_rows, journal, paper_books, queries, records, tables, wire.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, event, func, insert, select, update

from migrations.database import empty_log
from proxy import queries
from proxy.account_rows import AccountRows
from proxy.journal import Journal
from proxy.paper_books import PaperRows
from proxy.queries import UNRESOLVED
from proxy.records import KEYLESS, Book, KeyRow
from proxy.tables import credentials, orders
from proxy.wire import Permissions, Problem, Status


class Store:
    """All that the proxy remembers, by its parts."""

    def __init__(self, engine: Engine) -> None:
        self.journal = Journal(engine)
        self.accounts = AccountRows(engine, self.journal.memory)
        self.keys = KeyRows(engine)
        self.paper = PaperRows(engine)
        event.listen(engine, "connect", self._connected)

    def _connected(self, *_: object) -> None:
        """While there was no connection, another process may have been the one that writes."""
        self.journal.memory.forget()
        self.keys.unkeep()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a removal of keys did."""

    venues: list[str]
    traces: bool
    """Whether a sealed copy may still stand in the database's log file."""
    waiting: int = 0
    """Real orders that need the key; then nothing was removed."""


class KeyRows:
    """Sealed keys.

    A key that is replaced or forgotten leaves the memory first: what is read after that is of the
    database. Neither happens while one of its orders is on its way.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: dict[tuple[str, str], KeyRow] = {}

    def replace(self, key: KeyRow, alike: KeyRow | None) -> int:
        """Keep `key`, unless real orders wait for another one; how many stood in the way.

        `alike` is a kept row that holds the same key: in its place nothing is lost.
        """
        with self._changing() as db:
            queries.account(db, key.user_id)  # its lock: no order is reserved meanwhile
            query = select(credentials).where(*_whose(key.user_id, key.exchange))
            row = db.execute(query).one_or_none()
            if row is not None and _key(row) != alike:
                waiting = _unresolved(db, key.user_id, key.exchange)
                if waiting:
                    return waiting
            _put(db, key)
            return 0

    def unresolved(self, user_id: str, exchange: str) -> int:
        """How many real orders there wait for an answer that only their key can get."""
        with self._engine.connect() as db:
            return _unresolved(db, user_id, exchange)

    def find(self, user_id: str, exchange: str) -> KeyRow | None:
        """The key, sealed; kept in memory from then on, until another takes its place."""
        known = self.kept(user_id, exchange)
        if known is not None:
            return known
        with self._engine.connect() as db:
            query = select(credentials).where(*_whose(user_id, exchange))
            row = db.execute(query).one_or_none()
        if row is None:
            return None
        return self._kept.setdefault((user_id, exchange), _key(row))

    def kept(self, user_id: str, exchange: str) -> KeyRow | None:
        """The key, where it was found before; without the database."""
        return self._kept.get((user_id, exchange))

    def unkeep(self) -> None:
        """Keep none in memory."""
        self._kept.clear()

    def of(self, user_id: str) -> list[KeyRow]:
        with self._engine.connect() as db:
            query = select(credentials).where(*_whose(user_id, None))
            return [_key(row) for row in db.execute(query.order_by(credentials.c.exchange))]

    def forget(self, user_id: str, exchange: str | None = None) -> Forgotten:
        """Remove keys, their bytes in the files too, unless real orders need them to be asked.

        Quarantined orders do not: a person has been told to look after them. They are marked,
        because another key may be another account, which says nothing of them.
        """
        with self._changing() as db:
            queries.account(db, user_id)  # its lock: no order is reserved meanwhile
            waiting = _unresolved(db, user_id, exchange, (Status.QUARANTINED.value,))
            if waiting:
                return Forgotten([], False, waiting)
            whose = _whose(user_id, exchange)
            names = [row.exchange for row in db.execute(select(credentials).where(*whose))]
            db.execute(delete(credentials).where(*whose))
            _mark_keyless(db, user_id, exchange)
        # secure_delete zeroes the pages; the log holds the old ones until it is emptied.
        return Forgotten(names, not empty_log(self._engine))

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction that changes keys: none is kept in memory that may not stand any more."""
        self.unkeep()
        with self._engine.begin() as db:
            yield db


def _put(db: Connection, key: KeyRow) -> None:
    db.execute(delete(credentials).where(*_whose(key.user_id, key.exchange)))
    db.execute(
        insert(credentials).values(
            user_id=key.user_id,
            exchange=key.exchange,
            api_key_sealed=key.api_key_sealed,
            secret_sealed=key.secret_sealed,
            permissions=key.permissions.model_dump_json(),
            validated_at=key.validated_at,
        )
    )


def _unresolved(
    db: Connection, user_id: str, exchange: str | None, let: tuple[str, ...] = ()
) -> int:
    """How many real orders have an end that is not known; None: of every exchange."""
    query = select(func.count()).where(
        orders.c.user_id == user_id,
        orders.c.book == Book.LIVE.value,
        orders.c.status.in_([status for status in UNRESOLVED if status not in let]),
    )
    if exchange is not None:
        query = query.where(orders.c.exchange == exchange)
    return db.execute(query).scalar_one()


def _mark_keyless(db: Connection, user_id: str, exchange: str | None) -> None:
    """Note in quarantined orders that the key which could ask about them is gone."""
    query = select(orders.c.client_id, orders.c.problem).where(
        orders.c.user_id == user_id,
        orders.c.book == Book.LIVE.value,
        orders.c.status == Status.QUARANTINED.value,
    )
    if exchange is not None:
        query = query.where(orders.c.exchange == exchange)
    for row in db.execute(query).all():
        problem = Problem.model_validate_json(row.problem)
        marked = problem.model_copy(update={"code": KEYLESS}).model_dump_json()
        db.execute(update(orders).where(orders.c.client_id == row.client_id).values(problem=marked))


def _whose(user_id: str, exchange: str | None) -> list[Any]:
    mine = credentials.c.user_id == user_id
    return [mine] if exchange is None else [mine, credentials.c.exchange == exchange]


def _key(row: Row[Any]) -> KeyRow:
    return KeyRow(
        row.user_id,
        row.exchange,
        row.api_key_sealed,
        row.secret_sealed,
        Permissions.model_validate_json(row.permissions),
        row.validated_at,
    )
