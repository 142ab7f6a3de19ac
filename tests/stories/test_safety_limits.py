"""/limits, and an order above each limit: denied with the numbers, and never sent.

May import: nothing of ours.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from proxy.wire import Mode
from tests.stories.conftest import MakeWorld
from tests.stories.steps import account, buy_asked, nothing_sent, one_order, orders, price, silence
from tests.world import World

pytestmark = pytest.mark.anyio


async def going_live(make_world: MakeWorld, usdt: str = "10000", **proxy: object) -> World:
    world = await make_world(**proxy)
    world.key.holding("USDT").free = Decimal(usdt)
    world.exchange.market.hold()
    await world.pair()
    await world.keys()
    await world.live()
    return world


async def denied(world: World, typed: str, words: str) -> str:
    before = world.posts
    await world.ann.say(typed)
    told = await world.ann.expect(words)
    assert world.posts == before
    return told.text


async def test_above_the_limit_a_trade(make_world: MakeWorld) -> None:
    world = await going_live(make_world)
    told = await denied(world, "/buy 50.01", "$50.01 is above the limit of $50.00 a trade.")
    assert "Ask for $50.00 or less." in told
    await silence(world.ann)
    assert not any(one.labels == ("🔴 Buy $50.01 of BTC/USDT",) for one in world.ann.messages)
    assert nothing_sent(world)
    await buy_asked(world, "50")
    one_order(world)


async def test_a_limit_that_is_tightened_after_the_question_holds_for_the_press(
    make_world: MakeWorld,
) -> None:
    world = await going_live(make_world)
    await world.ann.say("/buy 40")
    await world.ann.expect("Real money.")
    await world.ann.say("/limits trade 30")
    await world.ann.expect("Limits changed.")
    await world.ann.press("Buy $40.00")
    await world.ann.expect("$40.00 is above the limit of $30.00 a trade.")
    assert nothing_sent(world)


async def test_above_the_share_of_the_account(make_world: MakeWorld) -> None:
    world = await going_live(make_world, usdt="999")
    told = await denied(world, "/testbuy 10", "above 1% of the account's $999.00, $9.99.")
    assert "Ask for $9.99 or less." in told
    await world.ann.say("/testbuy 9.99")
    await world.ann.expect("Live order submitted")
    one_order(world)


async def test_a_small_account_may_always_buy_the_smallest_order(make_world: MakeWorld) -> None:
    world = await going_live(make_world, usdt="30")
    await denied(world, "/testbuy 2.5", "above 1% of the account's $30.00")
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Live order submitted")
    await world.ann.say("/testbuy 10 ETH/USDT")
    await world.ann.expect("Live order submitted")
    assert len(orders(world)) == world.posts == 2


async def test_above_the_trades_a_day_until_the_day_turns(make_world: MakeWorld) -> None:
    world = await going_live(make_world, max_trades_per_day=2)
    for _ in range(2):
        await world.ann.say("/testbuy 2")
        await world.ann.expect("Live order submitted")
    told = await denied(world, "/testbuy 2", "2 of 2 trades used today; again at 00:00 UTC, in ")
    assert "Nothing was bought" in told
    await world.ann.say("/status")
    await world.ann.expect("2 of 2 trades")

    now = world.clock()
    midnight = now.replace(hour=0, minute=0, second=5) + timedelta(days=1)
    world.clock.jump((midnight - now).total_seconds())
    await world.ann.say("/status")
    await world.ann.expect("0 of 2 trades")
    assert len(orders(world)) == world.posts == 2


async def test_a_sell_is_not_counted_and_not_bounded(make_world: MakeWorld) -> None:
    world = await going_live(make_world, max_trades_per_day=1)
    await buy_asked(world, "50")
    await denied(world, "/testbuy 2", "1 of 1 trades used today")
    price(world, "20000")
    await world.ann.say("/sell all")
    await world.ann.expect("Real money.")
    await world.ann.press("Sell")
    await world.ann.expect("✅ Sold")
    assert [one.wanted.side for one in orders(world)] == ["BUY", "SELL"]


async def test_above_the_daily_loss_live_is_wound_down(make_world: MakeWorld) -> None:
    world = await going_live(make_world, usdt="5000", max_daily_loss_share="0.001")
    price(world, "10000")
    await buy_asked(world, "50")
    price(world, "8900")
    told = await denied(world, "/testbuy 2", "today; the limit is 0.1% of $5,000.00, $5.00.")
    assert "Lost $5." in told
    assert (await account(world)).mode is Mode.REDUCING
    await world.ann.say("/status")
    assert "🟠 REDUCING" in (await world.ann.expect("userId:")).text
    price(world, "12000")
    await denied(world, "/testbuy 2", "Live is being wound down")
    assert one_order(world).wanted.side == "BUY"


async def test_a_symbol_that_is_not_allowed(make_world: MakeWorld) -> None:
    world = await going_live(make_world, symbols=("BTC/USDT",))
    for typed in ("/testbuy 10 ETH/USDT", "/buy 10 eth", "/testbuy 10 DOGE/USDT"):
        told = await denied(world, typed, "BTC/USDT")
        assert "✅" not in told
    assert nothing_sent(world)


async def test_limits_are_shown_tightened_at_once_and_raised_after_a_question(
    live: World,
) -> None:
    await live.ann.say("/limits")
    told = await live.ann.expect("Max trade: $50.00")
    assert "Daily trades: 20" in told.text
    assert "0 of 20 trades" in told.text
    await live.ann.say("/limits trade 5")
    await live.ann.expect("Limits changed.")
    await denied(live, "/testbuy 6", "$6.00 is above the limit of $5.00 a trade.")

    await live.ann.say("/limits trade 51")
    await live.ann.expect("he operator allows at most $50.00")
    await live.ann.say("/limits trade 10")
    await live.ann.expect("from $5.00 to $10.00?")
    await silence(live.ann)
    await denied(live, "/testbuy 6", "$6.00 is above the limit of $5.00 a trade.")
    await live.ann.press("Raise the limit")
    await live.ann.expect("Max trade: $10.00")
    await live.ann.say("/testbuy 6")
    await live.ann.expect("Live order submitted")
    one_order(live)


async def test_the_days_count_and_the_loss_can_be_tightened(live: World) -> None:
    await live.ann.say("/limits day 0")
    await live.ann.expect("Daily trades: 0")
    await denied(live, "/testbuy 2", "0 of 0 trades used today")
    await live.ann.say("/limits loss 2")
    await live.ann.expect("Max daily loss: 2%")
    await live.ann.say("/limits loss 6")
    await live.ann.expect("he operator allows at most 5%")
    assert nothing_sent(live)
