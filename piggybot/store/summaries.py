"""Who wants a daily summary, when, and which day was told last.

May import: core, store.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, delete, select, update

from piggybot.core.mail import Outgoing
from piggybot.core.runs import Summary
from piggybot.store.tables_runs import summaries
from piggybot.store.writing import put, put_out


class Summaries:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, summary: Summary) -> None:
        """Keep it, in place of what the person wanted before."""
        with self._engine.begin() as db:
            put(db, summaries, {name: getattr(summary, name) for name in Summary.__slots__})

    def get(self, person_id: int) -> Summary | None:
        query = select(summaries).where(summaries.c.person_id == person_id)
        with self._engine.connect() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _summary(row)

    def all(self) -> list[Summary]:
        with self._engine.connect() as db:
            return [_summary(row) for row in db.execute(select(summaries))]

    def remove(self, person_id: int) -> bool:
        """No summary any more; False where there was none."""
        with self._engine.begin() as db:
            gone = db.execute(delete(summaries).where(summaries.c.person_id == person_id))
        return bool(gone.rowcount)

    def told(self, before: Summary, day: str, letters: Sequence[Outgoing]) -> bool:
        """Note the day with its letter; False, and nothing told, where it is not as before."""
        same = summaries.c.person_id == before.person_id
        for name in ("hour", "zone", "last_day"):
            same &= summaries.c[name] == getattr(before, name)
        with self._engine.begin() as db:
            if not db.execute(update(summaries).where(same).values(last_day=day)).rowcount:
                return False
            put_out(db, list(letters), [])
        return True


def _summary(row: Row[Any]) -> Summary:
    return Summary(**row._mapping)
