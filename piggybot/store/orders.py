"""Intents and what became of them; an outcome, its fills and its notice are one transaction.

May import: core, store, wire.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    Engine,
    Numeric,
    Row,
    Select,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    update,
)

from piggybot.core.mail import ButtonRow, Outgoing
from piggybot.core.orders import Intent, Order, Unsettled
from piggybot.core.retries import Failed
from piggybot.core.runs import EXITS, Cause
from piggybot.store import booking
from piggybot.store.paging import past
from piggybot.store.tables import orders
from piggybot.store.writing import insert_new, put_out
from proxy.wire import Mode, Problem, Side, Status

ZERO = Decimal(0)
IN_ORDER = (orders.c.placed, orders.c.client_id)
# Made once: to make a statement costs more than to run it.
CHANGE = update(orders).where(
    orders.c.client_id == bindparam("its_id"), orders.c.concluded.is_(None)
)


class Orders:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, intent: Intent) -> bool:
        """Write an intent down before it leaves; False where its origin or id is known."""
        with self._engine.begin() as db:
            return insert_new(db, orders, order_values(intent))

    def add_all(self, intents: Sequence[Intent]) -> bool:
        """Write many down, before the first leaves; False, and none, where one is known."""
        origins = [intent.origin for intent in intents]
        known = select(orders.c.client_id).where(orders.c.origin.in_(origins))
        with self._engine.begin() as db:
            if db.execute(known.limit(1)).first() is not None:
                return False
            for intent in intents:
                db.execute(insert(orders).values(order_values(intent)))
        return True

    def of_press(self, origin: str) -> list[Order]:
        """All orders that one press began."""
        whole = orders.c.origin == origin
        parts = orders.c.origin.startswith(f"{origin}:", autoescape=True)
        return self._many(select(orders).where(or_(whole, parts)).order_by(orders.c.origin))

    def by_origin(self, origin: str) -> Order | None:
        return self._one(select(orders).where(orders.c.origin == origin))

    def get(self, client_id: str) -> Order | None:
        return self._one(select(orders).where(orders.c.client_id == client_id))

    def named(self, user_id: str, name: str) -> list[Order]:
        """Orders of one account that carry this id, the venue's or ours, newest first."""
        mine = select(orders).where(orders.c.user_id == user_id)
        called = or_(orders.c.order_id == name, orders.c.client_id == name)
        return self._many(mine.where(called).order_by(orders.c.placed.desc()))

    def of_run(self, run_id: str, number: int) -> Order | None:
        """The how-manieth order of a run."""
        mine = (orders.c.run_id == run_id) & (orders.c.number == number)
        return self._one(select(orders).where(mine))

    def failed(self, run_id: str, number: int) -> Failed:
        """Exits of a run, before this order of it, since it last bought or sold anything."""
        before = (orders.c.run_id == run_id) & (orders.c.number < number)
        came_through = before & (cast(orders.c.executed, Numeric) > 0)
        last = select(func.coalesce(func.max(orders.c.number), 0)).where(came_through)
        tries = before & (orders.c.number > last.scalar_subquery()) & orders.c.cause.in_(EXITS)
        placed = orders.c.placed
        query = select(func.count(), func.min(placed), func.max(placed)).where(tries)
        with self._engine.connect() as db:
            return Failed(*db.execute(query).one())

    def open(self) -> list[Order]:
        """Orders that have not ended, oldest first."""
        return self._many(
            select(orders).where(orders.c.concluded.is_(None)).order_by(orders.c.placed)
        )

    def unsettled(self) -> dict[str, Unsettled]:
        """Runs with an order that has not ended, and that order."""
        shown = (orders.c.client_id, orders.c.status, orders.c.executed, orders.c.placed)
        query = select(orders.c.run_id, *shown).where(orders.c.concluded.is_(None))
        with self._engine.connect() as db:
            rows = db.execute(query.where(orders.c.run_id != "")).all()
        return {
            row.run_id: Unsettled(row.client_id, Status(row.status), row.executed, row.placed)
            for row in rows
        }

    def recent(self, user_id: str, count: int) -> list[Order]:
        """The newest `count` orders of one account, newest first."""
        mine = select(orders).where(orders.c.user_id == user_id)
        return self._many(mine.order_by(orders.c.placed.desc()).limit(count))

    def all_of(
        self, user_id: str, most: int | None = None, after: Order | None = None
    ) -> list[Order]:
        """Orders of one account, oldest first: all, or at most so many, those after one."""
        query = select(orders).where(orders.c.user_id == user_id)
        if after is not None:
            query = query.where(past(IN_ORDER, (after.intent.placed, after.intent.client_id)))
        return self._many(query.order_by(*IN_ORDER).limit(most))

    def conclude(
        self, order: Order, notices: list[Outgoing], minted: list[ButtonRow] | None = None
    ) -> bool:
        """Write the outcome with its notices; False, and nothing told, where it had ended."""
        return self._change(order, notices, minted or [])

    def update(self, order: Order, notices: list[Outgoing]) -> bool:
        """Write a state that is not the last one; an order that has ended stays as it is."""
        return self._change(order, notices, [])

    def absent_since(self, moment: datetime) -> list[Order]:
        """Orders that were concluded, since then, to be absent."""
        query = select(orders).where(orders.c.status == Status.ABSENT.value)
        return self._many(query.where(orders.c.concluded >= moment))

    def correct(self, order: Order, notices: list[Outgoing]) -> bool:
        """An absent order turned up after all; False where that is written already."""
        mine = (orders.c.client_id == order.intent.client_id) & (
            orders.c.status == Status.ABSENT.value
        )
        with self._engine.begin() as db:
            if not db.execute(update(orders).where(mine).values(**order_state(order))).rowcount:
                return False
            booking.book(db, order)
            put_out(db, notices, [])
        return True

    def _change(self, order: Order, notices: list[Outgoing], minted: list[ButtonRow]) -> bool:
        values = order_state(order) | {"its_id": order.intent.client_id}
        with self._engine.begin() as db:
            if not db.execute(CHANGE, values).rowcount:
                return False
            if order.concluded is not None:
                booking.book(db, order)
            put_out(db, notices, minted)
        return True

    def _one(self, query: Select[tuple[object, ...]]) -> Order | None:
        with self._engine.connect() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else order_of(row)

    def _many(self, query: Select[tuple[object, ...]]) -> list[Order]:
        with self._engine.connect() as db:
            return [order_of(row) for row in db.execute(query)]


def order_values(intent: Intent) -> dict[str, object]:
    """The columns of an order that is about to be sent."""
    values = {name: getattr(intent, name) for name in Intent.__slots__}
    values |= {"mode": intent.mode.value, "side": intent.side.value}
    values |= {"cause": intent.cause.value, "sandbox": False}
    return values | {"status": Status.SENDING.value, "executed": ZERO, "quote": ZERO, "fee": ZERO}


def order_state(order: Order) -> dict[str, object]:
    """The columns of what became of an order."""
    return {
        "status": order.status.value,
        "order_id": order.order_id,
        "price": order.price,
        "executed": order.executed,
        "quote": order.quote,
        "fee": order.fee,
        "transact_time": order.transact_time,
        "sandbox": order.sandbox,
        "problem": None if order.problem is None else order.problem.model_dump_json(),
        "concluded": order.concluded,
    }


def order_of(row: Row[tuple[object, ...]]) -> Order:
    """The order that lies in a row."""
    values = dict(row._mapping)
    intent = {name: values.pop(name) for name in Intent.__slots__}
    intent |= {"mode": Mode(intent["mode"]), "side": Side(intent["side"])}
    intent |= {"cause": Cause(intent["cause"])}
    problem = values.pop("problem")
    return Order(
        intent=Intent(**intent),
        problem=None if problem is None else Problem.model_validate_json(problem),
        status=Status(values.pop("status")),
        **values,
    )
