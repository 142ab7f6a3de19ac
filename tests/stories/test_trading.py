"""/testbuy, /buy and /sell: from what was typed to the exchange's own books and back.

May import: sandbox.
"""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from piggybot.core.money import plain
from piggybot.sandbox import rules
from tests.stories.steps import (
    account,
    buy_asked,
    free,
    heard,
    nothing_sent,
    one_order,
    orders,
    price,
    silence,
)
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_testbuy_on_paper_moves_no_real_money(world: World) -> None:
    before = free(world, "USDT")
    asked = await world.ann.say("/testbuy 2")
    told = await world.ann.expect("Paper order filled. Order ID:")
    assert "📝 PAPER 🧪" in told.text
    assert "✅ Bought 0.000" in told.text
    assert "fee $0.0" in told.text
    assert told.reply_to == asked
    assert nothing_sent(world)
    assert free(world, "USDT") == before
    await world.ann.say("/balance")
    shown = (await world.ann.expect("Total:")).text
    assert "9998." in shown, "of 10,000 paper dollars two are spent"


async def test_testbuy_live_is_told_as_the_books_have_it(live: World) -> None:
    asked = await live.ann.say("/testbuy 2")
    told = await live.ann.expect("Live order submitted. Order ID:")
    order = one_order(live)
    assert "🔴 LIVE 🧪" in told.text
    assert f"Order ID: {order.order_id}" in told.text
    assert f"Bought {order.executed.normalize():f} BTC/USDT" in told.text
    assert f"at {order.quote / order.executed:,.2f}" in told.text
    assert told.reply_to == asked
    assert order.wanted.client_id.startswith("pg-")
    assert Decimal("1.9") < order.quote <= 2
    assert free(live, "USDT") == 10000 - order.quote
    assert live.exchange.books.trades[0].client_id == order.wanted.client_id


async def test_testbuy_of_too_little_names_the_least(live: World) -> None:
    await live.ann.say("/testbuy 1.99")
    await live.ann.expect("$2.00 is the least")
    await live.ann.say("/testbuy 2 ETH/USDT")
    told = await live.ann.expect("smallest order for ETH/USDT, $10.00")
    assert "$2.00 is below Binance.US's" in told.text
    assert nothing_sent(live)
    await live.ann.say("/testbuy 10 ETH/USDT")
    await live.ann.expect("Live order submitted")
    assert one_order(live).wanted.symbol.name == "ETHUSDT"


async def test_a_test_buy_above_ten_dollars_is_asked_like_any_other(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/testbuy 10.01")
    asked = await live.ann.expect("Buy $10.01 of BTC/USDT at about")
    assert "Real money." in asked.text
    await silence(live.ann)
    assert live.posts == 1
    await live.ann.press("Buy $10.01")
    await live.ann.expect("Live order submitted")
    assert len(orders(live)) == live.posts == 2


async def test_buy_on_paper_asks_nothing(world: World) -> None:
    await world.ann.say("/buy 5")
    assert "✅ Bought" in (await world.ann.expect("Paper order filled")).text
    await world.ann.say("/sell all")
    assert "✅ Sold" in (await world.ann.expect("Paper order filled")).text
    assert nothing_sent(world)


async def test_buy_in_live_asks_with_a_price_and_sends_once(live: World) -> None:
    price(live, "9000")
    await live.ann.say("/buy 20 btc")
    asked = await live.ann.expect("Buy $20.00 of BTC/USDT at about 9,000.00?")
    assert "🔴 LIVE 🧪" in asked.text
    assert "works once, for 60 seconds" in asked.text
    await silence(live.ann)
    assert nothing_sent(live)
    await live.ann.press("Buy")
    told = await live.ann.expect("Live order submitted")
    order = one_order(live)
    assert str(order.order_id) in told.text
    assert Decimal(19) < order.quote <= 20

    await live.ann.press_again()
    await silence(live.ann)
    one_order(live)


@pytest.mark.parametrize(("now", "sent"), [("9089", 1), ("9091", 0), ("8909", 0), ("8911", 1)])
async def test_a_priced_button_is_refused_beyond_one_percent(
    live: World, now: str, sent: int
) -> None:
    price(live, "9000")
    await live.ann.say("/buy 20")
    await live.ann.expect("at about 9,000.00?")
    price(live, now)
    await live.ann.press("Buy")
    told = await live.ann.expect("Order ID" if sent else "Nothing was bought")
    assert ("over 1% from the" in told.text) == (not sent)
    assert len(orders(live)) == live.posts == sent


async def test_the_priced_button_ends_after_60_seconds(live: World) -> None:
    await live.ann.say("/buy 20")
    await live.ann.expect("Real money.")
    live.clock.jump(61)
    await live.ann.press("Buy")
    await live.ann.expect("This button is too old.")
    assert nothing_sent(live)


async def test_sell_by_amount_then_all_sells_what_our_fills_hold(live: World) -> None:
    live.key.holding("BTC").free = Decimal(1)
    await buy_asked(live, "40")
    await live.ann.say("/sell 15 BTC/USDT")
    await live.ann.expect("Sell $15.00 of BTC/USDT at about")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")
    await live.ann.say("/sell all BTC/USDT")
    asked = await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("✅ Sold")
    assert f"Sell {plain(orders(live)[-1].executed)} BTC/USDT at about" in asked.text
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL", "SELL"]
    assert live.posts == 3
    bought, *sold = orders(live)
    assert sum(one.executed for one in sold) <= bought.executed
    assert free(live, "BTC") >= 1, "the owner's own coin is never sold"


async def test_sell_never_touches_the_owners_own_coins(live: World) -> None:
    live.key.holding("BTC").free = Decimal(1)
    for typed in ("/sell all", "/sell all BTC/USDT"):
        await live.ann.say(typed)
        told = await live.ann.expect("nothing to sell")
        assert "never your other coins" in told.text
    await live.ann.say("/sell 10 BTC/USDT")
    told = await live.ann.expect("Nothing was sent. The bot holds 0 BTC")
    assert not told.buttons, "what would be refused is not offered"
    assert nothing_sent(live)


async def test_an_account_without_enough_is_told_so_by_the_exchange(live: World) -> None:
    live.key.holding("USDT").free = Decimal("1.5")
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("binanceus rejected the order. Nothing was bought")
    assert "The account at Binance.US does not hold enough for this order." in told.text
    assert orders(live) == []
    assert live.posts == 1
    assert free(live, "USDT") == Decimal("1.5")


async def test_an_order_in_two_fills_is_summed(live: World) -> None:
    live.exchange.books.fill_next("split")
    await live.ann.say("/testbuy 10")
    told = await live.ann.expect("Live order submitted")
    order = one_order(live)
    assert len(order.trades) == 2
    assert f"Bought {order.executed.normalize():f} BTC/USDT" in told.text
    [held] = (await account(live)).holdings
    assert held.units == order.executed - sum(one.commission for one in order.trades)


async def test_a_fee_in_a_third_asset_is_counted_at_its_price_or_said_to_have_none(
    live: World,
) -> None:
    live.key.holding("ETH").free = Decimal(1)
    live.exchange.books.charge_in("ETH", live.exchange.market.price("ETHUSDT"))
    await live.ann.say("/testbuy 10")
    told = await live.ann.expect("Live order submitted")
    assert re.search(r"fee \$0\.0099\d*\.|fee \$0\.01\.", told.text)
    assert "has no price" not in told.text
    [held] = (await account(live)).holdings
    assert held.units == orders(live)[0].executed, "the fee was not taken out of the bitcoin"

    live.key.holding("BNB").free = Decimal(1)
    live.exchange.books.charge_in("BNB", Decimal(600))
    await live.ann.say("/testbuy 6")
    told = await live.ann.expect("Live order submitted")
    assert "fee $0.00." in told.text
    paid = orders(live)[1].trades[0].commission.normalize()
    assert f"The fee of {paid:f} BNB has no price in USDT: profit and loss" in told.text
    await live.ann.say("/export")
    sent = (await live.ann.expect("Your trade log")).document
    assert sent is not None
    assert b"fee_unpriced" in sent


async def test_an_order_that_stays_open_is_followed_to_its_end(live: World) -> None:
    live.exchange.books.fill_next("half")
    await live.ann.say("/testbuy 10")
    await live.ann.expect("BTC bought so far.")
    order = one_order(live)
    await live.ann.say("/status")
    assert order.wanted.client_id in (await live.ann.expect("Unresolved orders:")).text
    live.exchange.books.complete(order.wanted.client_id)
    told = await live.ann.expect("✅ Bought", timeout=10)
    assert f"Bought {order.executed.normalize():f} BTC/USDT" in told.text
    assert "this is the answer you were waiting for" in told.text
    one_order(live)


async def test_an_order_that_expires_unfilled_is_told_as_nothing_bought(live: World) -> None:
    live.exchange.books.fill_next("none")
    live.exchange.books.fill_next("expire")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("0 BTC bought so far.")
    live.exchange.books.cancel(one_order(live))
    await live.ann.expect("The order was cancelled before anything was bought")
    assert free(live, "USDT") == 10000


async def test_two_commands_are_two_orders_and_one_update_twice_is_one(live: World) -> None:
    live.telegram.duplicate_next_update(1)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    assert await heard(live.ann, "Live order submitted") == 1
    one_order(live)
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    assert len(orders(live)) == live.posts == 2


async def test_what_the_exchange_refuses_at_its_door_is_not_said_to_be_unsent(
    live: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.ann.say("/testbuy 2")
    await live.ann.expect("Live order submitted")
    now = replace(rules.SYMBOLS["BTCUSDT"], min_notional=Decimal(20))
    monkeypatch.setitem(rules.SYMBOLS, "BTCUSDT", now)  # its rules change; the proxy knows old ones
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("The order was not placed. Nothing was bought ($2.00")
    assert "Binance.US refused the order" in told.text
    assert "never sent" not in told.text
    assert (live.posts, len(orders(live))) == (2, 1)


async def test_an_order_that_expires_unfilled_shows_no_empty_id(live: World) -> None:
    live.exchange.books.fill_next("expire")
    await live.ann.say("/testbuy 2")
    told = await live.ann.expect("The order was cancelled before anything was bought")
    assert "?" not in told.text
    assert one_order(live).status == "EXPIRED"
