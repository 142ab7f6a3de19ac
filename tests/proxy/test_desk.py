"""The path of an order: once, whatever happens; counted in the venue's own books."""

import asyncio
from decimal import Decimal

import pytest

from proxy.errors import Denied, OrderRefused
from proxy.wire import Mode, PendingOut, Side, Status, TradeOut
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
D = Decimal


async def refused(house, order, client_id="pg-order-0001") -> str:
    with pytest.raises(Denied) as caught:
        await house.desk.place(order, client_id)
    return caught.value.code


async def test_a_paper_order_touches_no_real_venue(house):
    await house.open("ann")
    done = await house.desk.place(trade(), "pg-order-0001")
    assert isinstance(done, TradeOut)
    assert (done.status, done.mode, house.venue.sends) == ("FILLED", Mode.PAPER, [])


async def test_a_live_order_is_sent_once_and_its_answer_repeats(house):
    await house.open("ann")
    await house.go_live("ann")
    first = await house.desk.place(trade(), "pg-order-0001")
    assert await house.desk.place(trade(), "pg-order-0001") == first
    assert await house.desk.place(trade(symbol="BTCUSDT"), "pg-order-0001") == first
    assert house.venue.sends == ["pg-order-0001"]


async def test_the_same_id_with_other_contents_or_user_is_refused(house):
    await house.open("ann", "bob")
    await house.desk.place(trade(), "pg-order-0001")
    assert await refused(house, trade(usd=11)) == "id_reused"
    assert await refused(house, trade(side=Side.SELL)) == "id_reused"
    assert await refused(house, trade("bob")) == "id_reused"


async def test_two_posts_of_one_id_at_once_make_one_send(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    posts = [asyncio.create_task(house.desk.place(trade(), "pg-order-0001")) for _ in range(5)]
    await house.venue.queued.wait()
    house.venue.hold.set()
    answers = await asyncio.gather(*posts)
    assert house.venue.sends == ["pg-order-0001"]
    assert sum(isinstance(one, TradeOut) for one in answers) >= 1
    again = await house.desk.place(trade(), "pg-order-0001")
    assert isinstance(again, TradeOut)


async def test_of_100_orders_at_once_exactly_20_are_sent(house):
    await house.open("ann")
    await house.go_live("ann")
    results = await asyncio.gather(
        *(house.desk.place(trade(), f"pg-order-{n:04}") for n in range(100)),
        return_exceptions=True,
    )
    codes = {one.code for one in results if isinstance(one, Denied)}
    assert len(house.venue.bought) == 20
    assert sum(isinstance(one, TradeOut) for one in results) == 20
    assert codes == {"daily_trades_used"}


async def test_unknown_orders_count_as_spent(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "silent"
    for n in range(20):
        await house.desk.place(trade(), f"pg-order-{n:04}")
    assert await refused(house, trade(), "pg-order-9999") == "daily_trades_used"


async def test_a_refused_order_gives_its_place_back(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "reject"
    for n in range(25):
        assert await refused(house, trade(), f"pg-order-{n:04}") == "insufficient_funds"
    house.venue.fault = ""
    assert isinstance(await house.desk.place(trade(), "pg-order-9999"), TradeOut)


async def test_a_denial_is_journaled_and_repeats_though_its_cause_is_gone(house):
    await house.open("ann")
    house.venue.down = True
    with pytest.raises(OrderRefused) as first:
        await house.desk.place(trade(), "pg-order-0001")
    house.venue.down = False
    with pytest.raises(OrderRefused) as second:
        await house.desk.place(trade(), "pg-order-0001")
    assert first.value.message == second.value.message
    assert (second.value.client_id, second.value.order_status) == ("pg-order-0001", "DENIED")
    assert (await house.desk.order("ann", "pg-order-0001")).status is Status.DENIED


async def test_a_client_that_hangs_up_does_not_cancel_its_order(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    post = asyncio.create_task(house.desk.place(trade(), "pg-order-0001"))
    await house.venue.queued.wait()
    post.cancel()
    with pytest.raises(asyncio.CancelledError):
        await post
    house.venue.hold.set()
    await house.desk.idle()
    assert (await house.desk.order("ann", "pg-order-0001")).status is Status.FILLED


async def test_an_unknown_account_mode_or_exchange_is_denied(house):
    await house.open("ann")
    assert await refused(house, trade("eve"), "pg-order-0001") == "unknown_account"
    assert await refused(house, trade(mode=Mode.LIVE), "pg-order-0002") == "mode_mismatch"
    assert await refused(house, trade(exchange="kraken"), "pg-order-0003") == "unsupported_exchange"
    assert await refused(house, trade(symbol="XYZ/USDT"), "pg-order-0004") == "unknown_symbol"
    assert await refused(house, trade(epoch=0), "pg-order-0005") == "stale_epoch"
    late = int(house.now.timestamp() * 1000) - 1000
    assert await refused(house, trade(notAfter=late), "pg-order-0006") == "too_late"
    assert await refused(house, trade(usd=-1), "pg-order-0007") == "bad_amount"
    assert await refused(house, trade(quotedPrice=D(49000)), "pg-order-0008") == "price_moved"


async def test_a_paper_order_is_refused_while_the_account_is_live(house):
    await house.open("ann")
    await house.go_live("ann")
    assert await refused(house, trade(mode=Mode.PAPER)) == "mode_mismatch"


async def test_an_order_that_waited_too_long_for_the_limiter_is_not_sent(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.hold = asyncio.Event()
    limit = int(house.now.timestamp() * 1000) + 5000
    post = asyncio.create_task(house.desk.place(trade(notAfter=limit), "pg-order-0001"))
    await house.venue.queued.wait()
    house.after(6)
    house.venue.hold.set()
    with pytest.raises(OrderRefused) as caught:
        await post
    assert (caught.value.code, caught.value.order_status) == ("too_late", "NOT_SENT")
    assert house.venue.sends == []


async def test_selling_takes_only_what_our_own_fills_hold(house):
    await house.open("ann", "bob")
    await house.go_live("ann")
    sell = trade(usd=None, units=D("0.00019"), side=Side.SELL)
    assert await refused(house, sell, "pg-order-0001") == "nothing_held"
    await house.desk.place(trade(), "pg-order-0002")
    too_much = trade(usd=None, units=D("0.0002"), side=Side.SELL)
    assert await refused(house, too_much, "pg-order-0003") == "nothing_held"
    bobs = trade("bob", usd=None, units=D("0.00019"), side=Side.SELL)
    assert await refused(house, bobs, "pg-order-0004") == "nothing_held"
    done = await house.desk.place(sell, "pg-order-0005")
    assert isinstance(done, TradeOut)
    assert done.executedQty == D("0.00019")


async def test_an_unresolved_sell_reserves_its_units(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    house.venue.fault = "before"
    sell = trade(usd=None, units=D("0.00019"), side=Side.SELL)
    assert isinstance(await house.desk.place(sell, "pg-order-0002"), PendingOut)
    assert await refused(house, sell, "pg-order-0003") == "nothing_held"


async def test_a_void_makes_a_late_order_answer_not_sent(house):
    await house.open("ann")
    voided = await house.desk.void("ann", "pg-order-0001")
    assert voided.status is Status.NOT_SENT
    assert await refused(house, trade()) == "voided"
    assert (await house.desk.void("ann", "pg-order-0001")).status is Status.NOT_SENT


async def test_a_void_of_an_order_that_arrived_changes_nothing(house):
    await house.open("ann")
    await house.desk.place(trade(), "pg-order-0001")
    assert (await house.desk.void("ann", "pg-order-0001")).status is Status.FILLED


async def test_the_daily_loss_denies_and_takes_live_to_reducing(house):
    await house.lose("ann")
    assert await refused(house, trade(usd=2), "pg-order-9999") == "daily_loss_reached"
    assert await house.mode("ann") is Mode.REDUCING
    assert await refused(house, trade(usd=2), "pg-order-9998") == "reducing"


async def test_a_live_order_without_a_key_says_so(house):
    await house.open("ann")
    await house.go_live("ann")
    house.store.keys.forget("ann")
    assert await refused(house, trade()) == "no_key"
