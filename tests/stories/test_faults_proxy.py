"""The proxy is away before an order, or is lost during one: sent once, or not at all, and told.

May import: nothing of ours.
"""

import pytest

from tests.stories.steps import heard, nothing_sent, one_order, orders, settled, silence
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_proxy_that_is_down_before_an_order_gets_nothing(live: World) -> None:
    await live.proxy.stop()
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("Nothing was sent.")
    assert "❌" in told.text
    await live.proxy.start()
    await silence(live.ann)
    assert nothing_sent(live), "what was refused is not sent later"
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    one_order(live)


async def test_a_priced_button_with_the_proxy_away_sends_nothing(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await live.proxy.stop()
    await live.ann.press("Buy $20.00")
    await live.ann.expect("Nothing was sent.")
    await live.proxy.start()
    await live.ann.press_again()
    await silence(live.ann)
    assert nothing_sent(live)


async def test_a_proxy_that_is_lost_after_its_order_was_executed(live: World) -> None:
    hold = live.exchange.hold("after")
    await live.ann.say("/testbuy 2")
    await hold.arrived()
    await live.proxy.stop()
    await live.ann.expect("no answer yet. I will keep asking.")
    await live.exchange.misbehave("ok")
    await live.proxy.start()
    told = await settled(live, "✅ Bought")
    assert str(one_order(live).order_id) in told.text
    assert await heard(live.ann, "Order ID:") == 1


async def test_a_proxy_that_is_lost_while_its_order_was_not_executed(live: World) -> None:
    await live.exchange.misbehave("timeout-before", count=1)
    await live.ann.say("/testbuy 2")
    await live.exchange.arrived()
    await live.proxy.stop()
    await live.ann.expect("no answer yet. I will keep asking.")
    await live.exchange.misbehave("ok")
    await live.proxy.start()
    live.clock.run(30)
    await settled(live, "Nothing was bought")
    assert orders(live) == []
    assert live.posts == 1


async def test_live_waits_until_the_exchange_has_told_what_became_of_the_last_order(
    live: World,
) -> None:
    await live.exchange.misbehave("timeout-after", count=1)
    await live.ann.say("/testbuy 2")
    await live.exchange.arrived()
    await live.proxy.stop()
    await live.ann.expect("no answer yet. I will keep asking.")
    await live.exchange.misbehave("ok")
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    await live.proxy.start()
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("Denied. Nothing was bought")
    assert "has not answered yet about 1 of the orders from before the restart" in told.text
    await live.ann.say("/live off")
    await live.ann.expect("Live trading is off.")
    await live.ann.say("/live on")
    told = await live.ann.expect("Live trading is not on.")
    assert "An answer of binanceus about 1 of the orders from before the restart" in told.text
    one_order(live)

    await live.exchange.misbehave("ok")
    await settled(live, "✅ Bought")
    await live.live()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    assert len(orders(live)) == live.posts == 2


async def test_a_bot_that_is_lost_during_an_order_tells_it_when_it_is_back(live: World) -> None:
    hold = live.exchange.hold("after")
    await live.ann.say("/testbuy 2")
    await hold.arrived()
    asked = live.ann.mark
    await live.bot.stop()
    hold.release()
    await live.bot.start()
    told = await live.ann.expect("✅ Bought", since=asked)
    assert str(one_order(live).order_id) in told.text
    assert await heard(live.ann, "✅ Bought") == 1


async def test_a_database_that_is_taken_away_sends_nothing_and_a_stop_says_how_far_it_holds(
    live: World,
) -> None:
    (live.proxy.folder / "proxy" / "proxy.db").rename(live.proxy.folder / "aside.db")
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("Nothing was bought")
    assert (
        "Nothing was sent. The trading service cannot use its database: proxy.db was" in told.read
    )
    await live.ann.say("/stop")
    told = await live.ann.expect("🛑 Stopped: nothing leaves any more for all accounts")
    assert "It could not write that down" in told.read
    assert "remove the API key at the exchange" in told.read
    assert nothing_sent(live)
    gate = live.proxy.app.state.house.desk._parts.gate
    assert gate.stopped
