"""What a stop could not end at once is ended later, and what fails behind it is seen."""

import logging
from decimal import Decimal

import pytest

from proxy.cancelling import _Pause
from proxy.parts import Tasks
from proxy.wire import Mode, ModeIn, Status, StopIn
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


async def an_open_order(house: House) -> None:
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "open"
    await house.desk.place(trade(), ID)


async def watch(house: House, looks: int = 1) -> None:
    for _ in range(looks):
        await house.desk.watch_once()
        await house.desk.idle()


async def status(house: House) -> Status:
    return (await house.desk.order("ann", ID)).status


@pytest.mark.parametrize("whose", ["ann", None])
async def test_an_open_order_is_cancelled_when_the_venue_is_back(house, whose):
    await an_open_order(house)
    house.venue.down = True
    await house.desk.stop(StopIn(userId=whose))
    await house.desk.idle()
    await watch(house, looks=3)
    assert await status(house) is Status.OPEN
    house.venue.down = False
    await watch(house, looks=8)
    assert await status(house) is Status.CANCELED
    state = await house.desk.stop_state(whose)
    assert (state.settled, state.cancelled, state.unknown) == (True, 1, 0)


async def test_an_order_that_turns_out_to_be_open_after_the_stop_is_cancelled(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "open"
    house.venue.hide.add(ID)
    send = house.venue.send

    async def cut(order, gate):
        await send(order, gate)
        house.venue.down = True
        raise OSError("cut after the engine")

    house.venue.send = cut
    await house.desk.place(trade(), ID)
    await house.desk.stop(StopIn(userId="ann"))
    await house.desk.idle()
    assert await status(house) is Status.UNKNOWN
    house.venue.down = False
    house.venue.hide.clear()
    await house.settle(4)
    assert await status(house) is Status.OPEN
    await watch(house)
    assert await status(house) is Status.CANCELED


async def test_a_resume_or_a_restart_does_not_save_an_order_from_before_the_stop(house):
    await an_open_order(house)
    house.venue.down = True
    await house.desk.stop(StopIn(userId="ann"))
    await house.desk.idle()
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER, resume=True))
    await house.restart()
    house.venue.down = False
    await watch(house)
    assert await status(house) is Status.CANCELED


async def test_an_order_that_stays_open_is_cancelled_after_a_minute_with_what_it_did(house):
    await an_open_order(house)
    house.after(59)
    await watch(house, looks=3)
    assert await status(house) is Status.OPEN
    house.after(1)
    await watch(house)
    order = await house.desk.order("ann", ID)
    assert (order.status, order.executedQty) == (Status.CANCELED, 0)
    assert (await house.desk.stop_state("ann")).cancelled == 0, "no stop did it"
    assert await house.mode("ann") is Mode.LIVE


async def test_an_order_that_cannot_be_cancelled_stays_open_and_is_cancelled_later(house):
    """Also by a new process; the venue is asked ever less often: now, and after 1, 3, 7 looks."""
    await an_open_order(house)
    cancel, tries = house.venue.cancel, []

    async def counted(order):
        tries.append(order.client_id)
        return await cancel(order)

    house.venue.cancel = counted
    house.venue.down = True
    house.after(60)
    await watch(house, looks=8)
    assert len(tries) == 3
    assert await status(house) is Status.OPEN
    await house.restart()
    house.venue.down = False
    await watch(house)
    assert await status(house) is Status.CANCELED


async def test_a_settlement_that_fails_is_logged_and_tried_again(house, caplog):
    await an_open_order(house)
    read, failures = house.store.journal.open, iter([OSError("disk"), OSError("disk")])

    def broken(user_id=None):
        if user_id == "ann" and house.desk._flights.count("ann") == 0:
            for failure in failures:
                raise failure
        return read(user_id)

    stopping = house.desk._stopping
    house.gate.put(house.store.accounts.halt("ann", 2, "Stopped."))
    house.store.journal.open = broken
    stopping.follow("ann")
    await house.desk.idle()
    assert "work of the proxy failed" in caplog.text
    assert not stopping._is_settled("ann")
    await watch(house)
    assert await status(house) is Status.OPEN
    await watch(house)
    assert await status(house) is Status.CANCELED
    assert (await house.desk.stop_state("ann")).settled


async def test_work_that_fails_while_nobody_waits_is_logged(caplog):
    async def fail() -> None:
        raise OSError("disk full")

    tasks = Tasks()
    with caplog.at_level(logging.ERROR):
        tasks.start(fail())
        await tasks.idle()
    assert "disk full" in caplog.text


@pytest.mark.parametrize("what", ["modes", "days"])
async def test_one_account_that_cannot_be_looked_at_does_not_hide_the_others(house, caplog, what):
    house.venue.cash = Decimal(150)
    await house.open("ann", "bob")
    for n, user in enumerate(["ann", "bob"] * 12):
        if n < 2:
            await house.go_live(user)
        await house.desk.place(trade(user, usd=2), f"pg-order-{n:04}")
    house.venue.prices["BTC/USDT"] = Decimal(25000)
    owner = house.accounts.modes if what == "modes" else house.desk._days
    look = owner._look_at

    async def broken(account, *more):
        if account.user_id == "ann":
            raise OSError("one account is broken")
        await look(account, *more)

    owner._look_at = broken
    house.after(61)
    if what == "days":
        house.accounts.touched()
    await house.desk.watch_once()
    assert await house.mode("bob") is Mode.REDUCING
    assert "of account ann failed" in caplog.text


def test_what_cannot_be_cancelled_is_tried_at_longer_and_longer_pauses_up_to_fifteen_looks():
    pause = _Pause()
    tried = [look for look in range(60) if pause.is_over()]
    assert tried == [0, 2, 6, 14, 30, 46]
