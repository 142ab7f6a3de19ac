"""The way out of a stop: only the sells that a person has confirmed, and never for long."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from proxy.errors import Denied
from proxy.wire import Mode, ModeIn, Side, Status, StopIn
from tests.proxy.house import House, trade
from tests.proxy.leaving import BTC, ETH, not_opened, opened, refusal, seen, sell, sold, stopped

pytestmark = pytest.mark.anyio
D = Decimal


async def test_what_is_held_is_sold_from_a_stop_and_the_stop_stands_again(house: House):
    await stopped(house, "ann")
    before = await seen(house)
    assert (before.mode, before.halted, before.barred) == (Mode.REDUCING, True, None)
    way = await opened(house)
    assert (way.epoch, way.seconds) == (before.epoch + 1, 60)
    assert await house.mode("ann") is Mode.HALTED, "for all else it is stopped still"
    first = await sell(house, BTC, way.epoch)
    assert (first.mode, first.side) == (Mode.REDUCING, Side.SELL)
    await sell(house, ETH, way.epoch)
    account = await house.accounts.account("ann")
    assert (account.mode, account.epoch) == (Mode.HALTED, way.epoch + 1)
    assert account.reason == "Stopped."
    assert house.gate.way("ann") is None
    assert sold(house) == [BTC, ETH]
    assert [one.units for one in (await seen(house)).items] == [0, 0], "only dust is left"


async def test_nothing_else_passes_while_it_stands_open(house: House):
    await stopped(house, "ann", "bob")
    sends = list(house.venue.sends)
    way = await opened(house)
    halted = "account_halted"
    assert await refusal(house, BTC, way.epoch, side=Side.BUY, units=None, usd=10) == halted
    assert await refusal(house, "pg-another-sell", way.epoch) == halted
    assert await refusal(house, "pg-of-bob", 3, user="bob") == halted
    assert await refusal(house, "pg-of-bob-2", way.epoch, user="bob", mode=None) == halted
    assert house.venue.sends == sends


@pytest.mark.parametrize(
    "more",
    [{"epoch": None}, {"epoch": 2}, {"epoch": 4}, {"mode": None}, {"mode": Mode.LIVE}],
    ids=str,
)
async def test_a_named_sell_that_was_decided_for_something_else_does_not_pass(house: House, more):
    await stopped(house, "ann")
    assert (await opened(house)).epoch == 3
    assert await refusal(house, BTC, **({"epoch": 3} | more)) == "account_halted"
    assert sold(house) == []


async def test_more_than_our_fills_hold_does_not_pass_either(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    held = (await seen(house)).items[0].units
    assert await refusal(house, BTC, way.epoch, units=held + D("0.00001")) == "nothing_held"
    assert sold(house) == []


async def test_a_gate_that_has_no_way_is_shut_to_an_order_that_came_this_far(house: House):
    """The last thing before the wire judges by itself, whatever admission thought."""
    await stopped(house, "ann")
    way = await opened(house)
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(sell(house, BTC, way.epoch))
    await house.venue.queued.wait()
    house.gate.close("ann")
    house.venue.hold.set()
    with pytest.raises(Denied) as caught:
        await post
    assert caught.value.code == "account_halted"
    assert sold(house) == []


async def test_after_a_minute_it_is_shut_and_what_is_open_at_the_venue_is_cancelled(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    house.venue.fault = "open"
    await sell(house, BTC, way.epoch)
    house.set_clock(-3600)
    house.after(60)
    assert await refusal(house, ETH, way.epoch, notAfter=None) == "account_halted"
    await house.desk.idle()
    assert (await house.desk.order("ann", BTC)).status is Status.CANCELED
    account = await house.accounts.account("ann")
    assert (account.mode, account.epoch) == (Mode.HALTED, way.epoch + 1)


async def test_the_watch_closes_it_with_nobody_there(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    house.after(59)
    await house.desk.watch_once()
    assert house.gate.way("ann") is not None
    house.after(1)
    await house.desk.watch_once()
    assert house.gate.way("ann") is None
    assert (await house.accounts.account("ann")).epoch == way.epoch + 1


async def test_what_is_not_settled_keeps_it_open_for_that_order_alone(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    house.venue.fault = "after"
    await sell(house, BTC, way.epoch)
    house.venue.fault = ""
    await sell(house, ETH, way.epoch)
    assert house.gate.way("ann") is not None
    await house.settle(2)
    await house.desk.watch_once()
    assert house.gate.way("ann") is None
    assert (await house.desk.order("ann", BTC)).status is Status.FILLED
    assert sold(house) == [BTC, ETH]


async def test_a_refusal_in_the_middle_ends_nothing(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    house.venue.fault = "reject"
    assert await refusal(house, BTC, way.epoch) == "insufficient_funds"
    house.venue.fault = ""
    await sell(house, ETH, way.epoch)
    assert house.gate.way("ann") is None
    assert sold(house) == [ETH]


@pytest.mark.parametrize("whose", ["ann", None], ids=["own", "for all"])
async def test_a_new_stop_wins_whenever_it_comes(tmp_path, whose):
    """At each step of the event loop: after its answer no sell reaches the venue any more."""
    for delay in range(12):
        house = House(tmp_path / f"stop{delay}")
        await stopped(house, "ann")
        way = await opened(house)
        posts = [asyncio.create_task(sell(house, one, way.epoch)) for one in (BTC, ETH)]
        for _ in range(delay):
            await asyncio.sleep(0.001)
        answer = await house.desk._stopping.stop(whose)
        sends = len(house.venue.sends)
        await asyncio.gather(*posts, return_exceptions=True)
        await house.desk.idle()
        assert answer.closed
        assert len(house.venue.sends) == sends
        assert house.gate.way("ann") is None
        assert (await house.accounts.account("ann")).epoch > way.epoch
        house.close()


async def test_a_stop_that_begins_while_it_is_opened_wins(house: House):
    await stopped(house, "ann")
    loop, stops, renew = asyncio.get_running_loop(), [], house.store.accounts.renew

    async def begin() -> None:
        stops.append(asyncio.create_task(house.desk.stop(StopIn(userId="ann"))))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def late(account):
        renewed = renew(account)
        asyncio.run_coroutine_threadsafe(begin(), loop).result()
        return renewed

    house.store.accounts.renew = late
    assert await not_opened(house) == "stale_epoch"
    await stops[0]
    assert house.gate.way("ann") is None


async def test_a_stop_that_the_person_did_not_see_is_not_passed(house: House):
    await stopped(house, "ann")
    epoch = (await seen(house)).epoch
    await house.desk.stop(StopIn(userId="ann"))
    await house.desk.idle()
    assert await not_opened(house, epoch=epoch) == "stale_epoch"


async def test_an_account_that_is_not_stopped_has_no_way_out(house: House):
    await house.open("ann")
    assert await not_opened(house) == "not_stopped"


async def test_while_a_stop_still_waits_for_what_is_on_the_wire_none_is_opened(house: House):
    await stopped(house, "ann")
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER, resume=True))
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), "pg-order-0001"))
    await house.venue.queued.wait()
    await house.desk.stop(StopIn(userId="ann"))
    barred = (await seen(house)).barred
    assert barred is not None and barred.code == "stop_not_settled"
    assert await not_opened(house) == "stop_not_settled"
    house.venue.hold.set()
    with pytest.raises(Denied):
        await post
    await house.desk.idle()
    assert (await seen(house)).barred is None


async def test_the_owner_passes_a_stop_for_all_with_their_own_account_alone(house: House):
    await stopped(house, "ann", "bob")
    await house.desk.stop(StopIn())
    await house.desk.idle()
    assert await not_opened(house) == "stopped", "a member does not"
    found = await seen(house)
    assert found.barred is not None and found.barred.code == "stopped"
    assert (await seen(house, all_accounts=True)).barred is None
    way = await opened(house, allAccounts=True)
    assert await refusal(house, "pg-of-bob", 4, user="bob") == "stopped"
    await sell(house, BTC, way.epoch)
    await sell(house, ETH, way.epoch)
    assert house.gate.stopped
    assert house.store.accounts.stopped()
    assert sold(house) == [BTC, ETH]


async def test_the_stop_file_of_the_host_is_never_passed(house: House):
    await stopped(house, "ann")
    house.gate.stop_file.touch()
    await house.desk.watch_once()
    await house.desk.idle()
    assert await not_opened(house, allAccounts=True) == "stopped_on_host"
    found = await seen(house, all_accounts=True)
    assert found.barred is not None and found.barred.code == "stopped_on_host"


async def test_a_stop_file_that_is_left_in_the_middle_holds_the_next_sell(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    await sell(house, BTC, way.epoch)
    house.gate.stop_file.touch()
    assert await refusal(house, ETH, way.epoch) == "stopped"
    assert sold(house) == [BTC]
    await house.desk.watch_once()
    assert house.gate.way("ann") is None


async def test_a_resume_in_the_middle_takes_it_away_and_the_sells_go_on(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    await sell(house, BTC, way.epoch)
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER, resume=True))
    assert house.gate.way("ann") is None
    await sell(house, ETH, way.epoch)
    assert await house.mode("ann") is Mode.PAPER
    assert sold(house) == [BTC, ETH]


async def test_on_paper_it_sells_what_is_held_on_paper(house: House):
    await stopped(house, "ann", live=False)
    assert (await seen(house)).mode is Mode.PAPER
    way = await opened(house)
    for one in (BTC, ETH):
        assert (await sell(house, one, way.epoch, mode=Mode.PAPER)).mode is Mode.PAPER
    assert house.venue.sends == []
    assert house.gate.way("ann") is None
    assert await house.mode("ann") is Mode.HALTED


async def test_the_sellable_tells_dust_and_what_an_unsettled_sell_may_take(house: House):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(usd=20), "pg-order-0001")
    [item] = (await seen(house)).items
    assert (item.held, item.free) == (D("0.0003996"), D("0.0003996"))
    assert (item.units, item.price) == (D("0.00039"), D(50000))
    house.venue.fault = "silent"
    await house.desk.place(trade(usd=None, units=D("0.00039"), side=Side.SELL), "pg-order-0002")
    [item] = (await seen(house)).items
    assert (item.held, item.free, item.units) == (D("0.0003996"), D("0.0000096"), D(0))
    house.venue.down = True
    [item] = (await seen(house)).items
    assert (item.units, item.price) == (D("0.0000096"), None)


async def test_a_price_that_is_missing_refuses_that_sell_and_no_other(house: House):
    await stopped(house, "ann")
    way = await opened(house)
    house.venue.price_age = timedelta(seconds=90)
    assert await refusal(house, BTC, way.epoch, units=D("0.0001")) == "valuation_stale"
    house.venue.price_age = None
    await sell(house, ETH, way.epoch)
    assert sold(house) == [ETH]
