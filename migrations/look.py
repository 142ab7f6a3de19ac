"""A look from outside at what a house keeps, its files and its database: nothing is written.

Alone because both houses have a doctor, and both must say the same of the same. A running house is
not disturbed: nothing that it needs is locked.

May import: nothing of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from migrations.database import (
    House,
    UnsafeDatabase,
    bundled,
    newest_step,
    postgres_address,
    safe_in_wal,
    step_of,
    understood,
)

GOOD, BAD = "✅", "❌"
OTHERS = 0o077
MEGABYTE = 1_000_000
LEAST_FREE = 50 * MEGABYTE
FORMAT, WAL = 18, 2
"""Where SQLite's header names the journal, and the number for a write-ahead log."""
BEGIN = "It is made at the first start: piggybot up"
PUT_BACK = (
    "Stop it where it runs, and put the file back from its backup: what was traded is in it. "
    "Started without it, it begins with nothing."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and where it is not well, what to do."""

    what: str
    said: str
    todo: str = ""
    good: bool = True

    @classmethod
    def read(cls, line: str) -> "Finding":
        """What the other house's doctor wrote."""
        mark, _, rest = line.partition(" ")
        what, _, said = rest.partition(": ")
        return cls(what, said, good=mark == GOOD)

    def __str__(self) -> str:
        mark = GOOD if self.good else BAD
        return " ".join(f"{mark} {self.what}: {self.said} {self.todo}".split())


def ill(what: str, said: str, todo: str = "") -> Finding:
    """Something that is not well."""
    return Finding(what, said, todo, good=False)


def files(what: str, folder: Path, *more: Path, least: int = LEAST_FREE) -> Finding:
    """Whether everything in a folder, and these files where they exist, is this user's alone, and
    whether there is room for more.
    """
    if not folder.exists():
        return ill(what, f"There is no folder {folder} yet.", BEGIN)
    try:
        found = [*_all_in(folder), *(one for one in more if one.exists())]
        exposed = [one for one in found if one.lstat().st_mode & OTHERS and not one.is_symlink()]
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        who = "Run this as the user who runs the bot."
        return ill(what, f"{problem.filename} cannot be looked at: {why}.", who)
    if not exposed and (free := disk_usage(folder).free) < least:
        left = f"Only {free // MEGABYTE} MB are free on the disk of {folder}."
        return ill(what, left, "Free some of it: what cannot be written down is not done.")
    if not exposed:
        return Finding(what, f"What is in {folder} is this user's alone.")
    rest = f" and {len(exposed) - 1} more" if len(exposed) > 1 else ""
    names = " ".join(map(str, exposed[:3]))
    return ill(what, f"{exposed[0]}{rest} can be read by others.", f"Run: chmod go-rwx {names}")


def _all_in(folder: Path) -> Iterable[Path]:
    return (one for one in sorted(folder.rglob("*")) if one.exists())


def database(what: str, url: str, house: House, folder: Path) -> Finding:
    """Its kind, its version, how it keeps what it acknowledges, and whether its tables are new.

    `folder` is the house's own: where something is in it, the house has been started before.
    """
    try:
        with understood(url):
            kind, safe, revision = _sqlite(url) if url.startswith("sqlite") else _postgres(url)
            head = newest_step(house)
    except _Missing as missing:
        if folder.is_dir() and any(folder.iterdir()):
            return ill(what, f"There is no {missing}, and this house ran here before.", PUT_BACK)
        return ill(what, f"There is no {missing} yet.", BEGIN)
    except UnsafeDatabase as problem:
        return ill(what, str(problem))
    if safe:
        return ill(what, f"{kind}: {safe}")
    if revision == head:
        return Finding(what, f"{kind}, migration {revision}, the newest.")
    return ill(
        what,
        f"{kind}, migration {revision or 'none'}; this version has {head}.",
        "Start it once with this version, and it is brought there; an older version cannot use it.",
    )


class _Missing(Exception):
    """There is no such file."""


def _sqlite(url: str) -> tuple[str, str, str | None]:
    path = Path(make_url(url).database or "")
    if not path.is_file():
        raise _Missing(path)
    with path.open("rb") as file:
        log = file.read(FORMAT + 1)[-1:] == bytes([WAL])
    # Without a log beside it nobody writes; with one, its index is read and not made anew.
    open_now = path.with_name(f"{path.name}-wal").exists()
    how = "mode=ro&readonly_shm=1" if open_now else "immutable=1"
    address = f"{path.resolve().as_uri()}?{how}"
    engine = create_engine(
        "sqlite://",
        module=bundled,
        creator=lambda: bundled.connect(address, uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        with engine.connect() as db:
            version = db.execute(text("SELECT sqlite_version()")).scalar()
            revision = step_of(db)
    finally:
        engine.dispose()
    wants_log = safe_in_wal(bundled.sqlite_version_info)
    mode = "WAL" if log else "DELETE journal"
    safe = "" if log == wants_log else "It is not in the mode that keeps what it acknowledges."
    return f"SQLite {version}, {mode}", safe, revision


def _postgres(url: str) -> tuple[str, str, str | None]:
    """Beside the one connection that holds the lock of the house, and without it."""
    engine = create_engine(postgres_address(url), poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as db:
            version = db.execute(text("SHOW server_version")).scalar()
            keeps = db.execute(text("SHOW fsync")).scalar() == "on"
            revision = step_of(db)
    finally:
        engine.dispose()
    safe = "" if keeps else "It does not keep what it acknowledges. Set fsync = on."
    return f"PostgreSQL {str(version).split()[0]}", safe, revision
