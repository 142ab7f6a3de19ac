"""How a database is opened, in one place for both houses: safely, privately, up to date.

Losing an acknowledged row loses money, so a mode that is not the safe one is refused, not used.
Sources: sqlite.org "How SQLite Is Tested", release notes of 3.51.3 (the WAL-reset bug).

May import: nothing of ours.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, ParamSpec, TypeVar

from sqlalchemy import BigInteger, Connection, Engine, Text, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.types import TypeDecorator

from migrations.kept import keep_to
from migrations.turns import Turns

try:
    import pysqlite3

    bundled: ModuleType = pysqlite3
except ImportError:  # no wheel for this platform: the safe journal mode is used instead
    import sqlite3  # no sooner: two of them take memory that one need not

    bundled = sqlite3

P = ParamSpec("P")
R = TypeVar("R")
House = Literal["bot", "proxy"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FULL, EXTRA = 2, 3
LOG_PATIENCE = 1000
LOCK = 1346982727
"""Marks our advisory locks among those of other programs on the same server."""
LOCK_TRIES = 20
SESSION = """
SET synchronous_commit = on;
SET tcp_keepalives_idle = 20;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3
"""
"""So that an acknowledged commit is on the disk, and a lock outlives a lost host by a minute."""
FIXED_BRANCHES = ((3, 44, 6), (3, 50, 7))
FIXED_FROM = (3, 51, 3)


class UnsafeDatabase(Exception):
    """The database would not keep what it acknowledged."""


NOT_KEPT = (DatabaseError, UnsafeDatabase)
"""What is raised where a database can be read or written no more."""


class MoneyText(TypeDecorator[Decimal]):
    """A Decimal, kept as plain text: SQLite's own numbers are floats."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as whole milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class Door:
    """The one awaitable door to a synchronous store: a single thread, so writes never queue twice.

    A cancelled caller does not undo what its thread has begun; the commit stands. What is urgent
    (turns.py) is done next, all else in its order.
    """

    def __init__(self) -> None:
        self._turns = Turns("store")

    async def __call__(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.wrap_future(self._turns.put(partial(method, *args, **kwargs)))

    def close(self) -> None:
        self._turns.end()


def safe_in_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the fix for the WAL-reset corruption bug (3.7.0 to 3.51.2)."""
    if version >= FIXED_FROM:
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_BRANCHES)


def open_database(url: str, house: House) -> Engine:
    """Open and upgrade the database of `house`; UnsafeDatabase where it cannot be kept safe."""
    with understood(url):
        engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url, house)
        _upgrade(engine, house)
    return engine


@contextmanager
def understood(url: str) -> Iterator[None]:
    """What goes wrong with a database becomes an UnsafeDatabase that says what to do."""
    try:
        yield
    except (ArgumentError, ValueError):
        raise UnsafeDatabase(
            "The database's address is not understood. Write it like sqlite:////folder/file.db or "
            "postgresql://user:password@host/name, or leave the setting out."
        ) from None
    except ModuleNotFoundError:
        raise UnsafeDatabase(
            "PostgreSQL needs its driver, which is not installed: pip install 'psycopg[binary]'."
        ) from None
    except DatabaseError as error:
        if not url.startswith("sqlite") and isinstance(error, OperationalError):
            raise UnsafeDatabase(
                f"{_place(url)} cannot be reached ({error.orig}). Is its server running?"
            ) from None
        raise UnsafeDatabase(
            f"{_place(url)} cannot be used ({error.orig}). If it is damaged, restore it from your "
            "backup; it holds what was traded, so do not delete it."
        ) from None


def _place(url: str | URL) -> str:
    """The database's name for people: never its password."""
    found = make_url(url)
    return f"The database {found.database or found.render_as_string(hide_password=True)}"


def _upgrade(engine: Engine, house: House) -> None:
    """Bring the tables of `house` to the newest step."""
    with engine.begin() as connection:
        if step_of(connection) == newest_step(house):
            return
        from migrations import steps  # late: alembic, which a start seldom needs

        try:
            steps.take(house, connection)
        except steps.NewerDatabase:
            raise UnsafeDatabase(
                f"{_place(engine.url)} was made by a newer version than this one. Start the newer "
                "version again, or restore the database from the backup of that time."
            ) from None


def step_of(connection: Connection) -> str | None:
    """The step at which alembic has left the tables; None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    query = "SELECT version_num FROM alembic_version"
    return connection.exec_driver_sql(query).scalar_one_or_none()


def newest_step(house: House) -> str:
    """The last of the steps, which are files that begin with their number."""
    files = (Path(__file__).parent / house / "versions").glob("[0-9]*.py")
    return max(file.name.split("_")[0] for file in files)


def empty_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log of old pages; False: a reader is in the way, they may remain.

    It waits for a second at most, since nothing else is stored meanwhile.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={min(usual, LOG_PATIENCE)}")
        try:
            verdict = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")
    finally:
        raw.close()
    return verdict is not None and not verdict[0]


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if not path or path == ":memory:":
        raise UnsafeDatabase("A database in memory forgets its orders. Give a file.")
    _make_private(Path(path))
    engine = create_engine(url, module=bundled, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN IMMEDIATE"))
    keep_to(engine, Path(path))
    return engine


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _postgres(url: str, house: House) -> Engine:
    """One connection, which holds the lock of this house: whoever has it is the only one.

    The lock is the connection's, so that a connection which is lost takes the right to write along.
    """
    engine = create_engine(
        postgres_address(url),
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", partial(_take_over, house, _place(url)))
    return engine


def postgres_address(url: str) -> URL:
    """The address, with our driver; ArgumentError where it is another database's."""
    asked = make_url(url)
    if asked.get_backend_name() != "postgresql":
        raise ArgumentError("neither SQLite nor PostgreSQL")
    return asked.set(drivername="postgresql+psycopg")


def _take_over(house: House, place: str, connection: Any, _record: object) -> None:
    """Take the lock, and see to it that what is acknowledged is on the disk."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(SESSION)
        if not _locked(cursor, house):
            raise UnsafeDatabase(
                f"Another {house} is using {place[0].lower()}{place[1:]}. Stop it, or give this "
                f"one its own {house.upper()}_DATABASE_URL."
            )
        if cursor.execute("SHOW fsync").fetchone()[0] != "on":
            raise UnsafeDatabase(
                f"{place} does not keep what it acknowledges: fsync is off. Set fsync = on in "
                "postgresql.conf."
            )
    connection.autocommit = False


def _locked(cursor: Any, house: House) -> bool:
    """Whether the lock is ours. The server may need a moment to see that its last owner is gone."""
    asked = "SELECT pg_try_advisory_lock(%s, hashtext(current_schema() || %s))"
    for _ in range(LOCK_TRIES):
        if cursor.execute(asked, (LOCK, house)).fetchone()[0]:
            return True
        cursor.execute("SELECT pg_sleep(0.1)")
    return False


def _on_connect(connection: Any, _record: object) -> None:
    """Set the mode that keeps every acknowledged commit, and read it back."""
    connection.isolation_level = None
    journal, synchronous = (
        ("wal", FULL) if safe_in_wal(bundled.sqlite_version_info) else ("delete", EXTRA)
    )
    connection.execute(f"PRAGMA journal_mode={journal}")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    got = (
        connection.execute("PRAGMA journal_mode").fetchone()[0],
        connection.execute("PRAGMA synchronous").fetchone()[0],
    )
    if got != (journal, synchronous):
        raise UnsafeDatabase(
            f"SQLite is in mode {got}, and {(journal, synchronous)} is needed to keep what it "
            "acknowledges. Put the data folder on a local disk."
        )
