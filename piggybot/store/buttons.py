"""Single-use buttons: one press counts, by the right person, in time.

May import: core, store.
"""

import json
from datetime import datetime

from sqlalchemy import Engine, delete, or_, select, update

from piggybot.core.mail import ButtonRow, Press, Pressed
from piggybot.store.tables import buttons


class Buttons:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def press(self, nonce: str, person_id: int, now: datetime) -> Pressed:
        """Use the button up, or say why it does not count; nothing is used up then."""
        use = (
            update(buttons)
            .where(buttons.c.nonce == nonce, buttons.c.person_id == person_id)
            .where(buttons.c.used.is_(False), buttons.c.expires > now)
            .values(used=True)
        )
        with self._engine.begin() as db:
            counted = bool(db.execute(use).rowcount)
            row = db.execute(select(buttons).where(buttons.c.nonce == nonce)).one_or_none()
        if row is None:
            return Pressed(Press.UNKNOWN)
        if row.person_id != person_id:
            return Pressed(Press.NOT_YOURS)
        values = dict(row._mapping)
        values["params"] = json.loads(values["params"])
        if counted:
            return Pressed(Press.OK, ButtonRow(**values))
        if values["used"]:
            return Pressed(Press.USED, ButtonRow(**values))
        return Pressed(Press.EXPIRED)

    def prune(self, before: datetime) -> None:
        old = delete(buttons).where(or_(buttons.c.used.is_(True), buttons.c.expires < before))
        with self._engine.begin() as db:
            db.execute(old.where(buttons.c.expires < before))
