"""A disk that takes nothing more, as SQLite says it: reads go on, every write is refused.

May import: nothing of ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

WRITES = ("INSERT", "UPDATE", "DELETE")


class FullDisk:
    """`full` may be set and taken back while the engine is used."""

    def __init__(self) -> None:
        self.full = False

    def refuse(self, _db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.full and statement.lstrip().upper().startswith(WRITES):
            raise OperationalError(statement, None, OSError("database or disk is full"))


@contextmanager
def disk_of(engine: Engine) -> Iterator[FullDisk]:
    """The disk under this engine."""
    disk = FullDisk()
    event.listen(engine, "before_cursor_execute", disk.refuse)
    try:
        yield disk
    finally:
        event.remove(engine, "before_cursor_execute", disk.refuse)
