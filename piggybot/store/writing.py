"""The few ways of writing that several parts share.

May import: core, store.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.store.tables import buttons, outbox


def insert_new(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; whether it went in."""
    postgres = db.dialect.name == "postgresql"
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    new = insert.values(**values).on_conflict_do_nothing()
    # Not rowcount: PostgreSQL's driver has none (-1, which is true) for such an INSERT.
    return db.execute(new.returning(*table.primary_key)).first() is not None


def put(db: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with the same primary key."""
    postgres = db.dialect.name == "postgresql"
    insert = (postgresql.insert(table) if postgres else sqlite.insert(table)).values(**values)
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    db.execute(insert.on_conflict_do_update(index_elements=key, set_=rest))


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
            "state": "due",
        }
        added += insert_new(db, outbox, values)
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
