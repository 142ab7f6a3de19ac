"""The proxy ends in the middle of a way out of a stop: at each boundary it comes back stopped.

The boundaries are discovered by counting them in a run without a crash.
"""

import asyncio

import pytest

from proxy.errors import Denied
from proxy.wire import FlattenIn, Mode, Status
from tests.proxy.house import House
from tests.proxy.leaving import BTC, ETH, opened, order, refusal, seen, sell, sold, stopped
from tests.proxy.test_crashes import Dead, Fuse

pytestmark = pytest.mark.anyio
BOUNDARIES = 36


class OwnFuse(Fuse):
    """Of the act itself; what the last stop still does aside is not counted."""

    def burn(self) -> None:
        if asyncio.current_task() is self.walker:
            super().burn()

    walker: asyncio.Task[None] | None = None


async def fresh(tmp_path, number: int) -> tuple[House, OwnFuse]:
    house = House(tmp_path / str(number))
    await stopped(house, "ann")
    return house, OwnFuse(house)


async def walked(house: House, fuse: OwnFuse, at: int = 0) -> None:
    """Look first; from the confirmed press on the boundaries count."""
    orders = {one: await order(house, one, None) for one in (BTC, ETH)}
    found = await seen(house)
    fields = {"userId": "ann", "mode": Mode.LIVE, "epoch": found.epoch}
    ask = FlattenIn(**fields, clientOrderIds=[BTC, ETH])
    fuse.passed, fuse.at, fuse.walker = 0, at, asyncio.current_task()
    way = await house.desk.flattening.open(ask)
    for one, wanted in orders.items():
        await house.desk._place(wanted.model_copy(update={"epoch": way.epoch}), one)


async def test_the_boundaries_are_known(tmp_path):
    house, fuse = await fresh(tmp_path, 0)
    await walked(house, fuse)
    house.close()
    assert fuse.passed == BOUNDARIES


@pytest.mark.parametrize("at", range(1, BOUNDARIES + 1))
async def test_a_proxy_that_ends_anywhere_comes_back_stopped_with_no_way_out(tmp_path, at):
    house, fuse = await fresh(tmp_path, at)
    with pytest.raises(Dead):
        await walked(house, fuse, at)
    del house.venue.send
    await house.restart()
    await house.desk.idle()
    assert await house.mode("ann") is Mode.HALTED
    assert house.gate.ways == []
    sends = list(house.venue.sends)
    epoch = (await house.accounts.account("ann")).epoch
    for number in range(epoch - 2, epoch + 1):
        code = await refusal(house, f"pg-sells-late-{number}", number, units=1)
        assert code == "account_halted"
    await house.settle(60)
    assert house.venue.sends == sends, "nothing is sent again"
    for one in (BTC, ETH):
        known = house.store.journal.get(one)
        if known is not None:
            there = one in house.venue.bought
            assert known.status is (Status.FILLED if there else Status.ABSENT)
        else:
            late = await refusal(house, one, epoch, units=1)
            assert late == "account_halted", "not under its own id either, when it comes late"
    assert sends.count(BTC) <= 1 and sends.count(ETH) <= 1
    assert house.venue.sends == sends

    left = sorted(set((BTC, ETH)) - set(sold(house)))
    if left:  # confirmed anew, under ids of its own
        way = await opened(house, clientOrderIds=[f"{one}-anew" for one in left])
        for one in left:
            symbol = "BTC/USDT" if one == BTC else "ETH/USDT"
            await sell(house, f"{one}-anew", way.epoch, symbol=symbol)
    assert len(sold(house)) == 2
    assert await house.mode("ann") is Mode.HALTED
    house.close()


async def test_no_way_opens_through_a_stop_that_is_not_committed_yet(house):
    await stopped(house, "ann")
    house.gate.close("ann")  # a newer stop, on its way to the database
    epoch = house.store.accounts.find("ann").epoch
    with pytest.raises(Denied) as caught:
        await opened(house, epoch=epoch)
    assert caught.value.code == "stale_epoch"
    assert house.gate.ways == []
    assert house.store.accounts.find("ann").epoch == epoch, "nothing was changed for it"


async def test_no_way_opens_where_the_account_changes_while_it_is_opened(house):
    await stopped(house, "ann")
    renew = house.store.accounts.renew

    def changed_meanwhile(account):
        assert renew(account) is not None
        return renew(account)

    house.store.accounts.renew = changed_meanwhile
    with pytest.raises(Denied) as caught:
        await opened(house)
    assert (caught.value.code, house.gate.ways) == ("stale_epoch", [])
