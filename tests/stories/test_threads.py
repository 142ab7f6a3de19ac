"""What is told later is a reply to the message that began it.

May import: nothing of ours.
"""

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio


async def test_every_change_of_mode_is_a_reply_to_what_asked_for_it(world: World) -> None:
    ann = world.ann
    await world.keys()
    await ann.say("/live on")
    warning = await ann.expect("Enable Live Trading?")
    await ann.press("ENABLE LIVE TRADING")
    assert (await ann.expect("Live trading enabled!")).reply_to == warning.message_id

    asked = await ann.say("/live off")
    assert (await ann.expect("Live trading is off.")).reply_to == asked

    asked = await ann.say("/stop")
    assert (await ann.expect("the gate is closed")).reply_to == asked
    assert (await ann.expect("Stop complete")).reply_to == asked

    await ann.say("/resume")
    question = await ann.expect("End the stop")
    await ann.press("Resume")
    assert (await ann.expect("The stop is over.")).reply_to == question.message_id


async def test_an_orders_end_is_a_reply_to_what_asked_for_it(live: World) -> None:
    ann = live.ann
    asked = await ann.say("/testbuy 2")
    assert (await ann.expect("Order ID:")).reply_to == asked
    await ann.say("/buy 10 btc")
    question = await ann.expect("Buy $10.00 of BTC/USDT at about")
    await ann.press("Buy $10.00 of BTC/USDT")
    assert (await ann.expect("Order ID:")).reply_to == question.message_id
