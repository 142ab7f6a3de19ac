"""/stop, /resume and the host's stop file: nothing leaves any more, whatever else is going on.

May import: nothing of ours.
"""

from decimal import Decimal

import pytest

from proxy.wire import Mode
from tests.stories.steps import account, free, nothing_sent, one_order, orders, settled, silence
from tests.world import World

pytestmark = pytest.mark.anyio

PRICE = "/api/v3/ticker/price"


async def resumed(world: World) -> str:
    await world.ann.say("/resume")
    await world.ann.expect("End the stop for all accounts?")
    await world.ann.press("Resume")
    return (await world.ann.expect("The stop is over.")).text


async def test_stop_answers_twice_and_nothing_leaves_any_more(live: World) -> None:
    asked = await live.ann.say("/stop")
    first = await live.ann.expect("the gate is closed for all accounts. No new order leaves.")
    second = await live.ann.expect("Stop complete: nothing in flight, 0 cancelled, 0 unknown.")
    assert first.message_id < second.message_id
    assert first.reply_to == asked
    for typed in ("/testbuy 2", "/buy 5", "/sell all"):
        await live.ann.say(typed)
        told = await live.ann.expect("❌")
        assert "stop" in told.text.lower() or "nothing to sell" in told.text
    assert nothing_sent(live)
    assert (await account(live)).mode is Mode.HALTED


@pytest.mark.parametrize("typed", ["stop", "STOP!!!", "/ stop", " Stop."])
async def test_who_forgets_the_slash_in_a_hurry_is_understood(world: World, typed: str) -> None:
    await world.ann.say("/setkeys binanceus")
    await world.ann.expect("Send the API key")
    await world.ann.say(typed)
    await world.ann.expect("the gate is closed for all accounts. No new order leaves.")
    assert (await account(world)).mode is Mode.HALTED


async def test_resume_never_goes_straight_into_live(live: World) -> None:
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    told = await resumed(live)
    assert "📝 PAPER" in told
    assert "Live trading is off: /live on turns it on." in told
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Paper order filled")
    assert nothing_sent(live)
    await live.ann.say("/resume")
    await live.ann.expect("No stop is in force.")


async def test_resume_over_a_real_position_is_reducing(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    assert "🟠 REDUCING" in await resumed(live)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Nothing was bought")
    await live.ann.say("/sell all")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]


async def test_stop_during_a_slow_order_waits_for_it_and_tells_it(live: World) -> None:
    hold = live.exchange.hold("after")
    await live.ann.say("/testbuy 2")
    await hold.arrived()
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed")
    stopped = live.ann.mark
    assert not any("Stop complete" in one.text for one in live.ann.messages)
    hold.release()
    told = await live.ann.expect("Live order submitted", since=stopped)
    assert "It had been sent before the stop." in told.text
    await live.ann.expect("Stop complete: nothing in flight, 0 cancelled, 0 unknown.")
    one_order(live)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("A stop is in force")
    one_order(live)


async def test_what_is_settled_after_a_stop_is_told_as_sent_before_it(live: World) -> None:
    await live.exchange.misbehave("timeout-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("no answer yet")
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete: nothing in flight, 0 cancelled, 1 unknown.")
    await resumed(live)
    await live.exchange.misbehave("ok")
    told = await settled(live, "✅ Bought")
    assert "It had been sent before the stop." in told.text
    one_order(live)


async def test_what_is_sent_after_a_resume_is_not_said_to_be_older(live: World) -> None:
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    await resumed(live)
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("Paper order filled")
    assert "before the stop" not in told.text


async def test_stop_overtakes_an_order_that_is_not_on_the_wire_yet(live: World) -> None:
    live.clock.jump(6)
    hold = live.exchange.hold("before", "GET", PRICE)
    await live.ann.say("/testbuy 2")
    await hold.arrived()
    asked = live.ann.mark
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed")
    hold.release()
    await live.ann.expect("Nothing was bought", since=asked)
    await live.ann.expect("Stop complete: nothing in flight")
    assert nothing_sent(live)


async def test_stop_cancels_what_is_open(live: World) -> None:
    live.exchange.books.fill_next("none")
    await live.ann.say("/testbuy 10")
    await live.ann.expect("0 BTC bought so far.")
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete: nothing in flight, 1 cancelled, 0 unknown.")
    assert one_order(live).status == "CANCELED"
    assert free(live, "USDT") == Decimal(10000)
    await live.ann.expect("The order was cancelled before anything was bought", since=0)


async def test_a_stop_voids_a_priced_button(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    await live.ann.press("Buy $20.00")
    await live.ann.expect("The mode or a stop changed after you were asked")
    await resumed(live)
    await live.ann.press_again("Buy $20.00")
    await silence(live.ann)
    assert nothing_sent(live)


async def test_a_stop_sent_while_the_bot_is_down_is_obeyed_before_older_orders(
    live: World,
) -> None:
    await live.bot.stop()
    await live.ann.say("/testbuy 2", age=90)
    await live.ann.say("/stop", age=3600)
    await live.bot.start()
    await live.ann.expect("Stop complete", since=0)
    await live.ann.expect("That is too old to move money", since=0)
    assert (await account(live)).mode is Mode.HALTED
    assert nothing_sent(live)


async def test_a_stop_holds_over_restarts_of_both_houses(live: World) -> None:
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    await live.bot.stop()
    await live.proxy.stop()
    await live.proxy.start()
    await live.bot.start()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("A stop is in force: nothing is sent.")
    await live.ann.say("/live on")
    await live.ann.expect("No stop in force: /resume ends it")
    assert nothing_sent(live)


async def test_a_stop_with_the_proxy_away_says_what_is_not_stopped_and_keeps_trying(
    live: World,
) -> None:
    await live.proxy.stop()
    await live.ann.say("/stop")
    told = await live.ann.expect("The trading service has not got the stop")
    assert "This bot is stopped: it sends nothing more for all accounts." in told.text
    assert "piggybot stop" in told.text
    await live.ann.say("/testbuy 2")
    await live.ann.expect("❌")
    live.ann.now()
    await live.proxy.start()
    await live.ann.expect("the gate is closed for all accounts")
    await live.ann.expect("Stop complete")
    assert (await account(live)).mode is Mode.HALTED
    assert nothing_sent(live)


async def test_the_stop_file_of_the_host_halts_and_the_owner_lifts_it(live: World) -> None:
    (live.folder / "STOP").write_text("stopped on the host\n")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("stop")
    assert nothing_sent(live)
    assert live.proxy.app is not None
    await live.proxy.app.state.house.desk.watch_once()  # it looks every second by itself
    await live.ann.say("/status")
    told = await live.ann.expect("userId:")
    assert "🛑 HALTED" in told.text
    assert "Stopped on the host." in told.text
    await live.ann.say("/live on")
    await live.ann.expect("No stop in force: /resume ends it")

    assert "📝 PAPER" in await resumed(live)
    assert not (live.folder / "STOP").exists()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Paper order filled")
    assert nothing_sent(live)


async def test_the_stop_file_holds_a_proxy_that_starts_on_it(live: World) -> None:
    await live.proxy.stop()
    (live.folder / "STOP").write_text("stopped on the host\n")
    await live.proxy.start()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("stop")
    assert (await account(live)).mode is Mode.HALTED
    assert nothing_sent(live)


async def test_stop_overtakes_a_queue_of_orders(live: World) -> None:
    hold = live.exchange.hold("before")
    for _ in range(3):
        await live.ann.say("/testbuy 2")
    await hold.arrived()
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed")
    hold.release()
    await live.ann.expect("Stop complete")
    await silence(live.ann)
    one_order(live)
