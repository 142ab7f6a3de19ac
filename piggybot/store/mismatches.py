"""Differences between our books and a venue's: found, told, and settled by a person's choice.

A run that a difference halts, the difference and its letter are one transaction; so is the choice.

May import: core, store, wire.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select, update

from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.core.matching import Difference, Halted, How, Mismatch, Seen
from piggybot.core.positions import Book
from piggybot.core.runs import Halt, RunState
from piggybot.store import adopting
from piggybot.store.runs import change
from piggybot.store.tables_runs import mismatches, positions, runs
from piggybot.store.writing import put, put_out
from proxy.wire import Fill, Side, Sizes

Letters = tuple[Sequence[Outgoing], Sequence[ButtonRow]]
QUIET: Letters = ((), ())


class Mismatches:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def books(self, user_id: str) -> list[tuple[str, Book]]:
        """The venues and books in which this account has ever held something."""
        mine = select(positions.c.exchange, positions.c.book).where(positions.c.user_id == user_id)
        with self._engine.connect() as db:
            found = db.execute(mine.distinct()).all()
        return sorted((row.exchange, Book(row.book)) for row in found)

    def get(self, mismatch_id: str) -> Mismatch | None:
        found = self._many(select(mismatches).where(mismatches.c.id == mismatch_id))
        return found[0] if found else None

    def open_of(self, user_id: str, book: Book, exchange: str) -> list[Mismatch]:
        """What nobody has decided about yet."""
        mine = select(mismatches).where(*_of(user_id, book, exchange))
        return self._many(mine.where(mismatches.c.how.is_(None)).order_by(mismatches.c.symbol))

    def ignored(self, user_id: str, book: Book, exchange: str) -> set[str]:
        """The keys of differences that a person accepted as they are."""
        mine = select(mismatches).where(*_of(user_id, book, exchange))
        found = self._many(mine.where(mismatches.c.how == How.IGNORED.value))
        return {one.key for mismatch in found for one in mismatch.differences}

    def note(self, mismatch: Mismatch, run_ids: Sequence[str], why: str, letters: Letters) -> None:
        """Keep it, halt these runs, and tell it, together; nothing, if it was settled meanwhile."""
        mine = (mismatches.c.id == mismatch.id) & mismatches.c.how.is_not(None)
        with self._engine.begin() as db:
            if db.execute(select(mismatches.c.id).where(mine)).first() is not None:
                return
            fresh = [one for run_id in run_ids if (one := _halt(db, run_id, why)) is not None]
            kept = replace(mismatch, halted=(*mismatch.halted, *fresh))
            put(db, mismatches, _values(kept))
            put_out(db, list(letters[0]), list(letters[1]))

    def settle(self, mismatch_id: str, how: How, now: datetime, letters: Letters) -> bool:
        """Decided: the halted runs go on as before; False where it was decided before."""
        with self._engine.begin() as db:
            return _settled(db, mismatch_id, how, now, letters) is not None

    def go_on_paused(self, person_id: int) -> None:
        """What differences have halted of this person's goes on paused once they are settled."""
        mine = (mismatches.c.person_id == person_id) & mismatches.c.how.is_(None)
        with self._engine.begin() as db:
            for row in db.execute(select(mismatches).where(mine)).all():
                waiting = _mismatch(row)
                halted = tuple(_paused(one) for one in waiting.halted)
                put(db, mismatches, _values(replace(waiting, halted=halted)))

    def adopt(self, mismatch_id: str, now: datetime, sizes: Sizes, letters: Letters) -> bool:
        """The venue's fills take the place of ours; False where it was decided before."""
        with self._engine.begin() as db:
            found = _settled(db, mismatch_id, How.ADOPTED, now, letters)
            if found is None:
                return False
            adopting.adopt(db, found, now, sizes)
            return True

    def _many(self, query: Select[Any]) -> list[Mismatch]:
        with self._engine.connect() as db:
            return [_mismatch(row) for row in db.execute(query)]


def _settled(
    db: Connection, mismatch_id: str, how: How, now: datetime, letters: Letters
) -> Mismatch | None:
    mine = (mismatches.c.id == mismatch_id) & mismatches.c.how.is_(None)
    if not db.execute(update(mismatches).where(mine).values(how=how.value, settled=now)).rowcount:
        return None
    row = db.execute(select(mismatches).where(mismatches.c.id == mismatch_id)).one()
    found = _mismatch(row)
    for one in found.halted:
        _back(db, one)
    put_out(db, list(letters[0]), list(letters[1]))
    return found


def _of(user_id: str, book: Book, exchange: str) -> list[Any]:
    return [
        mismatches.c.user_id == user_id,
        mismatches.c.book == book.value,
        mismatches.c.exchange == exchange,
    ]


def _halt(db: Connection, run_id: str, why: str) -> Halted | None:
    """Halt it, exits too; how it stood before, or None where it is halted so already, or over."""
    row = db.execute(select(runs).where(runs.c.id == run_id).with_for_update()).one()
    if not change(db, run_id, RunState.HALTED, why, Halt.BOOKS):
        return None
    halt = None if row.halt is None else Halt(row.halt)
    return Halted(run_id, row.number, RunState(row.state), row.why, halt)


def _paused(before: Halted) -> Halted:
    active = before.state is RunState.ACTIVE
    return replace(before, state=RunState.PAUSED) if active else before


def _back(db: Connection, before: Halted) -> None:
    """As it stood before, unless its person has changed it meanwhile."""
    mine = (runs.c.id == before.run_id) & (runs.c.halt == Halt.BOOKS.value)
    mine &= runs.c.state == RunState.HALTED.value
    halt = None if before.halt is None else before.halt.value
    values = {"state": before.state.value, "why": before.why, "halt": halt}
    db.execute(update(runs).where(mine).values(**values))


def _values(one: Mismatch) -> dict[str, Any]:
    values = {each.name: getattr(one, each.name) for each in fields(Mismatch)}
    return values | {
        "book": one.book.value,
        "how": None if one.how is None else one.how.value,
        "differences": json.dumps([_packed(each) for each in one.differences]),
        "halted": json.dumps([asdict(each) for each in one.halted]),
    }


def _mismatch(row: Row[Any]) -> Mismatch:
    values = dict(row._mapping)
    return Mismatch(
        **values
        | {
            "book": Book(row.book),
            "how": None if row.how is None else How(row.how),
            "differences": tuple(_difference(each) for each in json.loads(row.differences)),
            "halted": tuple(_halted(each) for each in json.loads(row.halted)),
        }
    )


def _packed(one: Difference) -> dict[str, Any]:
    sides = {"ours": _seen(one.ours), "theirs": _seen(one.theirs)}
    return {each.name: getattr(one, each.name) for each in fields(Difference)} | sides


def _seen(one: Seen | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"side": one.side.value, "fill": one.fill.model_dump(mode="json")}


def _difference(values: dict[str, Any]) -> Difference:
    sides = {name: _side(values[name]) for name in ("ours", "theirs")}
    return Difference(**values | sides)


def _side(values: dict[str, Any] | None) -> Seen | None:
    if values is None:
        return None
    return Seen(Side(values["side"]), Fill.model_validate(values["fill"]))


def _halted(values: dict[str, Any]) -> Halted:
    halt = values["halt"]
    named = {"state": RunState(values["state"]), "halt": None if halt is None else Halt(halt)}
    return Halted(**values | named)
