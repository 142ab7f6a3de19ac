"""Conversations of several messages, one a person; they survive a restart.

May import: core, store.
"""

import json

from sqlalchemy import Engine, Row, delete, select

from piggybot.core.people import Dialogue
from piggybot.store.tables import dialogues
from piggybot.store.writing import put


class Dialogues:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, person_id: int) -> Dialogue | None:
        query = select(dialogues).where(dialogues.c.person_id == person_id)
        with self._engine.connect() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else dialogue_of(row)

    def put(self, dialogue: Dialogue) -> None:
        """Begin a dialogue or move it on; one that was open is replaced."""
        values = {
            "person_id": dialogue.person_id,
            "name": dialogue.name,
            "step": dialogue.step,
            "data": json.dumps(dict(dialogue.data)),
            "started": dialogue.started,
            "expires": dialogue.expires,
        }
        with self._engine.begin() as db:
            put(db, dialogues, values)

    def drop(self, person_id: int) -> None:
        with self._engine.begin() as db:
            db.execute(delete(dialogues).where(dialogues.c.person_id == person_id))


def dialogue_of(row: Row[tuple[object, ...]]) -> Dialogue:
    values = dict(row._mapping)
    values["data"] = json.loads(values["data"])
    return Dialogue(**values)
