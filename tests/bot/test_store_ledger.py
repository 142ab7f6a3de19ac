"""What orders come to: positions, days and totals, counted from fills, each once.

May import: core, store, wire.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from piggybot.core.orders import Intent, Order
from piggybot.core.positions import BY_HAND, Book, Key, Position, Totals
from piggybot.core.runs import Outcome, RunState, Slot
from piggybot.core.slots import SlotWork
from piggybot.store import Store
from proxy.wire import Fill, Mode, Problem, Side, Status
from tests.bot.values import ANNA, BEN, NOW, SECOND, done, intent, letter, run, traded

HOUR = timedelta(hours=1)
HAND = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", BY_HAND)
RUN = replace(HAND, run_id="run-1")


@pytest.fixture(autouse=True)
def both_joined(store: Store) -> None:
    store.people.join(ANNA)
    store.people.join(BEN)


def conclude(store: Store, what: Intent, *fills: Fill, **other: Any) -> Order:
    assert store.orders.add(what)
    order = done(what, *fills, **other)
    assert store.orders.conclude(order, [])
    return order


def buy(store: Store, name: str, *fills: Fill, **other: Any) -> Order:
    return conclude(store, intent(name, **other), *fills)


def sell(store: Store, name: str, *fills: Fill, **other: Any) -> Order:
    return conclude(store, intent(name, side=Side.SELL, **other), *fills)


def test_a_buy_is_held_at_what_it_cost_fees_included(store: Store) -> None:
    fee = {"fee": Decimal("0.001"), "feeAsset": "BTC"}
    buy(store, "pg-1", traded("1", "100", **fee), traded("1", "102", "t2", **fee))
    held = store.ledger.position(HAND)
    assert (held.units, held.cost, held.entries) == (Decimal("1.998"), Decimal(202), 1)
    assert (held.bought, held.paid, held.peak) == (Decimal(2), Decimal(202), Decimal(101))
    assert held.opened == NOW
    assert held.fees == Decimal("0.202")
    assert held.average == Decimal(202) / Decimal("1.998")
    assert store.ledger.positions("user-anna", Book.LIVE) == [held]


def test_what_is_too_little_to_sell_ends_the_holding_and_goes_with_the_next(store: Store) -> None:
    fee = {"fee": Decimal("0.000015"), "feeAsset": "BTC"}
    buy(store, "pg-1", traded("0.01500", "100", **fee))
    sell(store, "pg-2", traded("0.01498", "110"))
    flat = store.ledger.position(HAND)
    assert (flat.units, flat.entries, flat.trades, flat.wins) == (Decimal("0.000005"), 0, 1, 1)
    assert flat.cost == Decimal("1.5") * flat.units / Decimal("0.014985")
    assert flat.closed == NOW
    assert store.ledger.positions("user-anna", Book.LIVE) == []

    buy(store, "pg-3", traded("0.015", "100", **fee))
    assert store.ledger.position(HAND).units == Decimal("0.01499")


def test_a_part_that_is_left_keeps_the_holding_open(store: Store) -> None:
    buy(store, "pg-1", traded("2", "100"))
    sell(store, "pg-2", traded("1", "90"))
    left = store.ledger.position(HAND)
    assert (left.units, left.entries, left.trades, left.losses) == (1, 1, 0, 0)
    assert left.realised == Decimal("89.91") - Decimal("100.1")
    sell(store, "pg-3", traded("1", "120"))
    over = store.ledger.position(HAND)
    assert (over.trades, over.wins, over.entries) == (1, 1, 0), "the holding as a whole was won"


def test_an_order_told_twice_is_counted_once(store: Store) -> None:
    order = buy(store, "pg-1", traded("1", "100"))
    before = store.ledger.position(HAND)
    assert not store.orders.conclude(order, [letter("again")])
    assert not store.orders.correct(order, [letter("again")])
    assert store.ledger.position(HAND) == before
    assert store.ledger.totals("user-anna", Book.LIVE).cost == Decimal("100.1")


def test_fills_that_turn_up_after_all_are_counted_with_the_correction(store: Store) -> None:
    what = intent("pg-1")
    store.orders.add(what)
    store.orders.conclude(done(what, status=Status.ABSENT), [])
    assert store.ledger.position(HAND) == Position(HAND)
    assert store.orders.correct(done(what, traded("1", "100")), [])
    assert store.ledger.position(HAND).units == 1


def test_an_order_that_is_not_over_is_not_counted(store: Store) -> None:
    what = intent("pg-1")
    store.orders.add(what)
    store.orders.update(done(what, traded("1", "100"), status=Status.OPEN, concluded=None), [])
    assert store.ledger.position(HAND) == Position(HAND)
    both = (traded("1", "100"), traded("1", "100", "t2"))
    assert store.orders.conclude(done(what, *both), [])
    assert store.ledger.position(HAND).units == 2


def test_paper_and_real_money_are_counted_apart(store: Store) -> None:
    buy(store, "pg-1", traded("1", "100"), mode=Mode.PAPER)
    buy(store, "pg-2", traded("2", "100"))
    sell(store, "pg-3", traded("1", "100"), mode=Mode.REDUCING)
    assert store.ledger.position(HAND).units == 1
    assert store.ledger.position(replace(HAND, book=Book.PAPER)).units == 1


def test_a_sell_by_hand_takes_the_rest_from_the_oldest_run(store: Store) -> None:
    for number, name in enumerate(("run-b", "run-a", "run-c")):
        store.runs.add(run(name))
        at = {"slot": NOW + number * HOUR}
        buy(store, f"pg-{name}", traded("1", "100", name), run_id=name, number=1, **at)
    buy(store, "pg-hand", traded("1", "100", "by hand"))
    sell(store, "pg-all", traded("2.5", "110", "sold"))

    left = {name: store.ledger.position(replace(HAND, run_id=name)) for name in ("", "run-b")}
    assert [one.units for one in left.values()] == [0, 0]
    assert [one.trades for one in left.values()] == [1, 1]
    assert store.ledger.position(replace(HAND, run_id="run-a")).units == Decimal("0.5")
    assert store.ledger.position(replace(HAND, run_id="run-a")).entries == 1
    assert store.ledger.position(replace(HAND, run_id="run-c")).units == 1
    sold = [one for one in store.ledger.fills("user-anna", Book.LIVE) if one.side is Side.SELL]
    assert [(one.key.run_id, one.qty) for one in sold] == [
        ("", 1),
        ("run-a", Decimal("0.5")),
        ("run-b", 1),
    ]
    assert sum(one.fee for one in sold) == Decimal("0.275")
    [day] = store.ledger.days("user-anna", Book.LIVE, NOW.date())
    assert (day.orders, day.trades, day.wins) == (5, 2, 2)
    assert (day.bought, day.sold) == (400, Decimal(275))


def test_what_an_ended_run_still_buys_is_bought_by_hand(store: Store) -> None:
    store.runs.add(run())
    buy(store, "pg-1", traded("1", "100"), run_id="run-1", number=1)
    late = intent("pg-2", run_id="run-1", number=2)
    store.orders.add(late)
    assert store.runs.set_state("run-1", RunState.ENDED)
    assert (store.ledger.position(RUN).units, store.ledger.position(RUN).entries) == (0, 0)
    assert store.ledger.position(HAND).units == 1

    store.orders.conclude(done(late, traded("1", "100", "t2")), [])
    assert store.ledger.position(RUN).units == 0
    assert store.ledger.position(HAND).units == 2


def test_days_add_up_and_belong_to_their_run(store: Store) -> None:
    store.runs.add(run())
    buy(store, "pg-1", traded("1", "100"))
    next_day = int((NOW + 13 * HOUR).timestamp() * 1000)
    sell(store, "pg-2", traded("1", "90", at=next_day))
    buy(store, "pg-3", traded("1", "100", at=next_day), run_id="run-1", number=1)

    first, second = store.ledger.days("user-anna", Book.LIVE, date(2026, 3, 1))
    assert (first.day, first.bought, first.orders) == ("2026-03-01", 100, 1)
    assert (second.day, second.sold, second.bought, second.orders) == ("2026-03-02", 90, 100, 2)
    assert second.realised == Decimal("89.91") - Decimal("100.1")
    assert (second.trades, second.wins) == (1, 0)
    [mine] = store.ledger.days("user-anna", Book.LIVE, date(2026, 3, 1), "run-1")
    assert (mine.day, mine.bought, mine.sold) == ("2026-03-02", 100, 0)
    assert store.ledger.days("user-anna", Book.LIVE, date(2026, 3, 3)) == []
    assert store.ledger.totals("user-anna", Book.LIVE) == Totals(
        realised=Decimal("-10.19"), fees=Decimal("0.29"), cost=Decimal("100.1"), trades=1
    )


def test_the_sums_over_runs_and_over_all_time_are_those_of_the_days(store: Store) -> None:
    """They are running totals of their own, so that nobody adds up a long history."""
    store.runs.add(run())
    for number in range(6):
        at = int((NOW + number * 20 * HOUR).timestamp() * 1000)
        mine: dict[str, Any] = {"run_id": "run-1", "number": number + 1} if number % 2 else {}
        buy(store, f"pg-b{number}", traded("1", "100", f"b{number}", at=at), **mine)
        price = str(90 + 5 * number)
        sell(store, f"pg-s{number}", traded("1", price, f"s{number}", at=at), **mine)
    first = NOW.date()
    ever = store.ledger.by_run("user-anna", Book.LIVE, first)
    assert ever.keys() == {"", "run-1"}
    for run_id, total in ever.items():
        each = store.ledger.days("user-anna", Book.LIVE, first, run_id)
        assert len(each) == 3
        assert total.realised == sum(day.realised for day in each)
        assert (total.orders, total.trades) == (6, 3)
        assert total.wins == sum(day.wins for day in each)
    everybody = store.ledger.days("user-anna", Book.LIVE, first)
    assert [day.orders for day in everybody] == [2, 2, 2, 4, 2]
    assert sum(day.realised for day in everybody) == sum(one.realised for one in ever.values())
    later = store.ledger.by_run("user-anna", Book.LIVE, first + timedelta(days=3))
    assert {run_id: one.orders for run_id, one in later.items()} == {"": 2, "run-1": 4}


def test_one_person_never_sees_the_money_of_another(store: Store) -> None:
    buy(store, "pg-1", traded("1", "100"))
    assert store.ledger.positions("user-ben", Book.LIVE) == []
    assert store.ledger.totals("user-ben", Book.LIVE) == Totals()
    assert store.ledger.fills("user-ben", Book.LIVE) == []
    assert store.ledger.days("user-ben", Book.LIVE, NOW.date()) == []


def test_fills_are_found_by_time_market_and_run(store: Store) -> None:
    store.runs.add(run())
    buy(store, "pg-1", traded("1", "100"), run_id="run-1", number=1)
    later = int((NOW + HOUR).timestamp() * 1000)
    buy(store, "pg-2", traded("1", "10", "t2", at=later), symbol="ETH/USDT")
    both = store.ledger.fills("user-anna", Book.LIVE)
    assert [one.key.symbol for one in both] == ["BTC/USDT", "ETH/USDT"]
    find = store.ledger.fills
    assert find("user-anna", Book.LIVE, since=NOW + SECOND) == both[1:]
    assert find("user-anna", Book.LIVE, symbol="BTC/USDT") == both[:1]
    assert find("user-anna", Book.LIVE, run_id="run-1") == both[:1]
    assert find("user-anna", Book.PAPER) == []


def test_a_peak_rises_while_the_holding_is_open_and_never_falls(store: Store) -> None:
    buy(store, "pg-1", traded("1", "100"))
    store.ledger.raise_peaks([(HAND, Decimal(120)), (RUN, Decimal(5))])
    store.ledger.raise_peaks([(HAND, Decimal("119.99"))])
    assert store.ledger.position(HAND).peak == 120
    assert store.ledger.position(RUN) == Position(RUN)
    sell(store, "pg-2", traded("1", "110"))
    store.ledger.raise_peaks([(HAND, Decimal(130))])
    assert store.ledger.position(HAND).peak is None


@pytest.mark.parametrize("status", [Status.DENIED, Status.NOT_SENT])
def test_the_slot_of_an_order_that_never_left_says_what_held_it_back(
    store: Store, status: Status
) -> None:
    mine = store.runs.add(run())
    at = NOW + HOUR
    what = intent("pg-1", run_id="run-1", number=1, slot=at)
    slot = Slot("run-1", at, Outcome.RUN, "Buys $10.00.", at, 1, "up", Decimal(100), "pg-1")
    assert store.slots.commit([SlotWork(mine, slot, intent=what)]) == [True]
    why = Problem(code="daily_trades_used", message="20 of 20 trades used.", hint="Tomorrow.")
    store.orders.conclude(Order(what, status, problem=why, concluded=at), [])
    told = replace(slot, outcome=Outcome.DENIED, reason="20 of 20 trades used. Tomorrow.")
    assert store.slots.last("run-1") == told
