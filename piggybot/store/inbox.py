"""What arrived from Telegram, written down before Telegram is told so. Free of secrets in clear.

May import: core, store.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Row, delete, select, update

from piggybot.core.mail import Incoming
from piggybot.store.tables import inbox
from piggybot.store.writing import insert_new


class Inbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, incoming: Incoming) -> int | None:
        """Keep it, and return its row's id; None where it was seen before."""
        values = {
            "key": incoming.key,
            "chat_id": incoming.chat_id,
            "person_id": incoming.person_id,
            "kind": incoming.kind,
            "body": json.dumps(dict(incoming.body)),
            "sent_at": incoming.sent_at,
            "arrived": incoming.arrived,
            "done": False,
        }
        with self._engine.begin() as db:
            if not insert_new(db, inbox, values):
                return None
            query = select(inbox.c.id).where(inbox.c.key == incoming.key)
            return int(db.execute(query).scalar_one())

    def unfinished(self) -> list[Incoming]:
        """What no handler has finished, oldest first."""
        query = select(inbox).where(inbox.c.done.is_(False)).order_by(inbox.c.id)
        with self._engine.connect() as db:
            return [_incoming(row) for row in db.execute(query)]

    def done(self, row_ids: Sequence[int]) -> None:
        with self._engine.begin() as db:
            db.execute(update(inbox).where(inbox.c.id.in_(row_ids)).values(done=True))

    def prune(self, before: datetime) -> None:
        """Forget finished rows that arrived before then; Telegram keeps updates for 24 hours."""
        old = delete(inbox).where(inbox.c.done.is_(True), inbox.c.arrived < before)
        with self._engine.begin() as db:
            db.execute(old)


def _incoming(row: Row[tuple[object, ...]]) -> Incoming:
    values = dict(row._mapping)
    del values["done"]
    values["body"] = json.loads(values["body"])
    return Incoming(**values)
