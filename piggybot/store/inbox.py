"""What arrived from Telegram, written down before Telegram is told so. Free of secrets in clear.

May import: core, store.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Row, bindparam, delete, select, update

from piggybot.core.mail import Incoming
from piggybot.store.tables import inbox
from piggybot.store.writing import inserted

DONE = update(inbox).where(inbox.c.id.in_(bindparam("ids", expanding=True))).values(done=True)


class Inbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, arrived: Sequence[Incoming]) -> list[int | None]:
        """Keep them, all or none, and return their rows' ids; None where one was seen before."""
        values = [_values(one) for one in arrived]
        with self._engine.begin() as db:
            return [inserted(db, inbox, one) for one in values]

    def unfinished(self) -> list[Incoming]:
        """What no handler has finished, oldest first."""
        query = select(inbox).where(inbox.c.done.is_(False)).order_by(inbox.c.id)
        with self._engine.connect() as db:
            return [_incoming(row) for row in db.execute(query)]

    def done(self, row_ids: Sequence[int]) -> None:
        with self._engine.begin() as db:
            db.execute(DONE, {"ids": list(row_ids)})

    def prune(self, before: datetime) -> None:
        """Forget finished rows that arrived before then; Telegram keeps updates for 24 hours."""
        old = delete(inbox).where(inbox.c.done.is_(True), inbox.c.arrived < before)
        with self._engine.begin() as db:
            db.execute(old)


def _values(incoming: Incoming) -> dict[str, object]:
    return {
        "key": incoming.key,
        "chat_id": incoming.chat_id,
        "person_id": incoming.person_id,
        "kind": incoming.kind,
        "body": json.dumps(dict(incoming.body)),
        "sent_at": incoming.sent_at,
        "arrived": incoming.arrived,
        "done": False,
    }


def _incoming(row: Row[tuple[object, ...]]) -> Incoming:
    values = dict(row._mapping)
    del values["done"]
    values["body"] = json.loads(values["body"])
    return Incoming(**values)
