"""/live: the list of what is missing, the token, the one button, and the way back.

May import: nothing of ours.
"""

import pytest

from piggybot.sandbox.telegram_shown import NoButton
from proxy.wire import Mode
from tests.stories.conftest import MakeWorld
from tests.stories.running import CROSS, begun, minutes_until
from tests.stories.steps import account, nothing_sent, one_order, silence
from tests.world import World

pytestmark = pytest.mark.anyio

TOKEN = "correct horse battery staple"


async def paired(make_world: MakeWorld, **proxy: object) -> World:
    world = await make_world(**proxy)
    await world.pair()
    return world


async def missing(world: World) -> str:
    await world.ann.say("/live on")
    told = await world.ann.expect("Live trading is not on. Still missing:")
    assert told.labels == ()
    assert (await account(world)).mode is not Mode.LIVE
    return told.text


async def test_everything_that_is_missing_is_listed_with_how_to_get_it(
    make_world: MakeWorld,
) -> None:
    world = await paired(make_world, allow_live=False)
    told = await missing(world)
    assert "Set the ALLOW_LIVE=1 environment variable (or put it into .env)" in told
    assert "A key for binanceus: /setkeys, then /validate" in told

    await world.keys()
    told = await missing(world)
    assert "ALLOW_LIVE=1" in told
    assert "/setkeys" not in told


async def test_a_key_that_is_not_validated_is_missing(world: World) -> None:
    await world.ann.say(f"/setkeys binanceus {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    assert "Validate & Sync credentials of binanceus: /validate" in await missing(world)


async def test_a_proxy_that_does_not_answer_is_missing(world: World) -> None:
    await world.keys()
    await world.proxy.stop()
    await world.ann.say("/live on")
    assert "A healthy trading service" in (await world.ann.expect("Still missing:")).text


async def test_a_stop_is_missing(world: World) -> None:
    await world.keys()
    await world.ann.say("/stop")
    await world.ann.expect("Stop complete")
    assert "No stop in force: /resume ends it" in await missing(world)


async def test_the_warning_names_every_limit_and_the_button_works_once(world: World) -> None:
    await world.keys()
    await world.ann.say("/live on")
    told = await world.ann.expect("Enable Live Trading?")
    for line in (
        "This will execute REAL trades with REAL money!",
        "Max trade: $50.00",
        "Max share of the account a trade: 1%",
        "Daily trades: 20",
        "Max daily loss: 5%",
        "Allowed symbols: BTC/USDT, ETH/USDT",
    ):
        assert line in told.text
    assert (await account(world)).mode is Mode.PAPER
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("Live trading enabled!")
    await world.ann.say("/live off")
    await world.ann.expect("Live trading is off.")

    await world.ann.press_again()
    await silence(world.ann)
    assert (await account(world)).mode is Mode.PAPER
    assert any("used already" in alert for alert in world.ann.alerts)
    with pytest.raises(NoButton):
        await world.ann.press("ENABLE LIVE TRADING")


async def test_the_button_ends_after_60_seconds(world: World) -> None:
    await world.keys()
    await world.ann.say("/live on")
    await world.ann.expect("Enable Live Trading?")
    world.clock.jump(61)
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("This button is too old.")
    assert (await account(world)).mode is Mode.PAPER


async def test_a_button_from_before_a_stop_is_void(world: World) -> None:
    await world.keys()
    await world.ann.say("/live on")
    await world.ann.expect("Enable Live Trading?")
    await world.ann.say("/stop")
    await world.ann.expect("Stop complete")
    await world.ann.say("/resume")
    await world.ann.expect("End the stop")
    await world.ann.press("Resume")
    await world.ann.expect("The stop is over.")
    await world.ann.press_again("ENABLE LIVE TRADING")
    await world.ann.expect("Something changed after you were asked.")
    assert (await account(world)).mode is Mode.PAPER


async def test_a_run_that_the_warning_did_not_name_does_not_go_live(world: World) -> None:
    await world.keys()
    await world.ann.say("/live on")
    await world.ann.expect("Enable Live Trading?")
    await begun(world, CROSS.format(usd=10))
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("A run was put to work after you were asked")
    assert (await account(world)).mode is Mode.PAPER
    await world.ann.say("/live on")
    await world.ann.expect("#1 sma_crossover")
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("Live trading enabled!")


async def test_the_token_is_asked_deleted_and_checked_by_the_proxy(make_world: MakeWorld) -> None:
    world = await paired(make_world, live_confirm_token=TOKEN)
    await world.keys()
    await world.ann.say("/live on")
    await world.ann.expect("The trading service asks for its LIVE_CONFIRM_TOKEN.")
    typed = await world.ann.say("not the token at all")
    assert "I deleted your message" in (await world.ann.expect("Enable Live Trading?")).text
    assert next(one for one in world.ann.messages if one.message_id == typed).deleted
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("The confirmation token is not right.")
    assert (await account(world)).mode is Mode.PAPER

    await world.ann.say("/live on")
    await world.ann.expect("LIVE_CONFIRM_TOKEN")
    await world.ann.say(TOKEN)
    await world.ann.expect("Enable Live Trading?")
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("Live trading enabled!")
    assert (await account(world)).mode is Mode.LIVE
    assert all(TOKEN not in one.text for one in world.ann.messages if one.from_bot)


async def test_the_token_in_one_line(make_world: MakeWorld) -> None:
    world = await paired(make_world, live_confirm_token=TOKEN)
    await world.keys()
    typed = await world.ann.say(f"/live on {TOKEN}")
    await world.ann.expect("Enable Live Trading?")
    assert next(one for one in world.ann.messages if one.message_id == typed).deleted
    await world.ann.press("ENABLE LIVE TRADING")
    await world.ann.expect("Live trading enabled!")


async def test_a_test_button_from_paper_buys_nothing_once_live_is_on(world: World) -> None:
    await world.keys()
    await world.ann.say("/start")
    assert "📝 Test buy, $2" in (await world.ann.expect("Hello Ann")).labels
    await world.live()
    await world.ann.press("📝 Test buy")
    await world.ann.expect("The mode or a stop changed after you were asked")
    assert nothing_sent(world)
    await world.ann.press("Test Live BUY")
    await world.ann.expect("Live order submitted")
    one_order(world)


async def test_live_off_asks_nothing_and_paper_stays_paper(live: World) -> None:
    await live.ann.say("/live off")
    told = await live.ann.expect("✅ Live trading is off.")
    assert told.labels == ()
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Paper order filled")
    assert nothing_sent(live)


async def test_live_off_over_a_real_position_is_reducing_until_it_is_sold(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    one_order(live)
    await live.ann.say("/live off")
    told = await live.ann.expect("Live trading is off.")
    assert "🟠 REDUCING" in told.text
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live is being wound down")
    await live.ann.say("/sell all BTC/USDT")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")
    await live.ann.say("/status")
    await live.ann.expect("Mode: 📝 PAPER 🧪")
    assert [one.wanted.side for one in live.exchange.books.orders] == ["BUY", "SELL"]


async def test_who_comes_back_to_live_is_told_that_a_run_holds_real_coins(live: World) -> None:
    await begun(live, CROSS.format(usd=10))
    await minutes_until(live, "✅ Bought")
    await live.ann.say("/live off")
    await live.ann.expect("so sells stay real until that is sold")
    await live.ann.say("/live on")
    told = await live.ann.expect("Enable Live Trading?")
    assert "Each goes on with what it has bought with real money; what it holds on paper" in (
        told.read
    )
