"""The few ways of writing that several parts share.

May import: core, store.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.store.tables import buttons, enclosures, outbox


def insert_new(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; whether it went in."""
    return _inserted(db, table, values) is not None


def _inserted(db: Connection, table: Table, values: Mapping[str, Any]) -> Any:
    """The (first) primary key of a new row, or None where one with the same unique key is there."""
    postgres = db.dialect.name == "postgresql"
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    new = insert.values(**values).on_conflict_do_nothing()
    # Not rowcount: PostgreSQL's driver has none (-1, which is true) for such an INSERT.
    return db.execute(new.returning(*table.primary_key)).scalar()


def put(db: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with the same primary key."""
    postgres = db.dialect.name == "postgresql"
    insert = (postgresql.insert(table) if postgres else sqlite.insert(table)).values(**values)
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    db.execute(insert.on_conflict_do_update(index_elements=key, set_=rest))


def put_all(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many rows."""
    postgres = db.dialect.name == "postgresql"
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    key = [column.name for column in table.primary_key]
    rest = {one.name: insert.excluded[one.name] for one in table.columns if one.name not in key}
    db.execute(insert.on_conflict_do_update(index_elements=key, set_=rest), [dict(x) for x in rows])


def put_out(db: Connection, letters: list[Outgoing], minted: list[ButtonRow]) -> int:
    """Put letters and their buttons into the outbox; those seen before stay as they are."""
    added = 0
    for letter in letters:
        values = {
            "chat_id": letter.chat_id,
            "kind": letter.kind,
            "body": json.dumps(dict(letter.body)),
            "priority": letter.priority,
            "dedupe": letter.dedupe,
            "reply_to": letter.reply_to,
            "created": letter.created,
            "not_before": letter.not_before,
            "tries": letter.tries,
            "edits": letter.edits,
            "state": "due",
        }
        row_id = _inserted(db, outbox, values)
        if row_id is None:
            continue
        added += 1
        if letter.file is not None:
            content = {"name": letter.file.name, "content": letter.file.content}
            insert_new(db, enclosures, {"letter": row_id, **content})
        if letter.edits is not None:
            _pass_over(db, letter.edits, row_id)
    for button in minted:
        values = {
            "nonce": button.nonce,
            "person_id": button.person_id,
            "action": button.action,
            "params": json.dumps(dict(button.params)),
            "expires": button.expires,
            "used": button.used,
        }
        insert_new(db, buttons, values)
    return added


def _pass_over(db: Connection, edited: str, newest: int) -> None:
    """Older edits of the same message that have not gone yet never will: the newest says it."""
    older = (outbox.c.edits == edited) & (outbox.c.state == "due") & (outbox.c.id != newest)
    waiting = select(outbox.c.id).where(older)
    db.execute(delete(enclosures).where(enclosures.c.letter.in_(waiting)))
    db.execute(update(outbox).where(older).values(state="passed"))
