"""What nobody saw is asked about until it is proven, also after a crash; never sent again."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest

from proxy.errors import OrderRefused
from proxy.records import Book
from proxy.wire import PendingOut, Status, TradeOut
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


async def live(house):
    await house.open("ann")
    await house.go_live("ann")


async def status(house) -> Status:
    return (await house.desk.order("ann", ID)).status


async def test_an_order_that_was_executed_without_an_answer_is_found(house):
    await live(house)
    house.venue.fault = "after"
    assert isinstance(await house.desk.place(trade(), ID), PendingOut)
    await house.settle(1)
    done = await house.desk.place(trade(), ID)
    assert isinstance(done, TradeOut)
    assert house.venue.sends == [ID]


async def test_an_order_that_never_arrived_is_absent_only_after_the_deadline(house):
    await live(house)
    house.venue.fault = "before"
    await house.desk.place(trade(), ID)
    await house.settle(13)
    assert await status(house) is Status.UNKNOWN
    await house.settle(60)
    with pytest.raises(OrderRefused) as caught:
        await house.desk.place(trade(), ID)
    assert (caught.value.code, caught.value.order_status) == ("absent", "ABSENT")
    assert house.venue.bought == []
    assert house.venue.sends == [ID]


async def test_a_late_order_is_not_taken_for_absent(house):
    """Not found before the deadline proves nothing: it arrives at the last moment."""
    await live(house)
    house.venue.fault = "after"
    house.venue.hide.add(ID)
    await house.desk.place(trade(), ID)
    await house.settle(12)
    house.venue.hide.clear()
    await house.settle(20)
    assert await status(house) is Status.FILLED


async def test_without_proof_it_is_quarantined_with_its_budget_and_still_asked(house):
    await live(house)
    house.venue.fault = "after"
    await house.desk.place(trade(), ID)
    house.venue.down = True
    for _ in range(130):
        house.after(5)
        await house.desk.resolve_once()
    order = await house.desk.order("ann", ID)
    assert order.status is Status.QUARANTINED
    assert ID in order.error.hint
    account = house.store.accounts.find("ann")
    books = house.store.journal.books(account, account.book, house.now.date())
    assert books.trades_today == 1
    house.venue.down = False
    house.after(61)
    await house.desk.resolve_once()
    assert await status(house) is Status.FILLED


async def test_another_key_proves_nothing_about_an_order_of_a_removed_one(house):
    await live(house)
    house.venue.fault = "after"
    await house.desk.place(trade(), ID)
    house.venue.down = True
    for _ in range(130):
        house.after(5)
        await house.desk.resolve_once()
    assert await status(house) is Status.QUARANTINED
    house.store.keys.forget("ann")
    house.venue.down = False
    house.venue.hide.add(ID)
    for _ in range(5):
        house.after(61)
        await house.desk.resolve_once()
    order = await house.desk.order("ann", ID)
    assert (order.status, order.error.code) == (Status.ABSENT, "absent_elsewhere")
    assert "this proves nothing about it" in order.error.message
    assert ID in order.error.hint


async def test_fills_that_do_not_add_up_are_asked_for_until_they_do(house):
    await live(house)
    house.venue.fault = "no_fills"
    assert await house.desk.place(trade(), ID) == PendingOut(status="OPEN", clientOrderId=ID)
    await house.settle(1)
    assert await status(house) is Status.FILLED


async def taken_for_absent(house):
    """It was filled, and the venue hid it until it was given up; now the venue shows it."""
    await live(house)
    house.venue.fault = "after"
    house.venue.hide.add(ID)
    await house.desk.place(trade(), ID)
    await house.settle(60)
    assert await status(house) is Status.ABSENT
    house.venue.hide.clear()


async def test_an_order_taken_for_absent_that_turns_up_raises_an_alarm(house, caplog):
    await taken_for_absent(house)
    house.after(61)
    with caplog.at_level(logging.CRITICAL):
        await house.desk.resolve_once()
    assert "taken for absent and exists" in caplog.text
    assert await status(house) is Status.FILLED
    assert [one.units for one in (await house.accounts.account("ann")).holdings]


@pytest.mark.parametrize("fault", ["before", "after"])
async def test_a_crash_during_the_send_ends_in_one_order_or_none(house, fault):
    await live(house)
    house.venue.fault = fault

    journal = house.desk._journal
    settle = journal.settle
    journal.settle = lambda *_: (_ for _ in ()).throw(RuntimeError("the process died"))
    with pytest.raises(RuntimeError):
        await house.desk.place(trade(), ID)
    journal.settle = settle
    house.venue.fault = ""
    await house.restart()
    assert len(house.venue.sends) == 1
    house.accounts.touched()
    await house.settle(80)
    expected = Status.FILLED if fault == "after" else Status.ABSENT
    assert await status(house) is expected
    assert len(house.venue.sends) == 1
    assert len(house.venue.bought) == (1 if fault == "after" else 0)


async def test_a_recovered_send_is_not_absent_before_a_deadline_counted_from_the_start(house):
    await live(house)
    house.venue.fault = "before"
    journal = house.desk._journal
    journal.settle = lambda *_: (_ for _ in ()).throw(RuntimeError("the process died"))
    with pytest.raises(RuntimeError):
        await house.desk.place(trade(), ID)
    house.after(3600)
    await house.restart()
    await house.settle(12)
    assert await status(house) is Status.UNKNOWN


async def test_what_is_asked_after_may_have_left_since_it_was_made(house):
    """After a crash nobody knows when it left: its trades are looked for from its row on."""
    await live(house)
    await house.desk.place(trade(), "pg-order-0002")
    await house.desk.place(trade("ann", 10, symbol="ETH/USDT"), "pg-order-0003")
    house.after(1)
    made = house.now
    house.venue.fault = "after"
    journal = house.desk._journal
    journal.settle = lambda *_: (_ for _ in ()).throw(RuntimeError("the process died"))
    with pytest.raises(RuntimeError):
        await house.desk.place(trade(), ID)
    house.venue.fault = ""
    house.after(600)
    await house.restart()
    assert house.venue.since[ID] == made
    assert house.venue.known[ID] == set(), "what ended before it cannot be taken for it"
    house.accounts.touched()
    house.venue.hide.add(ID)
    house.store.journal.settle(ID, lambda known: replace(known, status=Status.UNKNOWN))
    await house.desk.place(trade(), "pg-order-0004")
    await house.settle(10)
    other = house.store.journal.get("pg-order-0004")
    assert house.venue.known[ID] == {other.order_id}


async def test_a_clock_set_forward_does_not_end_the_wait_for_a_late_order(house):
    await live(house)
    house.venue.fault = "after"
    house.venue.hide.add(ID)
    await house.desk.place(trade(), ID)
    house.set_clock(3600)
    await house.settle(12)
    assert await status(house) is Status.UNKNOWN
    house.venue.hide.clear()
    await house.settle(20)
    assert await status(house) is Status.FILLED


async def test_a_clock_set_forward_does_not_bring_the_proofs_together(house):
    await live(house)
    house.venue.fault = "before"
    await house.desk.place(trade(), ID)
    await house.settle(16)
    house.venue.down = True
    await house.settle(20)
    house.venue.down = False
    for trial in house.desk._resolver._trials.values():
        trial.due = 0
    for _ in range(4):
        house.set_clock(60)
        await house.desk.resolve_once()
        for trial in house.desk._resolver._trials.values():
            trial.due = 0
    assert await status(house) is Status.UNKNOWN
    await house.settle(30)
    assert await status(house) is Status.ABSENT


async def test_a_clock_set_back_does_not_end_the_asking(house):
    await live(house)
    house.venue.fault = "after"
    house.venue.hide.add(ID)
    await house.desk.place(trade(), ID)
    await house.settle(4)
    house.set_clock(-3600)
    house.venue.hide.clear()
    await house.settle(10)
    assert await status(house) is Status.FILLED


async def test_a_clock_set_back_does_not_put_off_quarantine(house):
    await live(house)
    house.venue.fault = "after"
    await house.desk.place(trade(), ID)
    house.venue.down = True
    house.set_clock(-3600)
    for _ in range(130):
        house.after(5)
        await house.desk.resolve_once()
    assert await status(house) is Status.QUARANTINED


async def test_until_the_first_pass_is_made_live_is_denied(house):
    await live(house)
    house.build()
    house.gate.load(house.store.accounts.everyone(), False)
    with pytest.raises(OrderRefused) as caught:
        await house.desk.place(trade(), ID)
    assert caught.value.code == "recovering"
    await house.desk.recover()
    assert isinstance(await house.desk.place(trade(), "pg-order-0002"), TradeOut)


async def test_fills_are_applied_once_however_often_they_are_told(house):
    await live(house)
    await house.desk.place(trade(), ID)
    before = house.store.journal.held("ann", Book.LIVE)
    entry = house.store.journal.get(ID)
    house.store.journal.settle(ID, lambda _: entry)
    assert house.store.journal.held("ann", Book.LIVE) == before
    assert before[0].position.cost == Decimal(10)
