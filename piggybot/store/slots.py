"""Slots: who has accounted for which candle's close, and what was decided there.

A slot's row owns the work: decision, order and slot are written in one transaction, many runs in
one batch, and a run whose slot is there already is left out whole.

May import: core, store, wire.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from piggybot.core.runs import Halt, Outcome, RunState, Slot
from piggybot.core.slots import Due, Mark, SlotWork
from piggybot.store.booking import KEYED, named, position_of
from piggybot.store.flags import put_flag
from piggybot.store.orders import order_values
from piggybot.store.runs import SLOT_COLUMNS, change, run_of, slot_values
from piggybot.store.tables import orders
from piggybot.store.tables_runs import positions, runs, slots
from piggybot.store.writing import insertion, put_out
from proxy.wire import Timeframe


class Slots:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self, closes: Mapping[Timeframe, datetime]) -> list[str]:
        """Active runs that have not accounted for their timeframe's last close, by id."""
        with self._engine.connect() as db:
            return list(db.execute(_due(closes)).scalars())

    def load(self, run_ids: Sequence[str]) -> list[Due]:
        """These runs with their last slots and positions."""
        last = select(func.max(slots.c.at)).where(slots.c.run_id == runs.c.id).scalar_subquery()
        mine = select(runs, last.label("last")).where(runs.c.id.in_(run_ids))
        held = select(positions).where(positions.c.run_id.in_(run_ids))
        with self._engine.connect() as db:
            found = db.execute(mine.order_by(runs.c.id)).all()
            holdings = defaultdict(list)
            for one in map(position_of, db.execute(held)):
                holdings[one.key.run_id].append(one)
        return [Due(run_of(row), row[-1], tuple(holdings[row[0]])) for row in found]

    def commit(self, work: Sequence[SlotWork]) -> list[bool]:
        """Write it all down in one transaction; whether each run's work went in, whole."""
        with self._engine.begin() as db:
            standing = _standing(db, work)
            claimed = _claim(db, [one for one, is_so in zip(work, standing, strict=True) if is_so])
            went_in = [
                is_so and (one.slot is None or (one.run.id, one.slot.at) in claimed)
                for one, is_so in zip(work, standing, strict=True)
            ]
            _write(db, [one for one, went in zip(work, went_in, strict=True) if went])
        return went_in

    def prune(self, run_id: str, before: datetime, count: int) -> int:
        """Forget so many of its old slots that made no order; how many went. The newest stays."""
        newest = select(func.max(slots.c.at)).where(slots.c.run_id == run_id).scalar_subquery()
        old = select(slots.c.run_id, slots.c.at).where(slots.c.run_id == run_id)
        old = old.where(slots.c.at < before, slots.c.at < newest, slots.c.client_id.is_(None))
        with self._engine.begin() as db:
            gone = [tuple(row) for row in db.execute(old.limit(count))]
            if gone:
                mine = tuple_(slots.c.run_id, slots.c.at).in_(gone)
                db.execute(delete(slots).where(mine))
        return len(gone)

    def of_run(self, run_id: str, count: int) -> list[Slot]:
        """The newest `count` slots of a run, newest first."""
        mine = select(slots).where(slots.c.run_id == run_id).order_by(slots.c.at.desc())
        with self._engine.connect() as db:
            return [_slot(row) for row in db.execute(mine.limit(count))]

    def last(self, run_id: str) -> Slot | None:
        """The newest slot that is accounted for."""
        found = self.of_run(run_id, 1)
        return found[0] if found else None


def _due(closes: Mapping[Timeframe, datetime]) -> Any:
    waiting = []
    for timeframe, close in closes.items():
        known = exists().where(slots.c.run_id == runs.c.id, slots.c.at >= close)
        waiting.append((runs.c.timeframe == timeframe.value) & (runs.c.created < close) & ~known)
    query = select(runs.c.id).where(runs.c.state == RunState.ACTIVE.value, or_(*waiting))
    return query.order_by(runs.c.id)


def _standing(db: Connection, work: Sequence[SlotWork]) -> list[bool]:
    """Whether each run still is as it was seen: state, next order's number, nothing unsettled."""
    ids = {one.run.id for one in work}
    query = select(runs.c.id, runs.c.state, runs.c.halt, runs.c.orders).where(runs.c.id.in_(ids))
    rows = db.execute(query.order_by(runs.c.id).with_for_update()).all()
    now = {row[0]: row for row in rows}
    ordering = {one.run.id for one in work if one.intent is not None}
    open_ones = select(orders.c.run_id).where(orders.c.concluded.is_(None))
    waiting = set(db.execute(open_ones.where(orders.c.run_id.in_(ordering))).scalars())
    return [_stands(one, now.get(one.run.id)) and one.run.id not in waiting for one in work]


def _stands(work: SlotWork, now: Any) -> bool:
    if now is None or now.state == RunState.ENDED.value or now.halt == Halt.BOOKS.value:
        return False
    if work.slot is not None and now.state != RunState.ACTIVE.value:
        return False
    return work.intent is None or work.intent.number == now.orders + 1


def _claim(db: Connection, work: Sequence[SlotWork]) -> set[tuple[str, datetime]]:
    """Insert the slots; which of them nobody had before."""
    mine = [slot_values(one.slot) for one in work if one.slot is not None]
    new = insertion(db.dialect.name, slots)
    claim = new.on_conflict_do_nothing()
    if not mine:
        return set()
    got = db.execute(claim.returning(slots.c.run_id, slots.c.at), mine).all()
    return {(run_id, at) for run_id, at in got}


def _write(db: Connection, work: Sequence[SlotWork]) -> None:
    """The rest of the work of those whose slots are theirs."""
    intents = [one.intent for one in work if one.intent is not None]
    if intents:
        db.execute(insert(orders), [order_values(one) for one in intents])
        mine = update(runs).where(runs.c.id == bindparam("mine"))
        counted = [{"mine": one.run_id, "made": one.number} for one in intents]
        db.execute(mine.values(orders=bindparam("made")), counted)
    for one in work:
        if one.halt is not None:
            change(db, one.run.id, RunState.HALTED, one.halt_why, one.halt)
        if one.latch is not None:
            put_flag(db, one.latch.name, one.latch.value)
    write_marks(db, (mark for one in work for mark in one.marks))
    put_out(db, [letter for one in work for letter in one.notices], [])


def write_marks(db: Connection, marks: Iterable[Mark]) -> None:
    """Note what was seen above the peaks and bests that are kept by now: neither ever falls.

    Others may have seen more since these were: the watcher looks while a slot is being decided.
    """
    seen = list(marks)
    here = select(positions).where(positions.c.run_id.in_({one.key.run_id for one in seen}))
    kept = {one.key: one for one in map(position_of, db.execute(here.with_for_update()))}
    known = [(one, kept[one.key]) for one in seen if one.key in kept]
    peaks = [(one.key, one.peak) for one, now in known if now.entries and _more(one.peak, now.peak)]
    bests = [(one.key, one.best) for one, now in known if _more(one.best, now.best)]
    for name, higher in (("peak", peaks), ("best", bests)):
        if higher:
            seen_now = [named(key) | {name: value} for key, value in higher]
            db.execute(update(positions).where(*KEYED), seen_now)


def _more(seen: Decimal | None, kept: Decimal | None) -> bool:
    return seen is not None and (kept is None or seen > kept)


def _slot(row: Row[Any]) -> Slot:
    slot = Slot(*(row._mapping[slots.c[name]] for name in SLOT_COLUMNS))
    return replace(slot, outcome=Outcome(slot.outcome))
