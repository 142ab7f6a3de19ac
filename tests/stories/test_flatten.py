"""/flatten: everything that the bot has bought is sold at one confirmed press, and nothing else.

May import: core, wire.
"""

from decimal import Decimal

import pytest

from piggybot.core.money import plain
from piggybot.core.positions import Book
from piggybot.core.runs import RunState
from piggybot.sandbox.telegram_shown import NoButton
from proxy.wire import Mode
from tests.stories.leaving import ASKED, NOW, asked, bought, flattened, holds, own, sells
from tests.stories.running import CROSS, begun, bot, minutes_until, run_of
from tests.stories.steps import account, free, heard, nothing_sent, orders, price, settled, silence
from tests.stories.test_late_presses import pressed_before_the_house_fell_silent
from tests.world import World

pytestmark = pytest.mark.anyio
DUST = Decimal("0.0001")
BOTH = [("BTC", "FILLED"), ("ETH", "FILLED")]


async def test_in_live_it_sells_all_that_it_bought_and_none_of_the_owners_coins(
    live: World,
) -> None:
    own(live, "BTC", "1")
    own(live, "ETH", "5")
    await bought(live)
    question = await asked(live)
    lines = question.text.splitlines()
    assert lines[:2] == ["🔴 LIVE 🧪", ASKED]
    assert lines[2].startswith("• ETH/USDT: 0.") and ", about $19.9" in lines[2]
    assert lines[3].startswith("• BTC/USDT: 0.000") and ", about $" in lines[3]
    assert lines[4].startswith("Together about $2")
    assert lines[5].startswith("⚠️ At any price") and "This is real money." in lines[5]
    assert question.labels == ("🔴 Sell everything now",)
    assert live.posts == 2, "a question sells nothing"

    await live.ann.press(NOW)
    told = await live.ann.expect("🏁 Flatten 🔴 LIVE 🧪")
    assert sells(live) == BOTH and live.posts == 4
    for order in orders(live)[2:]:
        coin, price_of_all = order.wanted.symbol.base, f"{order.quote:.2f}"
        assert f"✅ {coin}/USDT: sold {order.executed} for ${price_of_all}" in told.text
        assert f"ID {order.order_id}" in told.text
    assert "Nothing else is held." in told.text
    assert "🧹 Dust, less than the exchange takes, stays: 0.0000" in told.text
    assert await heard(live.ann, "✅ Sold") == 0, "one message tells of all"
    assert Decimal(1) <= free(live, "BTC") < Decimal(1) + DUST
    assert Decimal(5) <= free(live, "ETH") < Decimal(5) + DUST
    assert (await account(live)).mode is Mode.LIVE


async def test_on_paper_it_sells_on_paper(world: World) -> None:
    await bought(world)
    told = await flattened(world)
    assert "🏁 Flatten 📝 PAPER 🧪" in told.text
    assert told.text.count("✅") == 2
    assert all(units < DUST for units in (await holds(world)).values())
    assert nothing_sent(world)
    await world.ann.say("/positions")
    await world.ann.expect("Nothing is open.")


async def test_what_is_held_at_another_exchange_is_sold_there(world: World) -> None:
    await bought(world)
    await world.ann.say(f"/setkeys binance {world.key.api_key} {world.key.secret}")
    await world.ann.expect("Keys saved")
    assert "• BTC/USDT at binanceus: 0.000" in (await asked(world)).text
    await world.ann.press(NOW)
    told = await world.ann.expect("🏁")
    assert "✅ BTC/USDT at binanceus: sold 0.000" in told.text
    assert "✅ ETH/USDT at binanceus: sold 0.1" in told.text
    assert all(units < DUST for units in (await holds(world)).values())


async def test_while_reducing_it_sells_and_reducing_is_over(live: World) -> None:
    await bought(live)
    await live.ann.say("/live off")
    await live.ann.expect("Live trading is off.")
    assert (await account(live)).mode is Mode.REDUCING
    told = await flattened(live)
    assert "🏁 Flatten 🟠 REDUCING 🧪" in told.text
    assert sells(live) == BOTH
    assert (await account(live)).mode is Mode.PAPER


async def test_a_refusal_holds_up_no_other_market_and_is_named(live: World) -> None:
    await bought(live)
    own(live, "ETH", "0")
    told = await flattened(live)
    assert sells(live) == [("BTC", "FILLED")]
    assert live.posts == 4
    assert "❌ ETH/USDT: rejected: " in told.text
    assert "✅ BTC/USDT: sold 0.000" in told.text
    assert "❗ Still held: 0.1" in told.text and "ETH. /flatten tries again." in told.text

    own(live, "ETH", "1")
    told = await flattened(live)
    assert sells(live) == BOTH
    assert "Nothing else is held." in told.text


async def test_an_answer_that_is_lost_is_unknown_then_told_and_sold_once(live: World) -> None:
    await bought(live)
    await live.exchange.misbehave("closed-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order")
    told = await flattened(live)
    assert told.text.count("unknown, checking. I tell you, and do not send it again.") == 1
    assert told.text.count("✅") == 1
    assert "is in an order that is not settled yet" in told.text
    await live.exchange.misbehave("ok")
    late = await settled(live, "✅ Sold")
    assert "Settled: this is the answer you were waiting for." in late.text
    assert sells(live) == BOTH and live.posts == 4
    assert all(units < DUST for units in (await holds(live)).values())


async def test_a_sell_that_the_exchange_leaves_open_is_called_open_with_what_it_has_sold(
    live: World,
) -> None:
    await bought(live, "/testbuy 9 BTC")
    live.exchange.books.fill_next("half")
    told = await flattened(live)
    [_, sale] = orders(live)
    assert sale.status == "PARTIALLY_FILLED"
    so_far = f"sold {plain(sale.executed)} of {plain(sale.wanted.quantity)} so far"
    assert f"⏳ BTC/USDT: the order is open at the exchange, {so_far}." in told.text
    assert "unknown" not in told.text
    live.exchange.books.complete(sale.wanted.client_id)
    await settled(live, "✅ Sold")
    assert sells(live) == [("BTC", "FILLED")] and live.posts == 2


async def test_a_press_counts_once(live: World) -> None:
    await bought(live)
    await asked(live)
    await live.ann.press(NOW)
    await live.ann.press_again()
    await live.ann.expect("🏁", since=0)
    await live.ann.press_again()
    await silence(live.ann)
    assert sells(live) == BOTH and live.posts == 4
    assert await heard(live.ann, "🏁") == 1


async def test_a_late_press_sells_nothing(live: World) -> None:
    await bought(live)
    await asked(live)
    live.clock.jump(61)
    await live.ann.press(NOW)
    await live.ann.expect("This button is too old. Nothing was done")
    assert sells(live) == []


async def test_a_press_that_is_handled_hours_later_sells_nothing(live: World) -> None:
    await bought(live)
    await asked(live)
    await pressed_before_the_house_fell_silent(live)
    await live.ann.expect("did nothing with it")
    assert sells(live) == []


async def test_a_stranger_sells_nothing(live: World) -> None:
    eve = live.telegram.person(6666, "Eve")
    await bought(live)
    await asked(live)
    await eve.press(NOW, chat=live.ann.id)
    await eve.say("/flatten")
    await silence(live.ann)
    assert any("not yours" in one.text for one in live.telegram.answers)
    assert sells(live) == []
    await live.ann.press(NOW)
    await live.ann.expect("🏁")
    assert sells(live) == BOTH


async def test_where_nothing_is_held_there_is_no_button(live: World) -> None:
    await live.ann.say("/flatten")
    told = await live.ann.expect("There is nothing to sell: I hold nothing.")
    assert told.labels == ()
    with pytest.raises(NoButton):
        await live.ann.press(NOW)
    await live.ann.say("/flatten btc")
    await live.ann.expect("/sell all BTC/USDT sells one coin.")
    assert nothing_sent(live)


async def test_dust_is_named_and_stays(live: World) -> None:
    await bought(live)
    await flattened(live)
    await live.ann.say("/flatten")
    told = await live.ann.expect("There is nothing to sell: I hold only what is too little")
    assert "🧹 Dust, less than the exchange takes, stays: 0.0000" in told.text
    assert "BTC ($0." in told.text and "ETH ($0." in told.text
    assert told.labels == ()
    assert live.posts == 4


async def test_what_runs_hold_goes_with_what_was_bought_by_hand_and_they_wait_then(
    world: World,
) -> None:
    price(world, "64000")
    await bought(world, "/testbuy 8 BTC")
    await begun(world, CROSS.format(usd=20))
    await minutes_until(world, "signal: ")
    store, run = bot(world).store, run_of(world)
    assert len(store.ledger.positions(run.user_id, Book.PAPER)) == 2

    question = await asked(world)
    assert question.text.count("• BTC/USDT") == 1
    assert "⏸ It pauses #1 first, until you resume them" in question.text
    await world.ann.press(NOW)
    told = await world.ann.expect("🏁")
    assert told.text.count("✅ BTC/USDT: sold 0.000") == 1
    assert "⏸ Paused until you resume them (/runs): #1" in told.text
    assert store.ledger.positions(run.user_id, Book.PAPER) == [], "both are closed"
    assert (run_of(world).state, run_of(world).why) == (RunState.PAUSED, "Paused by /flatten.")
    [own_run] = store.ledger.of_run(run.id)
    assert (own_run.entries, own_run.trades) == (0, 1)

    before = len(store.orders.all_of(run.user_id))
    for _ in range(8):
        await minute_of(world)
    assert len(store.orders.all_of(run.user_id)) == before, "it is really flat, and stays so"
    await world.ann.say("/runs")
    await world.ann.expect("Paused by /flatten.")
    await world.ann.press("Resume")
    await minutes_until(world, "signal: ")


async def minute_of(world: World) -> None:
    world.clock.jump(60)
    await bot(world).ticks.slots()
    await bot(world).trading.acting.idle()


async def test_a_run_that_holds_nothing_is_named_where_there_is_nothing_to_sell(
    world: World,
) -> None:
    await begun(world, CROSS.format(usd=20))
    await world.ann.say("/flatten")
    told = await world.ann.expect("There is nothing to sell")
    assert "🤖 #1 may buy again: /runs pauses, /stop stops everything." in told.text
    assert run_of(world).state is RunState.ACTIVE


async def test_why_tells_that_it_was_flattened(live: World) -> None:
    await bought(live, "/testbuy 9 BTC")
    await flattened(live)
    await live.ann.say("/why")
    told = await live.ann.expect("Why: flatten: everything was sold, as you had confirmed")
    assert "Limits: none bounds a sell of what the bot bought." in told.text


async def test_with_the_proxy_away_nothing_is_sold(live: World) -> None:
    await bought(live)
    await asked(live)
    await live.proxy.stop()
    await live.ann.press(NOW)
    await live.ann.expect("Nothing was sold. The trading service cannot be reached.")
    await live.ann.say("/flatten")
    await live.ann.expect("Nothing was sent. The trading service cannot be reached.")
    await live.proxy.start()
    await silence(live.ann)
    assert sells(live) == []
