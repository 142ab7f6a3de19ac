"""What is to go out: at least once, by importance, and each chat in its own order.

May import: core, store.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from piggybot.core.mail import ButtonRow, Earlier, File, Outgoing, Sent
from piggybot.store.tables import enclosures, holds, outbox
from piggybot.store.writing import put, put_out

ALL_CHATS = 0
_HELD = select(holds.c.chat_id).where(holds.c.until > bindparam("now"))
DUE = (
    select(outbox)
    .where(outbox.c.state == "due", outbox.c.not_before <= bindparam("now"))
    .where(outbox.c.chat_id.not_in(_HELD), ~_HELD.where(holds.c.chat_id == ALL_CHATS).exists())
    .order_by(outbox.c.priority, outbox.c.id)
    .limit(bindparam("most"))
)
NEXT = (
    select(outbox.c.not_before)
    .where(outbox.c.state == "due")
    .order_by(outbox.c.not_before)
    .limit(1)
)
GONE = (
    update(outbox)
    .where(outbox.c.id == bindparam("the_id"))
    .values(state="sent", message_id=bindparam("message"), sent_at=bindparam("at"))
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
NO_FILES = delete(enclosures).where(enclosures.c.letter.in_(_IDS))
EDITS = (
    select(outbox.c.id, outbox.c.edits)
    .where(outbox.c.id.in_(_IDS), outbox.c.edits.is_not(None))
    .order_by(outbox.c.id)
)


class Outbox:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, letters: list[Outgoing], minted: list[ButtonRow] | None = None) -> list[Outgoing]:
        """Keep letters with their buttons; those that were new, with their ids."""
        with self._engine.begin() as db:
            return put_out(db, letters, minted or [])

    def due(self, now: datetime, limit: int) -> list[Outgoing]:
        """What may go now, most important first; nothing of a chat that is held."""
        with self._engine.connect() as db:
            rows = db.execute(DUE, {"now": now, "most": limit})
            return [_outgoing(row) for row in rows]

    def next_due(self) -> datetime | None:
        """The earliest moment at which something waiting may go, or None."""
        with self._engine.connect() as db:
            return db.execute(NEXT).scalar_one_or_none()

    def file(self, row_id: int) -> File | None:
        """What goes with a letter."""
        query = select(enclosures.c.name, enclosures.c.content)
        with self._engine.connect() as db:
            row = db.execute(query.where(enclosures.c.letter == row_id)).one_or_none()
        return None if row is None else File(row.name, row.content)

    def earlier(self, dedupe: str) -> Earlier | None:
        """What became of the letter with this dedupe; None where there is none (any more)."""
        query = select(outbox.c.state, outbox.c.message_id).where(outbox.c.dedupe == dedupe)
        with self._engine.connect() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else Earlier(row.state == "due", row.message_id)

    def sent(self, letters: Sequence[Sent]) -> None:
        """They have gone. The message of an edit is that of the letter it edits, also where new."""
        ids = {"ids": [one.id for one in letters]}
        made = {one.id: one.message_id for one in letters}
        gone = [{"the_id": one.id, "message": one.message_id, "at": one.at} for one in letters]
        with self._engine.begin() as db:
            db.execute(GONE, gone)
            db.execute(NO_FILES, ids)
            for edit in db.execute(EDITS, ids).all():
                first = update(outbox).where(outbox.c.dedupe == edit.edits)
                db.execute(first.values(message_id=made[edit.id]))

    def later(self, row_id: int, not_before: datetime) -> None:
        """Try again then; one more try is counted."""
        with self._engine.begin() as db:
            again = update(outbox).where(outbox.c.id == row_id)
            db.execute(again.values(not_before=not_before, tries=outbox.c.tries + 1))

    def failed(self, row_id: int, reason: str) -> None:
        with self._engine.begin() as db:
            self._end(db, row_id, state="failed", reason=reason)

    def fold(self, members: Sequence[int], into: Outgoing) -> bool:
        """One letter instead of these; False, and all stay, where one of them is not due."""
        mine = outbox.c.id.in_(members) & (outbox.c.state == "due")
        done = update(outbox).where(mine).values(state="folded", reason=into.dedupe)
        with self._engine.connect() as db, db.begin() as step:
            if db.execute(done).rowcount != len(members) or not put_out(db, [into], []):
                step.rollback()
                return False
        return True

    def hold(self, chat_id: int | None, until: datetime) -> None:
        """Telegram asked for patience, in one chat or (None) in all."""
        with self._engine.begin() as db:
            put(db, holds, {"chat_id": ALL_CHATS if chat_id is None else chat_id, "until": until})

    def held(self, chat_id: int) -> datetime | None:
        """Until when nothing goes to this chat; the moment may be past."""
        query = select(holds.c.until).where(
            or_(holds.c.chat_id == chat_id, holds.c.chat_id == ALL_CHATS)
        )
        with self._engine.connect() as db:
            return max((row.until for row in db.execute(query)), default=None)

    def last_hold(self) -> datetime | None:
        """Until when a chat, or all, may be held; the moment may be past."""
        with self._engine.connect() as db:
            return max((row.until for row in db.execute(select(holds.c.until))), default=None)

    def prune(self, before: datetime) -> None:
        old = delete(outbox).where(outbox.c.state != "due", outbox.c.created < before)
        with self._engine.begin() as db:
            db.execute(old)

    @staticmethod
    def _end(db: Connection, row_id: int, **values: object) -> None:
        """Nobody asks for the file of a letter that has gone."""
        db.execute(update(outbox).where(outbox.c.id == row_id).values(**values))
        db.execute(delete(enclosures).where(enclosures.c.letter == row_id))


def _outgoing(row: Row[tuple[object, ...]]) -> Outgoing:
    values = dict(row._mapping)
    for name in ("state", "message_id", "sent_at", "reason"):
        del values[name]
    values["body"] = json.loads(values["body"])
    return Outgoing(**values)
