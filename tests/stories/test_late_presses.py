"""A press that is handled long after it was made moves no money and loosens nothing."""

import json
import re
from datetime import timedelta

import pytest

from piggybot.store import Incoming, Store
from proxy.wire import Mode
from tests.world import World

pytestmark = pytest.mark.anyio


def newest_nonce(world: World) -> str:
    """What the newest button carries, as Telegram has it."""
    for call in reversed(world.telegram.calls("sendMessage")):
        found = re.search(r'"callback_data": ?"([^"]+)"', json.dumps(call.params).replace("\\", ""))
        if found:
            return found[1]
    raise AssertionError("no button was sent")


async def pressed_before_the_house_fell_silent(world: World, hours: int = 3) -> None:
    """The press is in the inbox, and then nothing runs for hours."""
    nonce = newest_nonce(world)
    store: Store = world.bot.bot.store  # type: ignore[union-attr]
    now = world.clock()
    await world.bot.stop()
    press = Incoming(
        id=0,
        key=f"b1001:{nonce}",
        chat_id=1001,
        person_id=1001,
        kind="press",
        body={"nonce": nonce, "message_id": 1},
        sent_at=now,
        arrived=now,
    )
    store.inbox.add([press])
    world.clock.jump(timedelta(hours=hours).total_seconds())
    world.exchange.market.hold()
    await world.bot.start()


async def test_a_priced_buy_is_not_sent_hours_after_its_press(live: World) -> None:
    await live.ann.say("/buy 5")
    await live.ann.expect("Real money")
    await pressed_before_the_house_fell_silent(live)

    await live.ann.expect("did nothing with it")
    assert live.posts == 0


async def test_live_is_not_turned_on_hours_after_its_press(world: World) -> None:
    await world.keys()
    await world.ann.say("/live on")
    await world.ann.expect("Enable Live Trading?")
    await pressed_before_the_house_fell_silent(world)

    await world.ann.expect("did nothing with it")
    person = world.bot.bot.store.people.find(1001)  # type: ignore[union-attr]
    assert person is not None
    assert person.mode is Mode.PAPER


async def test_a_stop_is_not_lifted_hours_after_the_press(live: World) -> None:
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    await live.ann.say("/resume")
    await live.ann.expect("End the stop")
    await pressed_before_the_house_fell_silent(live)

    await live.ann.expect("did nothing with it")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("A stop is in force")
    assert live.posts == 0
