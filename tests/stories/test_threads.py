"""What is told later is a reply to the message that began it.

May import: core, runs, wire.
"""

from decimal import Decimal

import pytest

from piggybot.core.runs import Exits, Guards
from piggybot.runs import Spec
from proxy.wire import Timeframe
from tests.stories.steps import price, silence
from tests.stories.test_runs import due, to_the_hour
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


async def test_many_orders_at_once_in_a_flood_are_one_message_that_names_each(
    world: World,
) -> None:
    """Eight runs buy at the same hour while Telegram says 429; none of their orders goes untold."""
    ann = world.ann
    assert world.bot.bot is not None
    store, runs = world.bot.bot.store, world.bot.bot.trading.runs
    person = store.people.find(ann.id)
    assert person is not None
    daily = {"hour": str(due(world))}
    for number in range(8):
        money = Decimal(5 + number)
        spec = Spec("dca", daily, "BTC/USDT", Timeframe.H1, money, Exits(), Guards(), reply_to=None)
        await runs.start(person, spec, f"story:{number}")
    world.telegram.flood_next(1, 3)
    await ann.say("/help")
    ann.now()
    await to_the_hour(world)
    folded = await ann.expect("notices at once")
    await silence(ann)  # the first of them may be on its way by itself
    told = "\n".join(one.text for one in ann.messages if one.from_bot)
    made = [store.orders.of_run(run.id, 1) for run in store.runs.of_person(ann.id)]
    assert len(made) == 8
    assert all(one is not None and one.executed for one in made)
    for number in range(8):
        assert f"🤖#{number + 1} ✅ 📝🧪 Bought 0." in told or f"🤖 #{number + 1} dca" in told
    assert folded.text.count("\n🤖#") >= 6


async def test_many_alerts_at_once_in_a_flood_are_one_message_too(world: World) -> None:
    ann = world.ann
    price(world, "64000")
    for number in range(7):
        await ann.say(f"/alert BTC/USDT > {70000 + number}")
        await ann.expect("I tell you once")
    world.telegram.flood_next(1, 3)
    await ann.say("/help")
    ann.now()
    price(world, "71000")
    assert world.bot.bot is not None
    await world.bot.bot.alerts.check()
    folded = await ann.expect("notices at once")
    assert "🔔 7 notices at once" in folded.text
    for number in range(7):
        line = f"🔔 🧪 BTC/USDT is at 71,000.00: BTC/USDT > {70000 + number:,}.00"
        assert folded.text.count(line) == 1
