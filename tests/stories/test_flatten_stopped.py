"""/flatten works when stopped: only the confirmed sells pass, and the stop stands again after it.

May import: nothing of ours.
"""

from decimal import Decimal

import pytest

from tests.stories.leaving import (
    ASKED,
    NOW,
    THROUGH,
    asked,
    bought,
    flattened,
    held_before_the_gate,
    holds,
    own,
    sells,
    stopped,
    watched,
    way_is_shut,
    ways,
)
from tests.stories.running import bot
from tests.stories.steps import free, heard, nothing_sent, orders, price, settled
from tests.stories.test_safety_stop import resumed
from tests.world import World

pytestmark = pytest.mark.anyio
BOTH = [("BTC", "FILLED"), ("ETH", "FILLED")]
STANDS = "The stop stands as before. /resume ends it."


async def test_the_button_under_a_stop_asks_and_sells_and_the_stop_stands(live: World) -> None:
    own(live, "BTC", "1")
    await bought(live)
    assert (await stopped(live)).labels == ("💵 Sell everything",)
    await live.ann.press("💵 Sell everything")
    question = await live.ann.expect(ASKED)
    assert "🛑 You are stopped, and stay so: only these sells may pass, as 🟠" in question.text
    assert question.text.startswith("🛑 HALTED 🧪")
    assert sells(live) == [], "that button only asks"

    await live.ann.press(NOW)
    told = await live.ann.expect(THROUGH)
    assert told.text.count("✅") == 2 and STANDS in told.text
    assert sells(live) == BOTH and live.posts == 4
    assert Decimal(1) <= free(live, "BTC") < Decimal("1.0001"), "her own coin is there still"
    assert await way_is_shut(live)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("A stop is in force")
    assert "📝 PAPER" in await resumed(live)
    assert live.posts == 4


async def test_on_paper_too(world: World) -> None:
    await bought(world)
    await stopped(world)
    told = await flattened(world)
    assert "🏁 Flatten 🛑 HALTED → 📝 PAPER → 🛑 HALTED 🧪" in told.text
    assert told.text.count("✅") == 2 and STANDS in told.text
    assert all(units < Decimal("0.0001") for units in (await holds(world)).values())
    assert await way_is_shut(world)
    assert nothing_sent(world)


async def test_a_refusal_in_the_middle_goes_on_and_it_is_stopped_again(live: World) -> None:
    await bought(live)
    await stopped(live)
    own(live, "BTC", "0")
    told = await flattened(live)
    assert THROUGH in told.text
    assert "❌ BTC/USDT: rejected: " in told.text and "✅ ETH/USDT: sold" in told.text
    assert sells(live) == [("ETH", "FILLED")]
    assert await way_is_shut(live)


async def test_an_answer_that_is_lost_is_settled_later_without_selling_twice(live: World) -> None:
    await bought(live)
    await stopped(live)
    await live.exchange.misbehave("closed-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    told = await flattened(live)
    assert told.text.count("unknown, checking") == 1 and told.text.count("✅") == 1
    assert THROUGH in told.text and STANDS in told.text
    await live.exchange.misbehave("ok")
    late = await settled(live, "✅ Sold")
    assert "before the stop" not in late.text, "it was confirmed after it"
    await watched(live)
    assert await way_is_shut(live)
    assert sells(live) == BOTH and live.posts == 4


async def test_a_buy_that_is_not_settled_is_named_and_goes_with_the_next_press(
    live: World,
) -> None:
    await bought(live, "/buy 20 ETH")
    await live.exchange.misbehave("closed-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    await live.ann.say("/testbuy 9 BTC")
    await live.ann.expect("no answer yet")
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete: nothing in flight, 0 cancelled, 1 unknown.")
    pending = "⏳ BTC/USDT: a buy is not settled yet. If it was filled, /flatten again then."
    assert pending in (await asked(live)).text
    await live.ann.press(NOW)
    told = await live.ann.expect(THROUGH)
    assert pending in told.text and "Nothing else is held." not in told.text
    assert sells(live) == [("ETH", "FILLED")]
    await live.exchange.misbehave("ok")
    await settled(live, "✅ Bought")
    assert "Nothing else is held." in (await flattened(live)).text
    assert sells(live) == BOTH
    await live.ann.say("/flatten")
    told = await live.ann.expect("There is nothing to sell: I hold only what is too little")
    assert "stays: 0.0000" in told.text, "also when stopped"


async def test_a_new_stop_in_the_middle_wins(live: World) -> None:
    await bought(live)
    await stopped(live)
    await asked(live)
    live.clock.jump(6)
    hold = await held_before_the_gate(live, lambda: bool(ways(live)))
    pressed = live.ann.mark
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed for all accounts")
    hold.release()
    told = await live.ann.expect("🏁", since=pressed)
    assert "✅" not in told.text and STANDS in told.text
    assert "❗ Still held: " in told.text
    await live.ann.expect("Stop complete: nothing in flight", since=pressed)
    assert sells(live) == [] and live.posts == 2
    assert await way_is_shut(live)


async def test_a_stop_after_the_question_voids_its_button(live: World) -> None:
    await bought(live)
    await asked(live)
    await stopped(live)
    await live.ann.press(NOW)
    await live.ann.expect("A stop or the mode changed after you were asked, so nothing was sold.")
    await asked(live)
    await stopped(live)
    await live.ann.press(NOW)
    await live.ann.expect("A stop or the mode changed after you were asked, so nothing was sold.")
    assert sells(live) == []
    await flattened(live)
    assert sells(live) == BOTH


async def test_a_stop_in_the_middle_of_a_flatten_in_live_holds_the_rest(live: World) -> None:
    await bought(live)
    await asked(live)
    live.clock.jump(6)
    hold = await held_before_the_gate(live, lambda: bool(bot(live).store.orders.open()))
    pressed = live.ann.mark
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed for all accounts")
    hold.release()
    told = await live.ann.expect("🏁", since=pressed)
    assert "🛑 A stop came meanwhile; what it held back was not sold." in told.text
    assert sells(live) == []
    assert THROUGH in (await flattened(live)).text
    assert sells(live) == BOTH


async def test_a_proxy_that_is_lost_in_the_middle_comes_back_stopped(live: World) -> None:
    await bought(live)
    await stopped(live)
    await asked(live)
    hold = live.exchange.hold("after")
    await live.ann.press(NOW)
    await hold.arrived()
    await live.exchange.arrived(times=4)
    await live.proxy.stop()
    told = await live.ann.expect("🏁")
    assert told.text.count("unknown, checking") == 2
    assert "The trading service does not say now what is still held." in told.text
    await live.exchange.misbehave("ok")
    await live.proxy.start()
    assert await way_is_shut(live)
    await settled(live, "✅ Sold")
    await settled(live, "Settled")
    assert sells(live) == BOTH and live.posts == 4
    await live.ann.say("/flatten")
    await live.ann.expect("There is nothing to sell")
    assert live.posts == 4


async def test_a_proxy_that_is_lost_before_a_sell_was_executed_sells_it_at_the_next_press(
    live: World,
) -> None:
    await bought(live, "/testbuy 9 BTC")
    await stopped(live)
    await asked(live)
    await live.exchange.misbehave("timeout-before", count=1)
    await live.ann.press(NOW)
    await live.exchange.arrived(times=2)
    await live.proxy.stop()
    await live.ann.expect("unknown, checking")
    await live.exchange.misbehave("ok")
    await live.proxy.start()
    assert await way_is_shut(live)
    live.clock.run(30)
    await settled(live, "Nothing was sold")
    live.clock.run(1)
    assert sells(live) == []
    assert THROUGH in (await flattened(live)).text
    assert sells(live) == [("BTC", "FILLED")]


async def test_a_bot_that_is_lost_in_the_middle_tells_it_when_it_is_back(live: World) -> None:
    await bought(live)
    await stopped(live)
    await asked(live)
    hold = live.exchange.hold("after")
    await live.ann.press(NOW)
    await live.exchange.arrived(times=4)
    pressed = live.ann.mark
    await live.bot.stop()
    hold.release()
    await live.bot.start()
    told = await live.ann.expect(THROUGH, since=pressed)
    assert told.text.count("✅") == 2 and STANDS in told.text
    assert sells(live) == BOTH and live.posts == 4
    assert await way_is_shut(live)
    assert await heard(live.ann, "🏁") == 1


async def test_with_the_bot_gone_the_way_is_shut_after_a_minute(live: World) -> None:
    await bought(live)
    await stopped(live)
    await asked(live)
    live.clock.jump(6)
    hold = await held_before_the_gate(live, lambda: bool(ways(live)))
    await live.bot.stop()
    assert ways(live)
    live.clock.jump(60)
    await live.exchange.misbehave("ok")
    hold.release()
    await watched(live)
    assert not ways(live)
    assert sells(live) == [] and live.posts == 2


async def test_a_stop_that_has_not_reached_the_proxy_is_not_passed(live: World) -> None:
    await bought(live)
    await asked(live)
    await live.proxy.stop()
    await live.ann.say("/stop")
    await live.ann.expect("The trading service has not got the stop")
    await live.ann.say("/flatten")
    await live.ann.expect("Nothing was sent. The trading service cannot be reached.")
    await live.proxy.start()
    await live.ann.press(NOW)
    await live.ann.expect("A stop or the mode changed after you were asked, so nothing was sold.")
    assert sells(live) == []


async def test_the_price_falls_by_half_and_it_is_sold_all_the_same(live: World) -> None:
    price(live, "64000")
    await bought(live, "/testbuy 9 BTC")
    await stopped(live)
    await asked(live)
    price(live, "32000")
    await live.ann.press(NOW)
    told = await live.ann.expect(THROUGH)
    [_, sold] = orders(live)
    assert sold.wanted.side == "SELL" and sold.quote / sold.executed < 32001
    assert f"✅ BTC/USDT: sold {sold.executed} for ${sold.quote:.2f}" in told.text
