"""Cards of positions that refresh themselves, until their time is over.

May import: core, store.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, select, update

from piggybot.core.cards import Card
from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.core.positions import Book, Key
from piggybot.store.tables_runs import cards
from piggybot.store.writing import put, put_out

KEY = Key.__slots__
OTHERS = ("letter", "person_id", "shown", "edited", "until")


class Cards:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, new: Sequence[Card]) -> None:
        """Refresh these from now on."""
        with self._engine.begin() as db:
            for card in new:
                where = {name: str(getattr(card.position, name)) for name in KEY}
                put(db, cards, where | {name: getattr(card, name) for name in OTHERS})

    def all(self) -> list[Card]:
        """Every card that is refreshed, that of the longest ago first."""
        with self._engine.connect() as db:
            return [_card(row) for row in db.execute(select(cards).order_by(cards.c.edited))]

    def of_person(self, person_id: int) -> list[Card]:
        query = select(cards).where(cards.c.person_id == person_id)
        with self._engine.connect() as db:
            return [_card(row) for row in db.execute(query)]

    def edited(
        self,
        card: Card,
        text: str,
        now: datetime,
        letter: Outgoing,
        minted: Sequence[ButtonRow],
    ) -> bool:
        """Note what it says now, with the letter that says it; False where it is over."""
        mine = update(cards).where(cards.c.letter == card.letter)
        with self._engine.begin() as db:
            if not db.execute(mine.values(shown=text, edited=now)).rowcount:
                return False
            put_out(db, [letter], list(minted))
        return True

    def end(
        self, card: Card, letter: Outgoing | None = None, minted: Sequence[ButtonRow] = ()
    ) -> bool:
        """Refresh it no more, and say the last of it; False where it was over already."""
        with self._engine.begin() as db:
            if not db.execute(delete(cards).where(cards.c.letter == card.letter)).rowcount:
                return False
            put_out(db, [] if letter is None else [letter], list(minted))
        return True


def _card(row: Row[Any]) -> Card:
    where = {name: getattr(row, name) for name in KEY}
    where["book"] = Book(where["book"])
    return Card(position=Key(**where), **{name: getattr(row, name) for name in OTHERS})
