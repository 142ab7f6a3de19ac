"""Small facts that must survive a restart: latches, a stop on its way, the proxy's public key.

May import: core, store.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, bindparam, delete, select

from piggybot.core.mail import Outgoing
from piggybot.store.tables import flags
from piggybot.store.writing import put, put_out

# Made once: to make a statement costs more than to run it.
ONE = select(flags.c.value).where(flags.c.name == bindparam("its_name"))
SOME = select(flags).where(flags.c.name.in_(bindparam("names", expanding=True)))


class Flags:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, name: str) -> str | None:
        with self._engine.connect() as db:
            return db.execute(ONE, {"its_name": name}).scalar_one_or_none()

    def those(self, names: Sequence[str]) -> dict[str, str]:
        """The ones of these that are set."""
        with self._engine.connect() as db:
            return {row.name: row.value for row in db.execute(SOME, {"names": names})}

    def beginning(self, prefix: str) -> dict[str, str]:
        """All flags whose name begins so."""
        query = select(flags).where(flags.c.name.startswith(prefix, autoescape=True))
        with self._engine.connect() as db:
            return {row.name: row.value for row in db.execute(query)}

    def put(self, name: str, value: str) -> None:
        with self._engine.begin() as db:
            put_flag(db, name, value)

    def put_telling(self, name: str, value: str, letters: list[Outgoing]) -> None:
        """Set it and keep what is to be said of it: both, or neither."""
        with self._engine.begin() as db:
            put_flag(db, name, value)
            put_out(db, letters, [])

    def split(self, name: str, parts: Sequence[str]) -> None:
        """Where it is set, set these instead, to the same."""
        mine = flags.c.name == name
        with self._engine.begin() as db:
            value = db.execute(select(flags.c.value).where(mine)).scalar_one_or_none()
            if value is None:
                return
            for part in parts:
                put_flag(db, part, value)
            put_flag(db, name, None)

    def drop(self, name: str) -> None:
        with self._engine.begin() as db:
            put_flag(db, name, None)


def put_flag(db: Connection, name: str, value: str | None) -> None:
    """Set it, within somebody's transaction; None takes it away."""
    if value is None:
        db.execute(delete(flags).where(flags.c.name == name))
    else:
        put(db, flags, {"name": name, "value": value})
