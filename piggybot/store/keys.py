"""Sealed exchange keys, and their removal from every place that held them.

May import: core, store.
"""

from datetime import datetime

from sqlalchemy import Engine, Row, delete, select, update

from migrations.database import empty_log
from piggybot.core.keys import KeyRow, Removed
from piggybot.store.tables import dialogues, inbox, keys, outbox, people
from piggybot.store.writing import put

SEALED = "%hpke1:%"


class Keys:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, key: KeyRow) -> None:
        """Keep a key; one that was there for the same venue is replaced."""
        values = {
            "user_id": key.user_id,
            "exchange": key.exchange,
            "sealed_key": key.sealed_key,
            "sealed_secret": key.sealed_secret,
            "hint": key.hint,
            "key_id": key.key_id,
            "saved": key.saved,
            "validated": key.validated,
        }
        with self._engine.begin() as db:
            put(db, keys, values)

    def get(self, user_id: str, exchange: str) -> KeyRow | None:
        query = select(keys).where(keys.c.user_id == user_id, keys.c.exchange == exchange)
        with self._engine.connect() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else _key(row)

    def all_of(self, user_id: str) -> list[KeyRow]:
        query = select(keys).where(keys.c.user_id == user_id).order_by(keys.c.exchange)
        with self._engine.connect() as db:
            return [_key(row) for row in db.execute(query)]

    def validated(self, user_id: str, exchange: str, at: datetime | None) -> None:
        """Note when the venue accepted the key; None: it no longer does."""
        mine = (keys.c.user_id == user_id) & (keys.c.exchange == exchange)
        with self._engine.begin() as db:
            db.execute(update(keys).where(mine).values(validated=at))

    def forget(self, user_id: str, exchange: str | None = None) -> Removed:
        """Remove keys, and every sealed text of their person."""
        mine = keys.c.user_id == user_id
        if exchange is not None:
            mine &= keys.c.exchange == exchange
        with self._engine.begin() as db:
            gone = list(db.execute(select(keys.c.exchange).where(mine)).scalars())
            db.execute(delete(keys).where(mine))
            who = select(people.c.id).where(people.c.user_id == user_id).scalar_subquery()
            chat = select(people.c.chat_id).where(people.c.user_id == user_id).scalar_subquery()
            db.execute(delete(inbox).where(inbox.c.person_id == who, inbox.c.body.like(SEALED)))
            db.execute(delete(outbox).where(outbox.c.chat_id == chat, outbox.c.body.like(SEALED)))
            held = dialogues.c.data.like(SEALED)
            db.execute(delete(dialogues).where(dialogues.c.person_id == who, held))
        # secure_delete zeroes the pages; the log holds the old ones until it is emptied.
        return Removed(tuple(gone), not empty_log(self._engine))


def _key(row: Row[tuple[object, ...]]) -> KeyRow:
    return KeyRow(**row._mapping)
