"""/price, /alert and /alerts: what the market says, and being told once when it gets somewhere.

May import: sandbox.
"""

import pytest

from piggybot.sandbox import rules
from piggybot.sandbox.telegram_people import Person
from tests.stories.bad_input import answer_to, quiet
from tests.stories.steps import heard, nothing_sent, price
from tests.world import World

pytestmark = pytest.mark.anyio


async def ring(world: World) -> None:
    """The clock's job, which also runs by itself every 15 s."""
    assert world.bot.bot is not None
    await world.bot.bot.alerts.check()


async def alert(person: Person, text: str, answer: str) -> None:
    await person.say(text)
    await person.expect(answer)


async def test_prices_are_shown_for_all_symbols_or_for_one_with_its_day(world: World) -> None:
    price(world, "64000")
    told = await answer_to(world, world.ann, "/price")
    assert told.startswith("💵 binanceus 🧪\nBTC/USDT")
    assert "64,000.00" in told
    assert "ETH/USDT" in told
    told = await answer_to(world, world.ann, "/price btc")
    assert "BTC/USDT 64,000.00\n24 hours: " in told
    assert "%, high " in told
    assert nothing_sent(world)


async def test_a_market_that_is_gone_does_not_hide_the_price_of_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answer_to(world, world.ann, "/price")
    monkeypatch.delitem(rules.SYMBOLS, "ETHUSDT")
    world.clock.jump(2 * 3600)  # the list of markets is asked for anew
    price(world, "64000")
    told = await answer_to(world, world.ann, "/price")
    assert told == "💵 binanceus 🧪\nBTC/USDT  64,000.00\nNo price now: ETH/USDT"
    monkeypatch.delitem(rules.SYMBOLS, "BTCUSDT")
    world.clock.jump(2 * 3600)
    told = await answer_to(world, world.ann, "/price")
    assert told.startswith("❌ "), "with no price at all it says why"


async def test_an_alert_is_told_once_as_a_reply_and_survives_a_restart(world: World) -> None:
    price(world, "64000")
    asked = await world.ann.say("/alert BTC/USDT > 70000")
    await world.ann.expect("I tell you once when BTC/USDT is at 70,000.00 or above.")
    await ring(world)
    price(world, "69999.99")
    await ring(world)
    assert await heard(world.ann, "BTC/USDT is at 69,999.99") == 0

    await world.bot.stop()
    await world.bot.start()
    price(world, "70000")
    await ring(world)
    told = await world.ann.expect("🔔 🧪 BTC/USDT is at 70,000.00", since=0)
    assert told.reply_to == asked
    assert "to be told at BTC/USDT > 70,000.00" in told.text
    await ring(world)
    price(world, "71000")
    await ring(world)
    assert await heard(world.ann, "This alert is over") == 1
    assert "No alert is waiting." in await answer_to(world, world.ann, "/alerts")


async def test_it_rings_below_too_and_the_side_may_be_left_out(world: World) -> None:
    price(world, "64000")
    await alert(world.ann, "/alert btc below $60,000".replace(",", ""), "60,000.00 or below")
    await alert(world.ann, "/alert BTCUSDT<61000", "61,000.00 or below")
    await alert(world.ann, "/alert btc 62000", "62,000.00 or below")
    await alert(world.ann, "/alert btc 66000", "66,000.00 or above")
    price(world, "60500")
    await ring(world)
    assert await heard(world.ann, "BTC/USDT < 61,000.00. This alert is over") == 1
    assert await heard(world.ann, "BTC/USDT < 62,000.00. This alert is over") == 1
    assert await heard(world.ann, "This alert is over") == 2


async def test_alerts_are_listed_and_removed_one_by_one_in_one_message(world: World) -> None:
    price(world, "64000")
    for level in ("70000", "80000", "90000"):
        await alert(world.ann, f"/alert BTC > {level}", "I tell you once")
    await alert(world.ann, "/alert BTC > 70000", "I tell you once")
    await world.ann.say("/alerts")
    listed = await world.ann.expect("Your alerts")
    assert listed.labels == tuple(f"Remove BTC/USDT > {each}0,000.00" for each in (7, 8, 9))

    await world.ann.press("Remove BTC/USDT > 80,000.00")
    await quiet(world, world.ann)
    [after] = [one for one in world.ann.messages if one.message_id == listed.message_id]
    assert "80,000" not in after.text
    assert after.labels == tuple(f"Remove BTC/USDT > {each}0,000.00" for each in (7, 9))
    await world.ann.press("Remove BTC/USDT > 70,000.00")
    await quiet(world, world.ann)
    price(world, "85000")
    await ring(world)
    assert await heard(world.ann, "This alert is over") == 0, "both were removed"


async def test_a_venue_without_a_price_loses_no_alert(world: World) -> None:
    price(world, "64000")
    await alert(world.ann, "/alert BTC > 70000", "I tell you once")
    await world.exchange.misbehave("503-before", method="*", path="*")
    price(world, "70001")
    await ring(world)
    assert await heard(world.ann, "This alert is over") == 0
    await world.exchange.misbehave("ok")
    world.clock.jump(60)
    await ring(world)
    await world.ann.expect("BTC/USDT is at 70,001.00", since=0)
