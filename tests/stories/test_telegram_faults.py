"""Telegram is down, slow or says 429: nothing is lost, nothing is done twice, nothing restarts.

May import: nothing of ours.
"""

import pytest

from tests.stories.conftest import MakeWorld
from tests.stories.steps import heard, one_order, orders, silence
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_telegram_down_at_the_start_needs_no_restart(make_world: MakeWorld) -> None:
    world = await make_world()
    await world.bot.stop()
    world.telegram.down()
    await world.bot.start()
    await world.ann.say(f"/start {world.bot.code}")
    world.telegram.up()
    await world.ann.expect("Hello Ann")


async def test_telegram_down_for_a_while_loses_no_answer(live: World) -> None:
    hold = live.exchange.hold("after")
    await live.ann.say("/testbuy 2")
    asked = live.ann.mark
    await hold.arrived()
    live.telegram.down()
    hold.release()
    await live.exchange.done()
    await live.ann.say("/trades")
    live.telegram.up()
    await live.ann.expect("Live order submitted", since=asked)
    await live.ann.expect("Trade log")
    assert await heard(live.ann, "Order ID:") == 1
    one_order(live)


async def test_a_flood_is_waited_for_and_the_answer_comes_once(live: World) -> None:
    live.telegram.flood_next(1, 1)
    await live.ann.say("/testbuy 2")
    live.clock.run(10)
    await live.ann.expect("Live order submitted")
    live.clock.run(1)
    assert await heard(live.ann, "Order ID:") == 1
    one_order(live)


async def test_the_patience_that_telegram_asked_for_survives_a_restart(live: World) -> None:
    live.telegram.flood_next(1, 30)
    await live.ann.say("/testbuy 2")
    asked = live.ann.mark
    await live.exchange.done()
    await silence_of_the_flood(live)
    await live.bot.stop()
    sent = len(live.telegram.calls("sendMessage"))
    await live.bot.start()
    live.ann.now()
    assert len(live.telegram.calls("sendMessage")) == sent
    live.clock.jump(31)
    await live.ann.expect("Live order submitted", since=asked)
    one_order(live)


async def silence_of_the_flood(world: World) -> None:
    """Return when Telegram has said 429."""
    while not any(one.status == 429 for one in world.telegram.journal):
        await world.telegram.updates.bell.wait(0.02)


async def test_an_answer_of_telegram_that_was_lost_is_said_again_not_bought_again(
    live: World,
) -> None:
    live.telegram.lose_next_answer("sendMessage")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    await silence(live.ann)
    assert 1 <= await heard(live.ann, "Order ID:") <= 2, "at least once"
    one_order(live)


async def test_updates_that_telegram_delivers_again_are_done_once(live: World) -> None:
    live.telegram.lose_next_answer("getUpdates")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    live.telegram.deliver_again()
    await silence(live.ann)
    one_order(live)
    assert await heard(live.ann, "Order ID:") == 1


async def test_words_that_telegram_cannot_format_are_said_plainly(world: World) -> None:
    world.telegram.fail_next("sendMessage", 400, "Bad Request: can't parse entities: broken")
    await world.ann.say("/help")
    await world.ann.expect("/testbuy 2")


async def test_two_orders_while_telegram_is_slow_are_two(live: World) -> None:
    live.telegram.slow("sendMessage", 0.1)
    await live.ann.say("/testbuy 2")
    await live.ann.say("/testbuy 2")
    await silence(live.ann)
    assert await heard(live.ann, "Order ID:") == 2
    assert len(orders(live)) == live.posts == 2
