"""Whether a database's file is still the one that was opened.

Alone because SQLite itself writes on into a file that was removed or replaced, and acknowledges:
what is written there is gone with the process. It is refused as on a full disk; reads go on.

May import: nothing of ours.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

WRITES = ("INSERT", "UPDATE", "DELETE")


def keep_to(engine: Engine, file: Path) -> None:
    """Refuse every write while `file` is not the file that it is now."""
    opened = _which(file)

    def refuse(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(WRITES) and _which(file) != opened:
            why = f"{file.name} was removed or replaced while it was in use"
            raise OperationalError(statement, None, OSError(why))

    event.listen(engine, "before_cursor_execute", refuse)


def _which(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
