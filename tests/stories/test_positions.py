"""/positions: cards that stay true by themselves, and sell what they show, once, at its price.

May import: core, desk, sandbox, wire.
"""

from decimal import Decimal

import pytest

from piggybot.core.positions import Book
from piggybot.sandbox.telegram_shown import NoButton, Shown
from tests.stories.bad_input import quiet
from tests.stories.steps import account, free, heard, one_order, price
from tests.stories.test_chart import begin, by_run
from tests.world import World

pytestmark = pytest.mark.anyio


async def refresh(world: World, seconds: float = 0) -> None:
    """So much later the clock's job, which also runs by itself every 5 s."""
    assert world.bot.bot is not None
    world.clock.jump(seconds)
    await world.bot.bot.cards.refresh()
    await settled(world)


async def settled(world: World) -> None:
    """Everything that waits to be sent has been sent."""
    await heard(world.ann, "")


def card(world: World) -> Shown:
    """The newest card, as it is now."""
    return [one for one in world.ann.messages if "average cost" in one.text][-1]


async def bought(world: World, text: str = "/testbuy 8") -> Shown:
    """Buy, and look."""
    price(world, "64000")
    await world.ann.say(text)
    await world.ann.expect("Order ID")
    await world.ann.say("/positions")
    return await world.ann.expect("average cost")


async def held(world: World) -> Decimal:
    return sum((one.units for one in (await account(world)).holdings), Decimal(0))


async def test_a_card_shows_what_is_held_and_what_it_has_come_to(world: World) -> None:
    shown = await bought(world)
    lines = shown.text.splitlines()
    assert lines[0] == "📝 PAPER 🧪 BTC/USDT, by hand"
    assert lines[1].startswith("0.00011988 BTC")
    assert "BTC, average cost 64,096" in lines[1], "with slippage and fee"
    assert lines[2].startswith("Worth $7.67")
    assert " at 64,000.00: -$0.01" in lines[2]
    assert lines[3] == "Realised so far $0.00"
    assert lines[4] == "Sell a part at this price:"
    assert shown.labels == ("📝 25% $1.28", "📝 50% $3.20", "📝 100% $7.04")


async def test_it_follows_the_price_in_place_and_stays_calm(world: World) -> None:
    shown = await bought(world)
    price(world, "65000")
    await refresh(world)
    assert card(world).edits == 0, "not sooner than 15 s"
    await refresh(world, 10)
    assert "at 65,000.00: +$0.1" in card(world).text
    assert card(world).labels[0] == "📝 25% $1.30"
    for _ in range(4):
        await refresh(world, 5)
    assert card(world).edits == 1, "nothing new was told again"
    await refresh(world, 25)
    assert card(world).edits == 2, "its buttons were about to expire"
    assert card(world).message_id == shown.message_id
    await world.ann.press("📝 100%")
    await world.ann.expect("✅ Sold")


async def test_a_share_is_sold_once_and_the_card_follows(world: World) -> None:
    await bought(world)
    before = await held(world)
    await world.ann.press("📝 50%")
    await world.ann.expect("✅ Sold")
    half = await held(world)
    assert before / 2 <= half < before / 2 + Decimal("0.00001"), "whole steps, never more"
    await world.ann.press_again()
    assert await heard(world.ann, "✅ Sold") == 1
    assert await held(world) == half
    await refresh(world, 16)
    assert "Realised so far -$0.00" in card(world).text
    assert card(world).labels[-1].startswith("📝 100% $3.84")

    await world.ann.press("📝 100%")
    await world.ann.expect("✅ Sold")
    await refresh(world, 16)
    closed = [one for one in world.ann.messages if "⚪ Closed." in one.text]
    assert [one.labels for one in closed] == [()]
    assert "0 of 1 won" in closed[0].text
    await world.ann.say("/positions")
    await world.ann.expect("Nothing is open.")


async def test_in_live_it_sells_exactly_that_at_the_exchange(live: World) -> None:
    shown = await bought(live)
    assert shown.labels[0] == "🔴 25% $1.28"
    assert "Sell a part, real money, at this price or not at all:" in shown.text
    order = one_order(live)
    before = free(live, "BTC")
    await live.ann.press("🔴 25%")
    await live.ann.expect("Live order submitted")
    [_, sold] = live.exchange.books.orders
    units = (order.executed - sum(one.commission for one in order.trades)) / 4
    assert units - Decimal("0.00001") < sold.executed <= units
    assert free(live, "BTC") == before - sold.executed


async def test_a_price_that_moved_over_one_percent_sells_nothing(live: World) -> None:
    await bought(live)
    price(live, "63000")
    await live.ann.press("🔴 100%")
    told = await live.ann.expect("over 1% from the $64,000.00 that was confirmed")
    assert "Nothing was sold" in told.text
    assert live.posts == 1, "only the buy was ever sent"
    await refresh(live, 16)
    assert card(live).labels[-1] == "🔴 100% $6.93", "the card offers the new price"


async def test_a_button_that_is_older_than_a_minute_sells_nothing(world: World) -> None:
    await bought(world)
    before = await held(world)
    world.clock.jump(61)
    await world.ann.press("📝 100%")
    await world.ann.expect("This button is too old. Nothing was done")
    assert await held(world) == before


async def test_after_15_minutes_it_rests_and_a_press_wakes_it(world: World) -> None:
    shown = await bought(world)
    await refresh(world, 15 * 60)
    assert card(world).labels == ("🔄 Refresh",)
    edits = card(world).edits
    price(world, "66000")
    await refresh(world, 60)
    assert card(world).edits == edits, "it rests"
    await world.ann.press("🔄 Refresh")
    await quiet(world, world.ann)
    assert "at 66,000.00" in card(world).text
    assert card(world).message_id == shown.message_id
    price(world, "67000")
    await refresh(world, 16)
    assert "at 67,000.00" in card(world).text


async def test_a_restart_and_a_lost_price_do_not_stop_it(world: World) -> None:
    await bought(world)
    await world.bot.stop()
    await world.bot.start()
    await world.exchange.misbehave("503-before", method="*", path="*")
    await refresh(world, 30)
    assert "⚠️ There is no price now" in card(world).text
    assert card(world).labels == (), "what has no price is not sold by a button"
    await world.exchange.misbehave("ok")
    price(world, "65500")
    await refresh(world, 60)
    assert "at 65,500.00" in card(world).text


async def test_asked_again_the_older_card_rests_for_good(world: World) -> None:
    first = await bought(world)
    await world.ann.say("/positions")
    await world.ann.expect("A newer card is below.")
    cards = [one for one in world.ann.messages if "average cost" in one.text]
    assert [one.message_id == first.message_id for one in cards] == [True, False]
    assert cards[0].labels == ()
    price(world, "65000")
    await refresh(world, 20)
    cards = [one for one in world.ann.messages if "average cost" in one.text]
    assert ["65,000.00" in one.text for one in cards] == [False, True]


async def test_a_stop_takes_the_buttons_and_paper_rests_while_real_money_is_traded(
    world: World,
) -> None:
    await bought(world)
    await world.ann.say("/stop")
    await world.ann.expect("🛑")
    await refresh(world, 20)
    assert "A stop is in force" in card(world).text
    assert card(world).labels == ()
    await world.ann.say("/resume")
    await world.ann.expect("End the stop for all accounts?")
    await world.ann.press("Resume")
    await world.ann.expect("PAPER")
    await world.keys()
    await world.live()
    await world.ann.say("/testbuy 9")
    await world.ann.expect("Live order submitted")
    await world.ann.say("/positions")
    await world.ann.expect("💤 It rests")
    real, paper = [one for one in world.ann.messages if "average cost" in one.text][-2:]
    assert real.text.startswith("🔴 LIVE 🧪") and len(real.labels) == 3
    assert paper.text.startswith("📝 PAPER 🧪") and paper.labels == ()


async def test_a_runs_card_names_its_exits_and_sells_its_own_holding_only(world: World) -> None:
    price(world, "64000")
    await world.ann.say("/testbuy 8")
    await world.ann.expect("Order ID")
    run = begin(world)
    await by_run(world, run, "20")
    await world.ann.say("/positions")
    shown = await world.ann.expect("Exits:")
    assert "📝 PAPER 🧪 BTC/USDT\n#1 sma_crossover · BTC/USDT · 1h ⏸ paused" in shown.text
    assert "Exits: stop loss 60,8" in shown.text

    assert world.bot.bot is not None
    ledger = world.bot.bot.store.ledger
    person = world.bot.bot.store.people.find(world.ann.id)
    assert person is not None
    await world.ann.press("📝 100% $19")
    await world.ann.expect("✅ Sold")
    [left] = ledger.positions(person.user_id, Book.PAPER)
    assert left.key.run_id == "", "what was bought by hand is still there"
    [own] = ledger.of_run(run.id)
    assert (own.entries, own.trades) == (0, 1)


async def test_while_an_order_is_not_settled_nothing_more_is_sold(live: World) -> None:
    await bought(live)
    await live.exchange.misbehave("timeout-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    await live.ann.press("🔴 50%")
    await live.ann.expect("no answer yet")
    await refresh(live, 20)
    assert "⏳ An order for it is on its way" in card(live).text
    with pytest.raises(NoButton):
        await live.ann.press("🔴 50%")
    await live.ann.press_again("🔴 100%")
    await live.ann.expect("not settled yet, so nothing was sold")
    assert live.posts == 2
    await live.exchange.misbehave("ok")


async def test_what_is_held_at_another_exchange_is_sold_there(world: World) -> None:
    price(world, "64000")
    await world.ann.say("/testbuy 8")
    await world.ann.expect("Order ID")
    await world.ann.say(f"/setkeys binance {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    await world.ann.say("/positions")
    shown = await world.ann.expect("average cost")
    assert "BTC at binanceus, average cost" in shown.text
    await world.ann.press("📝 100%")
    await world.ann.expect("✅ Sold")
    assert world.bot.bot is not None
    person = world.bot.bot.store.people.find(world.ann.id)
    assert person is not None and person.exchange == "binance"
    assert world.bot.bot.store.ledger.positions(person.user_id, Book.PAPER) == []


async def test_many_cards_never_flood_the_chat_and_each_gets_its_turn(world: World) -> None:
    price(world, "64000")
    for number in range(6):
        run = begin(world, id=f"run{number}")
        await by_run(world, run, "8")
    await world.ann.say("/positions")
    await world.ann.expect("#6 sma_crossover")
    await settled(world)
    assert world.bot.bot is not None
    sent = world.telegram.calls("editMessageText")
    for look in range(12):
        price(world, str(64_100 + look * 100))
        before = len(sent)
        await world.bot.bot.cards.refresh()
        await settled(world)
        sent = world.telegram.calls("editMessageText")
        assert len(sent) - before <= 2, "two edits in six seconds"
    edits = [one.edits for one in world.ann.messages if "average cost" in one.text]
    assert len(edits) == 6
    assert min(edits) >= 3, "each card had its turn"
