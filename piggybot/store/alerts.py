"""Price alerts: told once, each in one transaction with its notice.

May import: core, store.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, delete, select, update

from piggybot.core.mail import Outgoing
from piggybot.core.runs import Alert
from piggybot.store.tables_runs import alerts
from piggybot.store.writing import insert_new, put_out


class Alerts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, alert: Alert) -> bool:
        """Keep it; False where the same is waiting already."""
        same = alerts.c.fired.is_(None) & (alerts.c.person_id == alert.person_id)
        for name in ("exchange", "symbol", "above", "price"):
            same &= alerts.c[name] == getattr(alert, name)
        values = {name: getattr(alert, name) for name in Alert.__slots__}
        with self._engine.begin() as db:
            if db.execute(select(alerts.c.id).where(same)).first() is not None:
                return False
            return insert_new(db, alerts, values)

    def waiting(self) -> list[Alert]:
        """All that were not told yet, of everyone."""
        return self._many(select(alerts).where(alerts.c.fired.is_(None)))

    def of_person(self, person_id: int) -> list[Alert]:
        """Those of one person that were not told yet, oldest first."""
        return self._many(
            select(alerts).where(alerts.c.fired.is_(None), alerts.c.person_id == person_id)
        )

    def fire(self, alert_id: str, now: datetime, notices: Sequence[Outgoing]) -> bool:
        """It is over, and told; False, and nothing told, where it was over or removed before."""
        mine = (alerts.c.id == alert_id) & alerts.c.fired.is_(None)
        with self._engine.begin() as db:
            if not db.execute(update(alerts).where(mine).values(fired=now)).rowcount:
                return False
            put_out(db, list(notices), [])
        return True

    def remove(self, person_id: int, alert_id: str) -> bool:
        """Forget one that waits; False where there is none (any more)."""
        mine = (alerts.c.id == alert_id) & (alerts.c.person_id == person_id)
        with self._engine.begin() as db:
            gone = db.execute(delete(alerts).where(mine, alerts.c.fired.is_(None)))
        return bool(gone.rowcount)

    def prune(self, before: datetime) -> None:
        """Forget those that were told long ago; what waits stays, however old."""
        with self._engine.begin() as db:
            db.execute(delete(alerts).where(alerts.c.fired < before))

    def _many(self, query: Select[Any]) -> list[Alert]:
        with self._engine.connect() as db:
            return [_alert(row) for row in db.execute(query.order_by(alerts.c.created))]


def _alert(row: Row[Any]) -> Alert:
    return Alert(**row._mapping)
