"""Runs and their slots: numbered by person, changed by rule, and each slot owned once.

May import: core, store, wire.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from piggybot.core.positions import BY_HAND, Book, Key
from piggybot.core.runs import Exits, Halt, Outcome, Run, RunState, Slot
from piggybot.core.slots import Due, Mark, SlotWork, boundary, late_after
from piggybot.store import Store
from proxy.wire import Timeframe
from tests.bot.values import ANNA, BEN, NOW, SECOND, done, intent, letter, run, traded

HOUR = timedelta(hours=1)
AT = NOW + HOUR
CLOSES = {timeframe: boundary(AT, timeframe) for timeframe in Timeframe}


@pytest.fixture(autouse=True)
def both_joined(store: Store) -> None:
    store.people.join(ANNA)
    store.people.join(BEN)


def slot(run_id: str = "run-1", **other: object) -> Slot:
    plain = Slot(run_id, AT, Outcome.RUN, "No signal.", AT, 0, "10-SMA below", Decimal("64000.10"))
    return replace(plain, **other)  # type: ignore[arg-type]


def dues(store: Store) -> list[Due]:
    return store.slots.load(store.slots.due(CLOSES))


def test_a_run_comes_back_to_the_letter_under_its_persons_next_number(store: Store) -> None:
    assert store.runs.add(run()) == replace(run(), number=1)
    bare = run("run-2", exits=Exits(), params={}, reply_to=None)
    assert store.runs.add(bare) == replace(bare, number=2)
    hers = run("run-3", person_id=8, user_id="user-ben")
    assert store.runs.add(hers, [letter("begun")]).number == 1
    assert store.runs.get("run-1") == replace(run(), number=1)
    assert store.runs.get("run-9") is None
    assert [one.id for one in store.runs.of_person(7)] == ["run-1", "run-2"]
    assert str(store.runs.of_person(7)[0].exits.stop_loss) == "0.050"


def test_starting_the_same_run_twice_makes_one_and_tells_it_once(store: Store) -> None:
    first = store.runs.add(run(), [letter("a")])
    again = store.runs.add(run(amount_usd=Decimal(99)), [letter("b")])
    assert again == first
    assert [one.dedupe for one in store.outbox.due(NOW, 9)] == ["a"]


def test_states_follow_their_rules_and_are_told_once(store: Store) -> None:
    store.runs.add(run())
    change = store.runs.set_state
    assert change("run-1", RunState.PAUSED, notices=[letter("paused")])
    assert not change("run-1", RunState.PAUSED, notices=[letter("again")])
    assert change("run-1", RunState.HALTED, "The books differ.", Halt.BOOKS)
    assert not change("run-1", RunState.HALTED, "The books differ.", Halt.BOOKS)
    assert not change("run-1", RunState.PAUSED)
    halted = store.runs.get("run-1")
    assert halted is not None
    assert (halted.state, halted.why, halted.halt) == (
        RunState.HALTED,
        "The books differ.",
        Halt.BOOKS,
    )
    assert store.runs.resume("run-1", None, [letter("resumed")])
    assert not store.runs.resume("run-1", None)
    assert store.runs.get("run-1") == replace(run(), number=1)
    assert change("run-1", RunState.ENDED)
    assert not store.runs.resume("run-1", None)
    assert not change("run-1", RunState.HALTED, halt=Halt.LOSSES)
    assert [one.dedupe for one in store.outbox.due(NOW, 9)] == ["paused", "resumed"]


def test_a_resumed_run_counts_its_losses_anew_and_accounts_for_what_passed(store: Store) -> None:
    mine = store.runs.add(run())
    key = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", "run-1")
    for number, name in enumerate(("pg-1", "pg-2")):
        order = intent(name, run_id="run-1", number=number + 1)
        store.orders.add(order)
        store.orders.conclude(done(order, traded("1", "100", name)), [])
    sale = intent("pg-3", side="SELL", run_id="run-1", number=3)  # type: ignore[arg-type]
    assert mine.orders == 0
    store.slots.commit([SlotWork(mine, slot(), marks=(Mark(key, best=Decimal(30)),))])
    assert store.ledger.position(key).best == 30
    store.runs.set_state("run-1", RunState.HALTED, "", Halt.DRAWDOWN)
    missed = slot(at=AT + 3 * HOUR, since=AT + HOUR, outcome=Outcome.SKIPPED, reason="Halted.")
    assert store.runs.resume("run-1", missed)
    assert store.ledger.position(key).best is None
    assert store.ledger.position(key).losses == 0
    assert store.slots.last("run-1") == missed
    assert sale.number == 3


def test_a_slot_decided_on_an_older_look_lowers_neither_peak_nor_best(store: Store) -> None:
    mine = store.runs.add(run())
    key = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", "run-1")
    order = intent("pg-1", run_id="run-1", number=1)
    store.orders.add(order)
    store.orders.conclude(done(order, traded("1", "100")), [])
    store.ledger.raise_peaks([(key, Decimal(120))])
    seen = (Mark(key, peak=Decimal(110), best=Decimal(9)),)
    assert store.slots.commit([SlotWork(mine, slot(), marks=seen)]) == [True]
    older = (Mark(key, peak=Decimal(99), best=Decimal(8)),)
    later = slot(at=AT + HOUR)
    assert store.slots.commit([SlotWork(mine, later, marks=older)]) == [True]
    held = store.ledger.position(key)
    assert (held.peak, held.best) == (Decimal(120), Decimal(9))


def test_a_run_is_due_from_its_first_close_until_that_is_accounted_for(store: Store) -> None:
    store.runs.add(run())
    store.runs.add(run("run-2", created=AT))
    store.runs.add(run("run-3", state=RunState.PAUSED))
    store.runs.add(run("run-4", timeframe=Timeframe.D1))
    [due] = dues(store)
    assert (due.run.id, due.last, due.next, due.positions) == ("run-1", None, AT, ())
    assert store.slots.commit([SlotWork(due.run, slot())]) == [True]
    assert dues(store) == []
    later = {Timeframe.H1: AT + 2 * HOUR}
    assert [(one.run.id, one.next) for one in store.slots.load(store.slots.due(later))] == [
        ("run-1", AT + HOUR),
        ("run-2", AT + HOUR),
    ]
    assert store.slots.of_run("run-1", 9) == [slot()]


def test_decision_order_and_slot_are_written_together_and_once(store: Store) -> None:
    mine = store.runs.add(run())
    bought = intent("pg-1", run_id="run-1", number=1, origin="run:run-1:1", slot=AT)
    first = SlotWork(mine, slot(client_id="pg-1"), intent=bought, notices=(letter("first"),))
    other = replace(bought, client_id="pg-2", number=2, origin="run:run-1:1b")
    again = SlotWork(mine, slot(client_id="pg-2"), intent=other, notices=(letter("again"),))
    assert store.slots.commit([first]) == [True]
    fresh = store.runs.get("run-1")
    assert fresh is not None
    assert fresh.orders == 1
    assert store.slots.commit([replace(again, run=fresh)]) == [False]
    assert [one.intent for one in store.orders.open()] == [bought]
    assert store.slots.of_run("run-1", 9) == [slot(client_id="pg-1")]
    assert [one.dedupe for one in store.outbox.due(NOW, 9)] == ["first"]


def test_of_many_instances_exactly_one_runs_a_slot(store: Store) -> None:
    mine = store.runs.add(run())

    def decide(number: int) -> bool:
        name = f"pg-{number}"
        order = intent(name, run_id="run-1", number=1, origin=name)
        return store.slots.commit([SlotWork(mine, slot(client_id=name), intent=order)])[0]

    with ThreadPoolExecutor(6) as crowd:
        assert sum(crowd.map(decide, range(12))) == 1
    assert len(store.orders.open()) == 1


def test_a_batch_leaves_out_only_what_is_no_longer_as_it_was_seen(store: Store) -> None:
    names = ("run-1", "run-2", "run-3", "run-4", "run-5")
    seen = [store.runs.add(run(name)) for name in names]
    store.runs.set_state("run-2", RunState.PAUSED)
    store.runs.set_state("run-3", RunState.ENDED)
    store.slots.commit([SlotWork(seen[3], slot("run-4"))])
    work = [SlotWork(one, slot(one.id)) for one in seen]
    work[4] = replace(work[4], intent=intent("pg-5", run_id="run-5", number=2))
    assert store.slots.commit(work) == [True, False, False, False, False]
    assert store.orders.open() == []
    assert store.slots.last("run-5") is None


def test_an_exit_needs_no_slot_but_a_run_that_may_sell(store: Store) -> None:
    seen = [store.runs.add(run(name)) for name in ("run-1", "run-2", "run-3")]
    store.runs.set_state("run-1", RunState.PAUSED)
    store.runs.set_state("run-2", RunState.HALTED, "", Halt.BOOKS)
    store.runs.set_state("run-3", RunState.HALTED, "", Halt.LOSSES)
    work = [
        SlotWork(one, None, intent=intent(f"pg-{one.id}", run_id=one.id, number=1)) for one in seen
    ]
    assert store.slots.commit(work) == [True, False, True]
    assert {one.intent.run_id for one in store.orders.open()} == {"run-1", "run-3"}


def test_a_run_is_halted_with_its_slot_and_its_notice(store: Store) -> None:
    mine: Run = store.runs.add(run())
    halted = SlotWork(
        mine,
        slot(outcome=Outcome.DENIED, reason="5 losses in a row."),
        halt=Halt.LOSSES,
        halt_why="5 losses in a row.",
        notices=(letter("halted"),),
    )
    assert store.slots.commit([halted]) == [True]
    now = store.runs.get("run-1")
    assert now is not None
    assert (now.state, now.halt, now.why) == (RunState.HALTED, Halt.LOSSES, "5 losses in a row.")
    assert store.slots.of_run("run-1", 9) == [
        slot(outcome=Outcome.DENIED, reason="5 losses in a row.")
    ]


def test_old_slots_without_an_order_are_forgotten_and_the_newest_never(store: Store) -> None:
    mine = store.runs.add(run())
    for number in range(6):
        order = "pg-1" if number == 1 else None
        store.slots.commit([SlotWork(mine, slot(at=AT + number * HOUR, client_id=order))])
    assert store.slots.prune("run-1", AT + 4 * HOUR, 2) == 2
    assert store.slots.prune("run-2", AT + 40 * HOUR, 20) == 0
    assert store.slots.prune("run-1", AT + 40 * HOUR, 20) == 2
    left = [one.at for one in store.slots.of_run("run-1", 9)]
    assert left == [AT + 5 * HOUR, AT + HOUR]


def test_a_batch_that_cannot_be_written_writes_nothing(store: Store) -> None:
    seen = [store.runs.add(run(name)) for name in ("run-1", "run-2")]
    broken = letter("told", kind=None)
    work = [SlotWork(seen[0], slot("run-1")), SlotWork(seen[1], slot("run-2"), notices=(broken,))]
    with pytest.raises(IntegrityError):
        store.slots.commit(work)
    assert [store.slots.last(one.id) for one in seen] == [None, None]


def test_closes_lie_on_the_clock_and_are_late_by_their_length() -> None:
    odd = NOW + timedelta(hours=3, minutes=17, seconds=5)
    assert [boundary(odd, one).strftime("%d %H:%M") for one in Timeframe] == [
        "01 15:17",
        "01 15:15",
        "01 15:15",
        "01 15:00",
        "01 12:00",
        "01 00:00",
    ]
    assert boundary(AT, Timeframe.H1) == AT
    assert boundary(AT - SECOND, Timeframe.H1) == NOW
    assert [late_after(one).total_seconds() for one in Timeframe] == [30, 30, 90, 120, 120, 120]
    assert BY_HAND == ""
