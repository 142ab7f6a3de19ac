"""A disk that takes nothing more: what is not written down is not sent, what was sent is found."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from proxy.errors import OrderRefused
from proxy.venue import Verdict
from proxy.wire import Mode, Status, StopIn, TradeOut
from tests.full_disk import FullDisk, disk_of
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


@pytest.fixture
def disk(house: House) -> Iterator[FullDisk]:
    with disk_of(house.engine) as disk:
        yield disk


async def test_what_cannot_be_written_down_is_not_sent(house, disk):
    await house.open("ann")
    await house.go_live("ann")
    disk.full = True
    with pytest.raises(OrderRefused) as told:
        await house.desk.place(trade(), ID)
    assert told.value.order_status == Status.NOT_SENT.value
    assert told.value.message == (
        "Nothing was sent. The trading service cannot use its database: database or disk is full."
    )
    assert house.venue.sends == []
    disk.full = False
    assert isinstance(await house.desk.place(trade(), ID), TradeOut)
    assert house.venue.sends == [ID]


async def test_what_was_sent_when_the_disk_became_full_is_found_when_it_is_not(house, disk):
    await house.open("ann")
    await house.go_live("ann")
    execute = house.venue.execute

    def executed_and_full(order):
        disk.full = True
        return execute(order)

    house.venue.execute = executed_and_full
    with pytest.raises(OperationalError):
        await house.desk.place(trade(), ID)
    await house.settle(10)
    assert (await house.desk.order("ann", ID)).status is Status.SENDING

    disk.full = False
    await house.settle(10)
    assert (await house.desk.order("ann", ID)).status is Status.FILLED
    assert house.venue.sends == [ID]
    assert len((await house.accounts.account("ann")).holdings) == 1


async def test_a_stop_on_a_full_disk_holds_everything_back(house, disk):
    await house.open("ann")
    await house.go_live("ann")
    disk.full = True
    out = await house.desk.stop(StopIn())
    assert out.closed and out.problem is not None
    assert await house.mode("ann") is Mode.HALTED, "shown as it is, not as it is written"
    assert "database or disk is full" in out.problem.message
    disk.full = False
    with pytest.raises(OrderRefused) as told:
        await house.desk.place(trade(), ID)
    assert told.value.code == "stopped"
    assert house.venue.sends == []
    assert not house.store.accounts.stopped()
    assert (await house.desk.stop(StopIn())).problem is None, "given again, it is written down"
    assert house.store.accounts.stopped()


async def test_a_stop_on_a_full_disk_cancels_what_is_open_once(house, disk):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "open"
    await house.desk.place(trade(), ID)
    disk.full = True
    cancel, cancelled = house.venue.cancel, []

    async def counted(order):
        cancelled.append(order.client_id)
        return await cancel(order)

    house.venue.cancel = counted
    for _ in range(3):
        await house.desk.stop(StopIn(userId="ann"))
        await house.desk.idle()
    assert cancelled == [ID]
    assert house.venue.books[ID].verdict is Verdict.DONE
