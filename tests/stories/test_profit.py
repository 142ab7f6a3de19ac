"""/pnl: what was earned, to the cent of the exchange's books; paper and real money apart.

May import: core, sandbox.
"""

import re
from decimal import Decimal

import pytest

from piggybot.core.money import usd
from piggybot.sandbox.telegram_shown import Shown
from tests.pictures import size
from tests.stories.bad_input import quiet
from tests.stories.steps import price
from tests.world import World

pytestmark = pytest.mark.anyio
PATIENCE = 20.0


def money(told: str, before: str) -> Decimal:
    found = re.search(rf"{before} ([+-]?)(-?)\$([0-9,]+\.[0-9]+)", told)
    assert found, f"no {before} in {told!r}"
    sign = -1 if "-" in found[1] + found[2] else 1
    return sign * Decimal(found[3].replace(",", ""))


async def pnl(world: World, text: str) -> Shown:
    await world.ann.say(text)
    return await world.ann.expect("📊", timeout=PATIENCE)


async def test_without_a_trade_there_is_a_next_step_and_no_picture(world: World) -> None:
    await world.ann.say("/pnl")
    told = await world.ann.expect("Nothing was traded yet. /testbuy 2")
    assert told.kind == "text"


async def test_realised_open_and_fees_are_those_of_the_exchanges_books(live: World) -> None:
    price(live, "64000")
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    price(live, "64640")
    await live.ann.say("/sell 5 BTC")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell $5.00")
    await live.ann.expect("Live order submitted")

    told = await pnl(live, "/pnl day")
    assert told.kind == "photo" and told.document is not None
    assert size(told.document)[0] == 1080
    assert "📊 🔴 LIVE 🧪, today (UTC days)" in told.text
    bought, sold = live.exchange.books.orders
    fee = sum(one.commission for one in bought.trades)
    got = sold.quote - sum(one.commission for one in sold.trades)
    units = bought.executed - fee
    realised = got - bought.quote * sold.executed / units
    unrealised = (units - sold.executed) * (Decimal(64640) - bought.quote / units)
    assert money(told.text, "realised") == realised.quantize(Decimal("0.01"))
    assert money(told.text, "open") == unrealised.quantize(Decimal("0.01"))
    fees = fee * bought.trades[0].price + sum(one.commission for one in sold.trades)
    assert f"2 orders, fees {usd(fees)} (in it); no holding closed" in told.text


async def test_paper_and_real_money_are_told_apart_the_present_book_first(world: World) -> None:
    price(world, "64000")
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/sell all BTC")
    await world.ann.expect("✅ Sold")
    await world.keys()
    await world.live()
    await world.ann.say("/testbuy 5")
    await world.ann.expect("Live order submitted")

    await world.ann.say("/pnl")
    await world.ann.expect("📊 📝 PAPER", timeout=PATIENCE)
    real, paper = [one for one in world.ann.messages if one.kind == "photo"]
    assert "📊 🔴 LIVE 🧪, 30 days" in real.text and "1 order, fees $0.00" in real.text
    assert "📊 📝 PAPER 🧪, 30 days" in paper.text and "2 orders, fees $0.00" in paper.text
    assert "1 holding closed, 0% won" in paper.text, "the fees made it a loss"
    assert "open $0.00" in paper.text
    assert real.document != paper.document
    await world.ann.say("/chart btc 1h")
    drawn = await world.ann.expect("📈", timeout=PATIENCE)
    assert ", 1 trade of yours." in drawn.text, "of the book that the account is in"


async def test_another_period_takes_the_place_of_the_picture(world: World) -> None:
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    first = await pnl(world, "/pnl week")
    assert first.labels == ("day", "• week", "month", "all")
    await world.ann.press("all")
    await quiet(world, world.ann)
    [now] = [one for one in world.ann.messages if one.kind == "photo"]
    assert now.message_id == first.message_id
    assert f"since {world.clock():%Y-%m-%d}" in now.text
    assert now.labels == ("day", "week", "month", "• all")
    assert now.document != first.document


async def test_an_open_position_without_a_price_is_said_and_not_guessed(world: World) -> None:
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    await world.exchange.misbehave("503-before", method="*", path="*")
    world.clock.jump(10)
    told = await pnl(world, "/pnl")
    assert "⚠️ 1 of 1 open positions have no price now." in told.text
    assert "open $0.00" in told.text
