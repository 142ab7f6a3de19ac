"""The few ways of writing that several parts share.

May import: core, store.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import sqlite

from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.store.tables import buttons, enclosures, outbox


def insert_new(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; whether it went in."""
    return inserted(db, table, values) is not None


def inserted(db: Connection, table: Table, values: Mapping[str, Any]) -> Any:
    """The (first) primary key of a new row, or None where one with the same unique key is there."""
    # Not rowcount: PostgreSQL's driver has none (-1, which is true) for such an INSERT.
    return db.execute(_insertion(db.dialect.name, table), dict(values)).scalar()


def put(db: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with the same primary key."""
    put_all(db, table, [values])


def put_all(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many rows, which all name the same columns."""
    written = _replacement(db.dialect.name, table, tuple(rows[0]))
    db.execute(written, [dict(one) for one in rows])


def insertion(dialect: str, table: Table) -> Any:
    """An INSERT that may say what to do about a row that is there already."""
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # late: 2 MiB that only its users need

    return postgresql.insert(table)


# Statements are made once: to make one costs more than to run it.
@cache
def _insertion(dialect: str, table: Table) -> Any:
    return insertion(dialect, table).on_conflict_do_nothing().returning(*table.primary_key)


@cache
def _replacement(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    insert = insertion(dialect, table)
    key = [column.name for column in table.primary_key]
    rest = {name: insert.excluded[name] for name in names if name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=rest)


def put_out(db: Connection, letters: list[Outgoing], minted: list[ButtonRow]) -> list[Outgoing]:
    """Put letters and their buttons into the outbox; those seen before stay as they are.

    The new ones come back, as they are read from there.
    """
    added = []
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
        row_id = inserted(db, outbox, values)
        if row_id is None:
            continue
        added.append(replace(letter, id=row_id, file=None))
        if letter.file is not None:
            content = {"name": letter.file.name, "content": letter.file.content}
            insert_new(db, enclosures, {"letter": row_id, **content})
        if letter.edits is not None:
            _pass_over(db, letter.edits, row_id)
    _mint(db, minted)
    return added


def _mint(db: Connection, minted: list[ButtonRow]) -> None:
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


def _pass_over(db: Connection, edited: str, newest: int) -> None:
    """Older edits of the same message that have not gone yet never will: the newest says it."""
    older = (outbox.c.edits == edited) & (outbox.c.state == "due") & (outbox.c.id != newest)
    waiting = select(outbox.c.id).where(older)
    db.execute(delete(enclosures).where(enclosures.c.letter.in_(waiting)))
    db.execute(update(outbox).where(older).values(state="passed"))
