"""Runs: what each person has put to work, and in what state it is.

May import: core, store, wire.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, bindparam, func, not_, select, update

from piggybot.core.mail import Outgoing
from piggybot.core.runs import Exits, Guards, Halt, Run, RunState, Slot
from piggybot.store import booking
from piggybot.store.tables_runs import positions, runs, slots
from piggybot.store.writing import insert_new, put_out
from proxy.wire import Timeframe

ACTIVE, PAUSED, HALTED, ENDED = RunState
FROM: Mapping[RunState, frozenset[RunState]] = {
    ACTIVE: frozenset({PAUSED, HALTED}),
    PAUSED: frozenset({ACTIVE}),
    HALTED: frozenset({ACTIVE, PAUSED, HALTED}),
    ENDED: frozenset({ACTIVE, PAUSED, HALTED}),
}
"""A state, and those that it may follow."""
NO_EXITS = "{}"
SLOT_COLUMNS = tuple(one.name for one in fields(Slot))
RUN_COLUMNS = tuple(one.name for one in runs.columns)
MOST_ALIKE = 1000
"""Settings that thousands of runs have alike, kept as values."""
# Made once: to make a statement costs more than to run it.
ONE = select(runs).where(runs.c.id == bindparam("its_id"))


class Runs:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, run: Run, notices: Sequence[Outgoing] = ()) -> Run:
        """Keep a run under its person's next number; one with this id stays as it is."""
        with self._engine.begin() as db:
            booking.lock(db, run.user_id)
            highest = select(func.max(runs.c.number)).where(runs.c.person_id == run.person_id)
            number = (db.execute(highest).scalar() or 0) + 1
            if insert_new(db, runs, _values(run) | {"number": number}):
                put_out(db, list(notices), [])
            return run_of(db.execute(ONE, {"its_id": run.id}).one())

    def get(self, run_id: str) -> Run | None:
        with self._engine.connect() as db:
            row = db.execute(ONE, {"its_id": run_id}).one_or_none()
        return None if row is None else run_of(row)

    def of_person(self, person_id: int) -> list[Run]:
        """Every run of one person, ended ones too, the oldest first."""
        mine = select(runs).where(runs.c.person_id == person_id)
        return self._many(mine.order_by(runs.c.number))

    def ids(self) -> list[str]:
        """Every run that there ever was."""
        with self._engine.connect() as db:
            return list(db.execute(select(runs.c.id).order_by(runs.c.id)).scalars())

    def set_state(
        self,
        run_id: str,
        state: RunState,
        why: str = "",
        halt: Halt | None = None,
        notices: Sequence[Outgoing] = (),
    ) -> bool:
        """Pause, halt or end it, and tell it; False, and nothing told, where it cannot follow.

        What an ended run still holds is bought by hand from then on.
        """
        assert state is not ACTIVE, "resume() does that"
        with self._engine.begin() as db:
            if not change(db, run_id, state, why, halt):
                return False
            if state is ENDED:
                booking.hand_over(db, run_id)
            put_out(db, list(notices), [])
        return True

    def resume(self, run_id: str, skipped: Slot | None, notices: Sequence[Outgoing] = ()) -> bool:
        """Let it obey signals again. `skipped` are the slots that passed; losses count anew."""
        with self._engine.begin() as db:
            if not change(db, run_id, ACTIVE, "", None):
                return False
            mine = update(positions).where(positions.c.run_id == run_id)
            db.execute(mine.values(losses=0, best=None))
            if skipped is not None:
                insert_new(db, slots, slot_values(skipped))
            put_out(db, list(notices), [])
        return True

    def _many(self, query: Select[Any]) -> list[Run]:
        with self._engine.connect() as db:
            return [run_of(row) for row in db.execute(query)]


def change(db: Connection, run_id: str, state: RunState, why: str, halt: Halt | None) -> bool:
    """The one way in which a run's state changes; whether it did."""
    halted = None if halt is None else halt.value
    before = runs.c.state.in_([one.value for one in FROM[state]])
    same = (runs.c.state == state.value) & (func.coalesce(runs.c.halt, "") == (halted or ""))
    where = (runs.c.id == run_id) & before & not_(same)
    new = update(runs).where(where).values(state=state.value, why=why, halt=halted)
    return bool(db.execute(new).rowcount)


def run_of(row: Row[Any]) -> Run:
    """The run that a row begins with."""
    values = dict(zip(RUN_COLUMNS, row, strict=False))
    halt = values["halt"]
    values |= {
        "timeframe": Timeframe(values["timeframe"]),
        "params": json.loads(values["params"]),
        "exits": _exits(values["exits"]),
        "guards": _guards(values["guards"]),
        "state": RunState(values["state"]),
        "halt": None if halt is None else Halt(halt),
    }
    return Run(**values)


def slot_values(slot: Slot) -> dict[str, Any]:
    """The columns of a slot."""
    values = {name: getattr(slot, name) for name in SLOT_COLUMNS}
    return values | {"outcome": slot.outcome.value}


def _values(run: Run) -> dict[str, Any]:
    values = {one.name: getattr(run, one.name) for one in fields(run)}
    return values | {
        "timeframe": run.timeframe.value,
        "params": json.dumps(dict(run.params)),
        "exits": _text(run.exits),
        "guards": _text(run.guards),
        "state": run.state.value,
        "halt": None if run.halt is None else run.halt.value,
    }


def _text(value: Exits | Guards) -> str:
    """Their numbers as texts, so that a share comes back digit for digit."""
    pairs = {one.name: getattr(value, one.name) for one in fields(value)}
    return json.dumps({name: str(one) for name, one in pairs.items() if one is not None})


@lru_cache(MOST_ALIKE)
def _exits(text: str) -> Exits:
    given = json.loads(text)
    shares = {name: Decimal(text) for name, text in given.items() if name != "time_limit"}
    limit = given.get("time_limit")
    return Exits(**shares, time_limit=None if limit is None else int(limit))


@lru_cache(MOST_ALIKE)
def _guards(text: str) -> Guards:
    given = json.loads(text)
    return Guards(int(given["cooldown"]), int(given["losses"]), Decimal(given["drawdown"]))
