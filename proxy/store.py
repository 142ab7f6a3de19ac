"""The store's front: accounts, the stop for all, and sealed keys; the journal beside them.

One public method is one transaction. Rows stay inside; values of `records.py` come out.

May import: journal, paper_books, queries, records, rows, tables, wire.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, event, func, insert, select, update

from migrations.database import empty_log
from proxy import queries
from proxy.journal import Journal
from proxy.paper_books import PaperRows
from proxy.queries import STOP_ALL, UNRESOLVED, is_stopped
from proxy.records import KEYLESS, Account, Book, ChatLimits, KeyRow
from proxy.rows import account_of
from proxy.tables import accounts, credentials, flags, orders
from proxy.wire import Mode, Permissions, Problem, Status


class Store:
    """All that the proxy remembers, by its parts."""

    def __init__(self, engine: Engine) -> None:
        self.accounts = AccountRows(engine)
        self.keys = KeyRows(engine)
        self.journal = Journal(engine)
        self.paper = PaperRows(engine)
        event.listen(engine, "connect", self._connected)

    def _connected(self, *_: object) -> None:
        """While there was no connection, another process may have been the one that writes."""
        self.journal.uncount()
        self.keys.unkeep()


class AccountRows:
    """Accounts, their modes and epochs, and the stop for all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, user_id: str, exchange: str, now: datetime) -> Account:
        """The account of `user_id`, made in PAPER where there is none."""
        with self._engine.begin() as db:
            known = queries.account(db, user_id)
            if known is not None:
                return known
            fresh = Account(user_id, exchange, Mode.PAPER, 1, "", now)
            values = {name: getattr(fresh, name) for name in ("user_id", "exchange", "epoch")}
            db.execute(
                insert(accounts).values(mode=fresh.mode.value, reason="", created=now, **values)
            )
            return fresh

    def find(self, user_id: str) -> Account | None:
        with self._engine.connect() as db:
            return queries.account(db, user_id)

    def everyone(self) -> list[Account]:
        with self._engine.connect() as db:
            return [account_of(row) for row in db.execute(select(accounts))]

    def change_mode(self, seen: Account, mode: Mode, reason: str) -> Account | None:
        """Change the mode of the account as it was `seen`; None where it has changed since."""
        with self._engine.begin() as db:
            return _change(db, seen, mode, reason)

    def move(self, user_id: str, exchange: str) -> None:
        """The account trades at this exchange from now on; only in PAPER, else it stays."""
        with self._engine.begin() as db:
            known = queries.account(db, user_id)
            if known is not None and known.mode is Mode.PAPER:
                _set(db, user_id, {"exchange": exchange})

    def halt(self, user_id: str, at_least: int, reason: str) -> Account | None:
        """Halt one account under a new epoch, not below `at_least`."""
        with self._engine.begin() as db:
            known = queries.account(db, user_id)
            return None if known is None else _halt(db, known, at_least, reason)

    def renew(self, seen: Account) -> Account | None:
        """A fresh epoch for a halted account as it was `seen`; None where it has changed since."""
        with self._engine.begin() as db:
            known = queries.account(db, seen.user_id)
            if known is None or (known.mode, known.epoch) != (Mode.HALTED, seen.epoch):
                return None
            return _halt(db, known, 0, known.reason)

    def halt_all(self, at_least: Mapping[str, int], reason: str) -> list[Account]:
        """The stop for all: the flag, and every account halted under a new epoch."""
        with self._engine.begin() as db:
            db.execute(delete(flags).where(flags.c.name == STOP_ALL))
            db.execute(insert(flags).values(name=STOP_ALL, value=reason))
            every = [account_of(row) for row in db.execute(select(accounts).with_for_update())]
            return [_halt(db, one, at_least.get(one.user_id, 0), reason) for one in every]

    def stopped(self) -> bool:
        """Whether the stop for all stands."""
        with self._engine.connect() as db:
            return is_stopped(db)

    def lift_stop(self, seen: Account, mode: Mode) -> Account | None:
        """End the stop for all, and that of the account as it was `seen`; None where it changed.

        A newer stop gives each account a new epoch, so it is never lifted. Every other account
        stays halted until its own person resumes it.
        """
        with self._engine.begin() as db:
            changed = _change(db, seen, mode, "")
            if changed is not None:
                db.execute(delete(flags).where(flags.c.name == STOP_ALL))
            return changed

    def tighten(self, user_id: str, chat: ChatLimits) -> Account | None:
        """Keep the chat's own bounds; None leaves one as it is."""
        values = {name: value for name, value in asdict(chat).items() if value is not None}
        with self._engine.begin() as db:
            if values:
                _set(db, user_id, values)
            return queries.account(db, user_id)


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


def _set(db: Connection, user_id: str, values: dict[str, Any]) -> None:
    db.execute(update(accounts).where(accounts.c.user_id == user_id).values(values))


def _change(db: Connection, seen: Account, mode: Mode, reason: str) -> Account | None:
    known = queries.account(db, seen.user_id)
    if known is None or (known.mode, known.epoch) != (seen.mode, seen.epoch):
        return None
    _set(db, seen.user_id, {"mode": mode.value, "reason": reason})
    return replace(known, mode=mode, reason=reason)


def _halt(db: Connection, known: Account, at_least: int, reason: str) -> Account:
    epoch = max(known.epoch + 1, at_least)
    _set(db, known.user_id, {"mode": Mode.HALTED.value, "epoch": epoch, "reason": reason})
    return replace(known, mode=Mode.HALTED, epoch=epoch, reason=reason)


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
