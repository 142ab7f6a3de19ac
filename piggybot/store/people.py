"""Who may command, and what was last seen of their account.

May import: core, store, wire.
"""

from sqlalchemy import Engine, Row, bindparam, select, update

from piggybot.core.people import Person
from piggybot.store.tables import people
from piggybot.store.writing import insert_new
from proxy.wire import Mode

# Made once: to make a statement costs more than to run it.
ONE = select(people).where(people.c.id == bindparam("its_id"))


class People:
    """Every person ever joined; leaving the lists of the settings does not erase a history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, person_id: int) -> Person | None:
        with self._engine.connect() as db:
            row = db.execute(ONE, {"its_id": person_id}).one_or_none()
        return None if row is None else person_of(row)

    def everyone(self) -> list[Person]:
        with self._engine.connect() as db:
            return [person_of(row) for row in db.execute(select(people).order_by(people.c.id))]

    def join(self, person: Person) -> bool:
        """Add a person; False, and nothing changed, where they are known already."""
        values = {
            "id": person.id,
            "chat_id": person.chat_id,
            "name": person.name,
            "owner": person.owner,
            "user_id": person.user_id,
            "exchange": person.exchange,
            "epoch": person.epoch,
            "sandbox": person.sandbox,
        }
        with self._engine.begin() as db:
            return insert_new(db, people, values)

    def rank(self, person_id: int, owner: bool) -> None:
        """Note whether this person is the owner."""
        with self._engine.begin() as db:
            db.execute(update(people).where(people.c.id == person_id).values(owner=owner))

    def choose_exchange(self, person_id: int, exchange: str) -> None:
        with self._engine.begin() as db:
            db.execute(update(people).where(people.c.id == person_id).values(exchange=exchange))

    def saw(self, person_id: int, mode: Mode, epoch: int, sandbox: bool) -> bool:
        """Note the account's state; whether its mode is another than before."""
        with self._engine.begin() as db:
            query = select(people.c.mode).where(people.c.id == person_id).with_for_update()
            before = db.execute(query).scalar_one_or_none()
            seen = update(people).where(people.c.id == person_id)
            db.execute(seen.values(mode=mode.value, epoch=epoch, sandbox=sandbox))
        return before != mode.value

    def pin(self, person_id: int, message_id: int | None) -> None:
        with self._engine.begin() as db:
            db.execute(update(people).where(people.c.id == person_id).values(pinned=message_id))


def person_of(row: Row[tuple[object, ...]]) -> Person:
    values = dict(row._mapping)
    values["mode"] = None if values["mode"] is None else Mode(values["mode"])
    return Person(**values)
