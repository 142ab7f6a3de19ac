"""The proxy's health: three silences end buys and live, its return is told, only a person goes on.

May import: nothing of ours.
"""

import pytest

from proxy.wire import Mode
from tests.stories.steps import account, nothing_sent, silence
from tests.world import World

pytestmark = pytest.mark.anyio

LOST = "The trading service has not answered three times in a row"


async def check(world: World, times: int = 1) -> None:
    assert world.bot.bot is not None
    for _ in range(times):
        await world.bot.bot.ticks.health()


async def test_three_failures_end_live_and_only_a_person_turns_it_on_again(live: World) -> None:
    live.ann.now()
    await live.proxy.stop()
    await check(live, 2)
    await silence(live.ann)
    assert not any(LOST in one.text for one in live.ann.messages)
    await check(live)
    told = await live.ann.expect(LOST)
    assert "🔴 LIVE" in told.text
    assert "Live trading ends" in told.text
    await check(live, 3)
    await silence(live.ann)
    assert sum(LOST in one.text for one in live.ann.messages) == 1, "told once"

    await live.proxy.start()
    live.ann.now()
    await check(live)
    told = await live.ann.expect("The trading service answers again. Buys are possible.")
    assert "Live trading was ended. Only you turn it on again: /live on" in told.text
    assert (await account(live)).mode is Mode.PAPER
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Paper order filled")
    assert nothing_sent(live)
    await live.live()
    assert (await account(live)).mode is Mode.LIVE


async def test_two_failures_change_nothing(live: World) -> None:
    await live.proxy.stop()
    await check(live, 2)
    await live.proxy.start()
    await check(live)
    await live.proxy.stop()
    await check(live, 2)
    await live.proxy.start()
    await check(live)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    assert live.posts == 1


async def test_the_loss_survives_a_restart_of_the_bot(live: World) -> None:
    await live.proxy.stop()
    await check(live, 3)
    await live.ann.expect(LOST)
    await live.bot.stop()
    await live.bot.start()
    live.ann.now()
    await live.proxy.start()
    await check(live)
    await live.ann.expect("Live trading was ended.")
    assert (await account(live)).mode is Mode.PAPER
    assert nothing_sent(live)


async def test_over_a_real_position_lost_health_leads_to_reducing(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.proxy.stop()
    await check(live, 3)
    await live.ann.expect(LOST)
    await live.proxy.start()
    await check(live)
    await live.ann.expect("The trading service answers again.")
    assert (await account(live)).mode is Mode.REDUCING
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Nothing was bought")
    await live.ann.say("/sell all")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")
    assert [one.wanted.side for one in live.exchange.books.orders] == ["BUY", "SELL"]


async def test_a_proxy_that_hears_nothing_of_the_bot_gives_live_up_by_itself(
    live: World,
) -> None:
    await live.bot.stop()
    live.clock.jump(61)
    assert live.proxy.app is not None
    await live.proxy.app.state.house.desk.watch_once()  # it looks every second by itself
    await live.bot.start()
    await live.ann.expect("No word from the bot for 60 s.")
    assert (await account(live)).mode is Mode.PAPER
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Paper order filled")
    assert nothing_sent(live)


async def test_an_operator_who_takes_live_away_ends_it_at_the_next_start(live: World) -> None:
    await live.proxy.stop()
    live.proxy.settings["allow_live"] = False
    await live.proxy.start()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("📝 PAPER")
    assert (await account(live)).mode is Mode.PAPER
    assert nothing_sent(live)
