"""The proxy ends at every commit and every await on the wire; the venue's books are counted after.

The boundaries are discovered by counting them in a run without a crash.
"""

import asyncio

import pytest

from proxy.errors import Denied
from proxy.wire import PendingOut, Status, TradeOut
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"
BOUNDARIES = 8


class Dead(BaseException):
    """The process is gone: no handler of ours may see this."""


class Fuse:
    """Counts the boundaries that are passed, and ends the process at the one it is set to."""

    def __init__(self, house: House) -> None:
        self.passed = 0
        self.at = 0
        inner, venue = house.parts.door, house.venue

        async def door(method, *args, **kwargs):
            self.burn()
            result = await inner(method, *args, **kwargs)
            self.burn()
            return result

        async def send(order, gate):
            self.burn()
            report = await type(venue).send(venue, order, gate)
            self.burn()
            return report

        for owner in (house.parts, house.accounts._parts):
            object.__setattr__(owner, "door", door)
        venue.send = send

    def burn(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise Dead


async def placed(house: House) -> None:
    await house.desk._place(trade(), ID)


async def fresh(tmp_path, number: int) -> tuple[House, Fuse]:
    house = House(tmp_path / str(number))
    await house.open("ann")
    await house.go_live("ann")
    return house, Fuse(house)


async def test_the_boundaries_are_known(tmp_path):
    house, fuse = await fresh(tmp_path, 0)
    await placed(house)
    house.close()
    assert fuse.passed == BOUNDARIES


@pytest.mark.parametrize("at", range(1, BOUNDARIES + 1))
async def test_a_proxy_that_ends_anywhere_leaves_one_order_or_none_and_knows_which(tmp_path, at):
    house, fuse = await fresh(tmp_path, at)
    fuse.at = at
    with pytest.raises(Dead):
        await placed(house)
    del house.venue.send
    await house.restart()
    for _ in range(60):
        house.accounts.touched()
        await house.settle(1)
    known = house.store.journal.get(ID)
    sends = len(house.venue.sends)
    if known is None:
        assert house.venue.bought == []
    else:
        assert known.status is (Status.FILLED if house.venue.bought else Status.ABSENT)
    try:
        answer = await house.desk.place(trade(), ID)
        assert isinstance(answer, TradeOut)
    except Denied as denied:
        assert denied.code == "absent"
    assert len(house.venue.sends) == (1 if known is None else sends)
    assert len(house.venue.bought) <= 1
    house.close()


async def test_a_stop_is_never_overtaken_whenever_it_comes(tmp_path):
    """A stop at each step of the event loop: after its answer nothing new reaches the venue."""
    for delay in range(10):
        house = House(tmp_path / f"stop{delay}")
        await house.open("ann")
        await house.go_live("ann")
        posts = [
            asyncio.create_task(house.desk.place(trade(), f"pg-order-{n:04}")) for n in range(3)
        ]
        for _ in range(delay):
            await asyncio.sleep(0.001)
        stopped = await house.desk._stopping.stop("ann")
        sends = len(house.venue.sends)
        results = await asyncio.gather(*posts, return_exceptions=True)
        await house.desk.idle()
        assert stopped.closed
        assert len(house.venue.sends) == sends
        assert all(isinstance(one, TradeOut | PendingOut | Denied) for one in results)
        house.close()
