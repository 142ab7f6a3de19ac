"""The emergency stop: nothing passes after "closed", nothing flies after "settled"."""

import asyncio
from datetime import timedelta

import pytest

from proxy.errors import Denied, GateClosed, NotFound, OrderRefused
from proxy.stopgate import StopGate, Ticket
from proxy.wire import Mode, ModeIn, Side, Status, StopIn
from tests.proxy.house import NOON, trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


async def test_a_stop_holds_an_order_that_waits_before_the_gate(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), ID))
    await house.venue.queued.wait()
    first = await house.desk.stop(StopIn(userId="ann"))
    assert (first.closed, first.settled, first.inFlight, first.epoch) == (True, False, 1, 2)
    house.venue.hold.set()
    with pytest.raises(OrderRefused) as caught:
        await post
    assert caught.value.order_status == "NOT_SENT"
    await house.desk.idle()
    second = await house.desk.stop_state("ann")
    assert (second.settled, second.inFlight, second.unknown) == (True, 0, 0)
    assert house.venue.sends == []


async def test_a_stop_and_a_resume_do_not_let_an_older_order_through(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), ID))
    await house.venue.queued.wait()
    await house.desk.stop(StopIn(userId="ann"))
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER, resume=True))
    house.venue.hold.set()
    with pytest.raises(OrderRefused) as caught:
        await post
    assert caught.value.code == "stale_epoch"
    assert house.venue.sends == []


async def test_live_turned_off_holds_a_live_buy_that_waits_before_the_gate(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), ID)
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), "pg-order-0002"))
    await house.venue.queued.wait()
    turned = await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER))
    assert turned.mode is Mode.REDUCING
    house.venue.hold.set()
    with pytest.raises(OrderRefused) as caught:
        await post
    assert (caught.value.code, caught.value.order_status) == ("reducing", "NOT_SENT")
    assert len(house.venue.sends) == 1


async def test_a_stop_cancels_what_is_open_and_counts_what_is_unknown(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "open"
    await house.desk.place(trade(), ID)
    house.venue.fault = "before"
    await house.desk.place(trade(), "pg-order-0002")
    await house.desk.stop(StopIn(userId="ann"))
    await house.desk.idle()
    state = await house.desk.stop_state("ann")
    assert (state.settled, state.cancelled, state.unknown) == (True, 1, 1)
    assert (await house.desk.order("ann", ID)).status is Status.CANCELED


async def test_a_stop_of_one_leaves_the_other_alone(house):
    await house.open("ann", "bob")
    await house.desk.stop(StopIn(userId="ann"))
    await house.desk.place(trade("bob"), ID)
    with pytest.raises(Denied) as caught:
        await house.desk.place(trade("ann"), "pg-order-0002")
    assert caught.value.code == "account_halted"


async def test_a_stop_for_all_holds_over_a_restart_and_for_newcomers(house):
    await house.open("ann", "bob")
    await house.desk.stop(StopIn())
    await house.restart()
    await house.open("cid")
    for n, user in enumerate(["ann", "bob", "cid"]):
        with pytest.raises(Denied) as caught:
            await house.desk.place(trade(user), f"pg-order-{n:04}")
        assert caught.value.code == "stopped"
    assert (await house.desk.stop_state(None)).closed


async def test_a_stop_of_nobody_known_is_not_found(house):
    await house.open("ann")
    with pytest.raises(NotFound):
        await house.desk.stop(StopIn(userId="eve"))
    with pytest.raises(NotFound):
        await house.desk.stop_state("eve")


async def test_the_stop_file_stops_at_once_and_for_good(house):
    await house.open("ann")
    house.gate.stop_file.touch()
    with pytest.raises(Denied) as caught:
        await house.desk.place(trade(), ID)
    assert caught.value.code == "stopped"
    await house.desk.watch_once()
    house.gate.stop_file.unlink()
    assert house.gate.stopped
    assert await house.mode("ann") is Mode.HALTED


async def test_the_stop_file_between_reservation_and_wire_holds_the_order(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), ID))
    await house.venue.queued.wait()
    house.gate.stop_file.touch()
    house.venue.hold.set()
    with pytest.raises(OrderRefused) as caught:
        await post
    assert caught.value.code == "stopped"
    assert house.venue.sends == []


async def test_a_stop_file_left_while_the_proxy_was_down_is_obeyed_at_start(house):
    await house.open("ann")
    house.gate.stop_file.touch()
    await house.restart()
    assert await house.mode("ann") is Mode.HALTED


async def test_a_stop_that_could_not_be_committed_still_shuts_the_gate(house):
    await house.open("ann")
    halt = house.store.accounts.halt
    house.store.accounts.halt = lambda *_: (_ for _ in ()).throw(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        await house.desk.stop(StopIn(userId="ann"))
    with pytest.raises(OrderRefused):
        await house.desk.place(trade(), ID)
    house.store.accounts.halt = halt
    assert (await house.desk.stop(StopIn(userId="ann"))).closed
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER, resume=True))
    await house.desk.place(trade(), "pg-order-0002")


def test_the_gate_is_shut_until_it_is_loaded(tmp_path):
    gate = StopGate(tmp_path / "STOP")
    with pytest.raises(GateClosed):
        gate.check(Ticket("ann", 1, Mode.PAPER, Side.BUY, None, ID), NOON)


async def test_what_tightens_a_mode_does_not_end_a_stop(house):
    await house.open("ann")
    await house.desk.stop(StopIn(userId="ann"))
    house.gate.narrow("ann", Mode.REDUCING)
    assert house.gate.mode("ann") is Mode.HALTED


async def test_an_order_may_leave_up_to_its_last_moment(house):
    await house.open("ann")
    epoch = (await house.accounts.account("ann")).epoch
    ticket = Ticket("ann", epoch, Mode.PAPER, Side.BUY, NOON, ID)
    house.gate.check(ticket, NOON)
    with pytest.raises(GateClosed, match="too_late"):
        house.gate.check(ticket, NOON + timedelta(milliseconds=1))


async def test_an_account_that_is_stopped_while_it_is_valued_is_shown_as_stopped(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    house.after(61)
    quote = house.venue.quote

    async def stopped_meanwhile(symbol):
        await house.desk.stop(StopIn(userId="ann"))
        return await quote(symbol)

    house.venue.quote = stopped_meanwhile
    assert (await house.accounts.account("ann")).mode is Mode.HALTED
    assert not house.gate.is_ahead_of(house.store.accounts.find("ann")), "it was committed"
