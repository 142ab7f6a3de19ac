"""Differences of books: what counts as one, and what the ledger is after one was adopted.

May import: core, store, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from piggybot.core.matching import Difference, How, Seen, compare, net
from piggybot.core.positions import BY_HAND, Book, Filled, Key, Position
from piggybot.core.runs import Halt, RunState
from piggybot.store import Store
from proxy.wire import Fill, Side, Status, VenueOrder
from tests.bot.values import ANNA, AT_NOW, NOW, SIZES, done, intent, letter, mismatch, run, traded

D = Decimal
HAND = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", BY_HAND)


@pytest.fixture(autouse=True)
def anna(store: Store) -> None:
    store.people.join(ANNA)


def conclude(store: Store, name: str, side: Side, *fills: Fill, **other: Any) -> None:
    what = intent(name, side=side, **other)
    assert store.orders.add(what)
    assert store.orders.conclude(done(what, *fills), [])


def there(name: str, *fills: Fill, **other: Any) -> VenueOrder:
    """The order as the venue lists it."""
    values = {"clientOrderId": name, "orderId": "991", "symbol": "BTC/USDT", "side": Side.BUY}
    values |= {"at": AT_NOW, "open": False, "known": True, "fills": list(fills)}
    return VenueOrder(**values | other)


def ours(store: Store) -> list[Filled]:
    return store.ledger.fills("user-anna", Book.LIVE)


def found(store: Store, *orders: VenueOrder, busy: tuple[str, ...] = ()) -> list[Difference]:
    return compare(ours(store), orders, busy, AT_NOW)


def adopt(store: Store, *differences: Difference) -> bool:
    store.mismatches.note(mismatch(*differences), [], "", ((), ()))
    return store.mismatches.adopt("m1", NOW, SIZES, ((letter("adopted"),), ()))


def test_trades_that_are_alike_are_no_difference_whatever_their_order(store: Store) -> None:
    one, two = traded("1", "100"), traded("2", "101", "t2")
    conclude(store, "pg-1", Side.BUY, one, two)

    assert found(store, there("pg-1", two, one)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"qty": D("1.00000001")},
        {"price": D("100.01")},
        {"fee": D("0.10000001")},
        {"feeAsset": "BNB"},
    ],
)
def test_one_unit_of_anything_that_moves_money_is_a_difference(
    store: Store, change: dict[str, Any]
) -> None:
    mine = traded("1", "100")
    conclude(store, "pg-1", Side.BUY, mine)
    theirs = mine.model_copy(update=change)

    [one] = found(store, there("pg-1", theirs))
    assert one.ours is not None
    assert one.theirs == Seen(Side.BUY, theirs)
    assert len(found(store, there("pg-1", mine, side=Side.SELL))) == 1


def test_what_one_side_lacks_is_a_difference_unless_it_is_young_or_not_settled(
    store: Store,
) -> None:
    conclude(store, "pg-1", Side.BUY, traded("1", "100"))
    late = traded("1", "100", "t9", at=AT_NOW + 1)
    missing = there("pg-2", traded("2", "100", "t2"))

    assert [one.client_id for one in found(store, missing)] == ["pg-2", "pg-1"]
    assert found(store, missing, busy=("pg-1", "pg-2")) == []
    assert found(store, there("pg-1", traded("1", "100")), there("pg-3", late)) == []
    conclude(store, "pg-4", Side.BUY, late)
    assert found(store, there("pg-1", traded("1", "100"))) == []


def test_an_open_order_with_an_id_of_ours_that_nobody_knows_is_a_difference(
    store: Store,
) -> None:
    stranger = there("pg-x", open=True, known=False)

    [one] = found(store, stranger, there("pg-y", open=True))
    assert (one.client_id, one.ours, one.theirs) == ("pg-x", None, None)
    assert adopt(store, one)
    kept = store.orders.get("pg-x")
    assert kept is not None
    assert (kept.status, kept.order_id) == (Status.OPEN, "991")
    assert [each.intent.client_id for each in store.orders.open()] == ["pg-x"], "it is asked after"


def test_a_trade_that_several_positions_share_is_one_again(store: Store) -> None:
    conclude(store, "pg-1", Side.BUY, traded("1", "100"))
    store.runs.add(run("run-1"))
    conclude(store, "pg-2", Side.BUY, traded("1", "100", "t2"), run_id="run-1")
    sold = traded("1.5", "110", "t3")
    conclude(store, "pg-3", Side.SELL, sold, run_id="run-1")
    assert len(ours(store)) == 4

    orders = [there("pg-1", traded("1", "100")), there("pg-2", traded("1", "100", "t2"))]
    assert found(store, *orders, there("pg-3", sold, side=Side.SELL)) == []


def test_the_balance_of_differences_counts_fees_in_the_coin(store: Store) -> None:
    coin = traded("1", "100", fee=D("0.001"), feeAsset="BTC")
    [one] = found(store, there("pg-1", coin))

    assert net([one]) == D("0.999")
    assert net([replace(one, theirs=Seen(Side.SELL, coin))]) == D("-1.001")


def test_what_is_adopted_is_booked_as_if_it_had_always_been_here(store: Store) -> None:
    conclude(store, "pg-1", Side.BUY, traded("1", "100"))
    lost = there("pg-2", traded("2", "110", "t2"), orderId="992")

    assert adopt(store, *found(store, there("pg-1", traded("1", "100")), lost))
    held = store.ledger.position(HAND)
    assert (held.units, held.cost, held.entries) == (D(3), D("320.32"), 2)
    order = store.orders.get("pg-2")
    assert order is not None
    assert (order.status, order.executed, order.price) == (Status.FILLED, D(2), D(110))
    assert order.intent.why == "Adopted from Binance.US's own list."
    [day] = store.ledger.days("user-anna", Book.LIVE, NOW.date())
    assert (day.bought, day.orders) == (D(320), 2)
    assert found(store, there("pg-1", traded("1", "100")), lost) == []
    assert not store.mismatches.adopt("m1", NOW, SIZES, ((letter("again"),), ()))
    assert [one.dedupe for one in store.outbox.due(NOW, 9)] == ["adopted"]


def test_an_absent_order_of_a_run_that_was_executed_is_booked_to_its_run(store: Store) -> None:
    store.runs.add(run("run-1"))
    what = intent("pg-1", run_id="run-1", number=1)
    store.orders.add(what)
    store.orders.conclude(replace(done(what), status=Status.ABSENT, executed=D(0)), [])

    assert adopt(store, *found(store, there("pg-1", traded("1", "100"))))
    assert store.ledger.position(replace(HAND, run_id="run-1")).units == D(1)
    assert store.ledger.position(HAND).units == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 50), st.integers(90, 110)), min_size=1, max_size=6
    )
)
def test_taking_out_the_last_fill_leaves_what_was_before_it(
    tmp_path_factory: pytest.TempPathFactory,
    engine: Engine,
    steps: list[tuple[bool, int, int]],
) -> None:
    with engine.begin() as db:
        for table in ("fills", "positions", "days", "orders", "mismatches", "outbox"):
            db.exec_driver_sql(f"DELETE FROM {table}")
    store = Store(engine)
    before = Position(HAND)
    totals = store.ledger.days("user-anna", Book.LIVE, NOW.date())
    done_so_far: list[VenueOrder] = []
    last: VenueOrder | None = None
    for number, (buys, tenths, price) in enumerate(steps):
        held = store.ledger.position(HAND)
        side = Side.BUY if buys or held.units < 1 else Side.SELL
        qty = D(tenths) / 10 if side is Side.BUY else held.units / 2
        fill = traded(format(qty, "f"), str(price), f"t{number}")
        before, totals = held, store.ledger.days("user-anna", Book.LIVE, NOW.date())
        conclude(store, f"pg-{number}", side, fill)
        if last is not None:
            done_so_far.append(last)
        last = there(f"pg-{number}", fill, side=side)

    assert adopt(store, *found(store, *done_so_far))
    after = store.ledger.position(HAND)
    for name in ("units", "cost", "realised", "fees"):
        assert abs(getattr(after, name) - getattr(before, name)) < D("1e-18"), name
    [day] = store.ledger.days("user-anna", Book.LIVE, NOW.date())
    was = totals[0] if totals else None
    for name in ("realised", "fees", "bought", "sold"):
        assert abs(getattr(day, name) - (getattr(was, name) if was else 0)) < D("1e-18"), name
    gone = store.orders.get(f"pg-{len(steps) - 1}")
    assert gone is not None
    assert (gone.status, gone.executed) == (Status.ABSENT, D(0))


def test_a_vanished_buy_that_was_sold_already_leaves_the_money_that_moved(store: Store) -> None:
    """Earned less what is in it is what the fills moved in quote, whatever is taken out."""
    conclude(store, "pg-1", Side.BUY, traded("1", "100"))
    conclude(store, "pg-2", Side.BUY, traded("1", "120", "t2"))
    conclude(store, "pg-3", Side.SELL, traded("1.5", "130", "t3"))
    orders = [there("pg-2", traded("1", "120", "t2"))]
    orders.append(there("pg-3", traded("1.5", "130", "t3"), side=Side.SELL))

    assert adopt(store, *found(store, *orders))
    left = store.ledger.position(HAND)
    assert (left.units, left.cost, left.entries) == (0, 0, 0)
    assert left.realised == D("1.5") * 130 - D("0.195") - 120 - D("0.12")


def test_a_difference_halts_runs_and_a_choice_brings_them_back_as_they_stood(
    store: Store,
) -> None:
    for name, state in (("run-1", RunState.ACTIVE), ("run-2", RunState.PAUSED)):
        store.runs.add(run(name))
        if state is not RunState.ACTIVE:
            store.runs.set_state(name, state)
    ids = ["run-1", "run-2"]
    store.mismatches.note(mismatch(), ids, "the books differ", ((letter("told"),), ()))
    store.mismatches.note(
        mismatch(halted=store.mismatches.open_of("user-anna", Book.LIVE, "binanceus")[0].halted),
        ids,
        "the books differ",
        ((), ()),
    )

    for name in ids:
        halted = store.runs.get(name)
        assert halted is not None
        assert (halted.state, halted.halt) == (RunState.HALTED, Halt.BOOKS)
        assert halted.why == "the books differ"
    assert store.mismatches.settle("m1", How.IGNORED, NOW + timedelta(hours=1), ((), ()))
    assert not store.mismatches.settle("m1", How.GONE, NOW, ((), ()))
    states = [one.state for one in store.runs.of_person(ANNA.id)]
    assert states == [RunState.ACTIVE, RunState.PAUSED]
    assert store.mismatches.open_of("user-anna", Book.LIVE, "binanceus") == []


def test_a_run_that_its_person_ended_meanwhile_stays_ended(store: Store) -> None:
    store.runs.add(run("run-1"))
    store.mismatches.note(mismatch(), ["run-1"], "the books differ", ((), ()))
    store.runs.set_state("run-1", RunState.ENDED)

    assert store.mismatches.settle("m1", How.IGNORED, NOW, ((), ()))
    ended = store.runs.get("run-1")
    assert ended is not None
    assert ended.state is RunState.ENDED


def test_differences_come_back_from_the_store_as_they_were(store: Store) -> None:
    conclude(store, "pg-1", Side.BUY, traded("1", "100"))
    stranger = there("pg-x", open=True, known=False)
    some = found(store, there("pg-2", traded("2", "100.10", "t2")), stranger)
    store.mismatches.note(mismatch(*some), [], "", ((), ()))

    kept = store.mismatches.get("m1")
    assert kept == mismatch(*some)
    assert store.mismatches.settle("m1", How.IGNORED, NOW, ((), ()))
    keys = store.mismatches.ignored("user-anna", Book.LIVE, "binanceus")
    assert keys == {"pg-1 t1", "pg-2 t2", "pg-x "}
