"""Orders: one row an origin, an outcome that is told once and together with its notice.

May import: core, store, wire.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from piggybot.core.orders import Order
from piggybot.core.retries import Failed
from piggybot.core.runs import Cause
from piggybot.store import Store
from proxy.wire import Problem, Status
from tests.bot.values import ANNA, BEN, NOW, SECOND, button, filled, intent, letter


@pytest.fixture(autouse=True)
def both_joined(store: Store) -> None:
    store.people.join(ANNA)
    store.people.join(BEN)


def test_an_intent_is_kept_to_the_letter_before_it_leaves(store: Store) -> None:
    assert store.orders.add(intent("pg-1"))
    assert store.orders.get("pg-1") == Order(intent("pg-1"), Status.SENDING)
    assert store.orders.by_origin("m70:pg-1") == Order(intent("pg-1"), Status.SENDING)
    assert store.orders.get("pg-2") is None
    assert store.orders.by_origin("m70:pg-2") is None


def test_a_handler_that_runs_again_cannot_make_a_second_intent(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    assert not store.orders.add(replace(intent("pg-2"), origin="m70:pg-1"))
    assert not store.orders.add(replace(intent("pg-1"), origin="m70:other"))
    assert [order.intent.client_id for order in store.orders.all_of("user-anna")] == ["pg-1"]


def test_of_many_handlers_at_once_exactly_one_makes_the_intent(store: Store) -> None:
    with ThreadPoolExecutor(8) as crowd:
        made = crowd.map(
            lambda n: store.orders.add(replace(intent(f"pg-{n}"), origin="m70:1")), range(12)
        )
        assert sum(made) == 1


def test_an_outcome_is_kept_to_the_letter_with_its_notice(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    done = filled(intent("pg-1"))

    assert store.orders.conclude(done, [letter("told")], [button("n1")])

    assert store.orders.get("pg-1") == done
    assert [row.dedupe for row in store.outbox.due(NOW, 9)] == ["told"]
    assert store.buttons.press("n1", 7, NOW).row is not None
    assert store.orders.open() == []


def test_money_comes_back_digit_for_digit(store: Store) -> None:
    odd = Decimal("0.100000000000000001")
    store.orders.add(intent("pg-1", amount_usd=odd))
    done = replace(filled(intent("pg-1", amount_usd=odd)), fee=Decimal("1E-18"))
    store.orders.conclude(done, [])

    kept = store.orders.get("pg-1")
    assert kept is not None
    assert (str(kept.intent.amount_usd), kept.fee) == (str(odd), Decimal("1E-18"))


def test_the_same_outcome_again_is_not_told_again(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    done = filled(intent("pg-1"))
    assert store.orders.conclude(done, [letter("first")])
    assert not store.orders.conclude(replace(done, concluded=NOW + 9 * SECOND), [letter("second")])

    assert [row.dedupe for row in store.outbox.due(NOW, 9)] == ["first"]
    assert store.orders.get("pg-1") == done


def test_an_order_that_is_over_stays_over(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    store.orders.conclude(filled(intent("pg-1")), [])

    late = Order(intent("pg-1"), Status.UNKNOWN)
    assert not store.orders.update(late, [letter("late")])
    assert store.orders.get("pg-1") == filled(intent("pg-1"))
    assert store.outbox.due(NOW, 9) == []


def test_the_outcome_and_its_notice_stand_or_fall_together(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    broken = letter("told", kind=None)

    with pytest.raises(IntegrityError):
        store.orders.conclude(filled(intent("pg-1")), [letter("before"), broken])

    assert store.orders.get("pg-1") == Order(intent("pg-1"), Status.SENDING)
    assert store.outbox.due(NOW, 9) == []


def test_what_is_open_is_asked_after_oldest_first(store: Store) -> None:
    for age, name in enumerate(("pg-c", "pg-a", "pg-b", "pg-d")):
        store.orders.add(intent(name, placed=NOW + age * SECOND))
    store.orders.update(Order(intent("pg-a"), Status.UNKNOWN), [letter("unknown")])
    store.orders.update(Order(intent("pg-b"), Status.QUARANTINED), [])
    store.orders.conclude(filled(intent("pg-c")), [])

    assert [(order.intent.client_id, order.status) for order in store.orders.open()] == [
        ("pg-a", Status.UNKNOWN),
        ("pg-b", Status.QUARANTINED),
        ("pg-d", Status.SENDING),
    ]


def test_a_refusal_keeps_its_reason(store: Store) -> None:
    store.orders.add(intent("pg-1"))
    why = Problem(code="below_minimum", message="$1.00 is below $2.00.", hint="Use $2.00.")
    store.orders.conclude(Order(intent("pg-1"), Status.DENIED, problem=why, concluded=NOW), [])

    kept = store.orders.get("pg-1")
    assert kept is not None
    assert kept.problem == why


def test_one_person_never_sees_the_orders_of_another(store: Store) -> None:
    for age, name in enumerate(("pg-1", "pg-2", "pg-3")):
        store.orders.add(intent(name, placed=NOW + age * SECOND))
    store.orders.add(intent("pg-9", person_id=8, user_id="user-ben"))

    names = [order.intent.client_id for order in store.orders.recent("user-anna", 2)]
    assert names == ["pg-3", "pg-2"]
    assert [o.intent.client_id for o in store.orders.all_of("user-ben")] == ["pg-9"]
    assert store.orders.recent("user-nobody", 5) == []


def test_failed_exits_are_counted_since_something_came_through(store: Store) -> None:
    """In a row of orders of one run: b bought, s sold a part, x an exit and l a signal, failed."""
    rows = {
        "b": (Cause.SIGNAL, Status.FILLED, "0.1"),
        "s": (Cause.STOP_LOSS, Status.CANCELED, "0.05"),
        "x": (Cause.STOP_LOSS, Status.CANCELED, "0.00000000"),
        "l": (Cause.SIGNAL, Status.DENIED, "0"),
    }
    counts = []
    for number, one in enumerate("bxlxxsxbx", start=1):
        cause, status, executed = rows[one]
        placed = NOW + number * SECOND
        made = intent(f"pg-{number}", run_id="r1", number=number, cause=cause, placed=placed)
        store.orders.add(made)
        over = Order(made, status, executed=Decimal(executed), concluded=placed)
        store.orders.conclude(over, [])
        found = store.orders.failed("r1", number + 1)
        counts.append(found.tries)
        if one == "x":
            assert found.last == placed
    assert counts == [0, 1, 1, 2, 3, 0, 1, 0, 1]
    assert store.orders.failed("r1", 6) == Failed(3, NOW + 2 * SECOND, NOW + 5 * SECOND)
    assert store.orders.failed("r2", 6) == Failed()
