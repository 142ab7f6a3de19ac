"""The gate: strangers, odd messages, and commands that come too late or twice.

May import: nothing of ours.
"""

import pytest

from proxy.wire import Mode
from tests.stories.steps import account, nothing_sent, one_order, silence
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_stranger_is_told_one_sentence_and_can_do_nothing(live: World) -> None:
    eve = live.telegram.person(6666, "Eve")
    await eve.say("/start")
    await eve.expect("This is a private bot.")
    for typed in ("/testbuy 2", "/stop", "/live off", "/status", "/start", "hello", "/balance"):
        await eve.say(typed)
    await silence(live.ann)
    assert [one.text for one in eve.messages if one.from_bot] == [eve.last.text]
    assert nothing_sent(live)
    assert (await account(live)).mode is Mode.LIVE


async def test_a_strangers_press_does_nothing_and_leaves_the_button_to_its_owner(
    live: World,
) -> None:
    eve = live.telegram.person(6666, "Eve")
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await eve.press("Buy $20.00", chat=live.ann.id)
    await silence(live.ann)
    assert nothing_sent(live)
    assert any("not yours" in one.text for one in live.telegram.answers)
    await live.ann.press("Buy $20.00")
    await live.ann.expect("Live order submitted")
    one_order(live)


async def test_a_members_press_of_the_owners_button_does_nothing(live: World) -> None:
    await live.bot.stop()
    live.bot.settings["member_ids"] = (1002,)
    await live.bot.start()
    ben = live.telegram.person(1002, "Ben")
    await ben.say("/start")
    await ben.expect("Hello Ben")
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await ben.press("Buy $20.00", chat=live.ann.id)
    await silence(ben)
    await silence(live.ann)
    assert nothing_sent(live)


async def test_an_edited_message_is_not_a_command(live: World) -> None:
    typed = await live.ann.say("/help")
    await live.ann.expect("🐷")
    await live.ann.edit(typed, "/testbuy 2")
    await silence(live.ann)
    assert nothing_sent(live)


async def test_odd_messages_are_not_commands(live: World) -> None:
    live.telegram.group(-100200, "Friends")
    await live.ann.say("/testbuy 2", forwarded=True)
    await live.ann.say("/testbuy 2", via_bot=True)
    await live.ann.say("/testbuy 2", sender_chat=True)
    await live.ann.say("/testbuy 2", chat=-100200)
    await live.ann.say("/testbuy 2", chat=-100200, sender_chat=True)
    await live.telegram.channel_post(-100300, "News", "/testbuy 2")
    await silence(live.ann)
    assert nothing_sent(live)
    assert not any("Order ID" in one.text for one in live.ann.messages)


@pytest.mark.parametrize("typed", ["/testbuy 2", "/buy 20", "/sell all"])
async def test_a_late_command_that_moves_money_is_refused(live: World, typed: str) -> None:
    await live.ann.say(typed, age=90)
    told = await live.ann.expect("That is too old to move money, so nothing was done.")
    assert "Your message reached me 1 min 3" in told.read
    assert nothing_sent(live)


async def test_a_late_stop_is_obeyed(live: World) -> None:
    await live.ann.say("/stop", age=90)
    await live.ann.expect("Stop complete")
    assert (await account(live)).mode is Mode.HALTED


async def test_an_order_that_waited_for_the_bot_too_long_is_refused(live: World) -> None:
    await live.bot.stop()
    await live.ann.say("/testbuy 2")
    live.clock.jump(61)
    await live.bot.start()
    await live.ann.expect("too old to move money")
    await silence(live.ann)
    assert nothing_sent(live)


async def test_a_double_press_is_one_order(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await live.ann.press("Buy $20.00")
    await live.ann.press_again()
    await live.ann.press_again()
    await live.ann.expect("Live order submitted", since=0)
    await silence(live.ann)
    one_order(live)
    assert any("used already" in one for one in live.ann.alerts)


async def test_a_press_that_telegram_delivers_twice_is_one_order(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    live.telegram.duplicate_next_update(1)
    await live.ann.press("Buy $20.00")
    await live.ann.expect("Live order submitted")
    await silence(live.ann)
    one_order(live)


async def test_a_stale_press_is_refused(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    await live.bot.stop()
    await live.ann.press("Buy $20.00")
    live.clock.jump(61)
    await live.bot.start()
    await live.ann.expect("This button is too old.")
    await silence(live.ann)
    assert nothing_sent(live)
