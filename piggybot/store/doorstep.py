"""What has to be known of those who say something, before it is taken: read in one go for many.

Alone because it is asked for every message that comes, so it is one visit, and its questions are
written once: to build a statement costs more than its answer does.

May import: core, store.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Engine, bindparam, select

from piggybot.core.people import Seen
from piggybot.store.dialogues import dialogue_of
from piggybot.store.people import person_of
from piggybot.store.tables import dialogues, flags, people

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
PEOPLE = select(people).where(people.c.id.in_(IDS))
DIALOGUES = select(dialogues).where(dialogues.c.person_id.in_(IDS))
FLAG = select(flags.c.value).where(flags.c.name == bindparam("the_name"))


class Doorstep:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def seen(self, person_ids: Collection[int], flag: str) -> Seen:
        """These people, as far as they are known, their open dialogues, and one flag."""
        asked = {"ids": list(person_ids)}
        with self._engine.connect() as db:
            known = [person_of(row) for row in db.execute(PEOPLE, asked)]
            talking = [dialogue_of(row) for row in db.execute(DIALOGUES, asked)]
            value = db.execute(FLAG, {"the_name": flag}).scalar_one_or_none()
        return Seen(
            {person.id: person for person in known},
            {dialogue.person_id: dialogue for dialogue in talking},
            value,
        )
