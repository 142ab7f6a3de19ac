"""Trading, looking and limits, as a person reads them.

May import: chat, core, errors, store, wire.
"""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.errors import BrokerDown, BrokerRefused
from proxy.wire import Mode, Problem
from tests.bot.bench import Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


async def live(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()


async def test_testbuy_buys_for_two_dollars_on_paper(bench: Bench) -> None:
    [told] = await bench.say("/testbuy 2")
    assert "📝 PAPER 🧪\n✅ Bought 0.00003125 BTC/USDT at 64,000.00 for $2.00" in told


async def test_testbuy_in_live_is_immediate_and_says_live(bench: Bench) -> None:
    await live(bench)
    [told] = await bench.say("/testbuy 2 eth")
    assert "🔴 LIVE 🧪" in told
    assert "ETH/USDT" in told
    assert "Live order submitted. Order ID: <code>777</code>" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/testbuy 1.99", "$1.99 is too little: $2.00 is the least.\nType 2 or more."),
        ("/testbuy", "Type it like this: /testbuy 2"),
        ("/testbuy two", "Type it like this: /testbuy 2"),
        ("/testbuy 2e3", "Write the number out"),
        ("/testbuy -2", "An amount cannot be negative."),
        ("/testbuy 2 doge", "I do not trade “doge”.\nAllowed are BTC/USDT, ETH/USDT."),
        ("/testbuy 2 btcusdd", "Did you mean BTC/USDT?"),
        ("/buy", "Type it like this: /buy 10 BTC/USDT"),
        ("/buy 1", "$1.00 is too little"),
        ("/sell", "/sell all BTC/USDT"),
        ("/sell all", "There is nothing to sell"),
        ("/sell all eth", "There is nothing to sell"),
        ("/sell nan", "That is not a number that can be spent."),
        ("/trades x", "“x” is not a whole number like 5.\nType it like this: /trades 10"),
        ("/trades 51", "I show 1 to 50 trades, not 51.\n/export sends you all of them."),
        ("/limits trade", "/limits trade 20, /limits day 5 or /limits loss 2"),
        ("/limits speed 3", "There is no limit called “speed”."),
        ("/limits day 2.5", "“2.5” is not a whole number like 5."),
        ("/limits trade 1", "$1.00 is below the smallest trade, $2.00."),
        ("/limits trade 51", "Max trade: the operator allows at most $50.00."),
        ("/limits day 21", "Daily trades: the operator allows at most 20."),
        ("/limits loss 6", "Max daily loss: the operator allows at most 5%."),
    ],
)
async def test_what_cannot_be_done_says_why_and_what_to_do(
    bench: Bench, text: str, says: str
) -> None:
    [told] = await bench.say(text)
    assert told.startswith("❌ ")
    assert says in told
    assert bench.broker.posts == []


@pytest.mark.parametrize("symbol", ["btc/usdt", "BTCUSDT", "btc", "btc-usdt", "BTC/USDT", ""])
async def test_a_symbol_is_understood_however_it_is_typed(bench: Bench, symbol: str) -> None:
    [told] = await bench.say(f"/buy 10 {symbol}")
    assert "BTC/USDT" in told
    assert bench.broker.bought[0].symbol == "BTC/USDT"


async def test_buy_on_paper_is_immediate_and_in_live_asks_with_a_price(bench: Bench) -> None:
    await live(bench)
    [question] = await bench.say("/buy 10 btc")
    assert "🔴 LIVE 🧪\nBuy $10.00 of BTC/USDT at about 64,000.00?" in question
    assert bench.broker.posts == []

    [told] = await bench.press("🔴 Buy $10.00 of BTC/USDT")
    assert "✅ Bought" in told
    assert await bench.press("🔴 Buy $10.00 of BTC/USDT") == ["USED"]
    assert len(bench.broker.posts) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        BrokerDown("The trading service gave no answer.", "Is it running?", sent=True),
        BrokerRefused(
            Problem(code="no_price", message="Binance.US has no price.", hint="Wait a little."), 503
        ),
    ],
    ids=["the proxy is lost", "the venue has none"],
)
async def test_without_a_price_to_ask_with_nothing_is_sent_and_that_is_said(
    bench: Bench, trouble: BrokerDown | BrokerRefused
) -> None:
    await live(bench)
    bench.broker.priceless = trouble

    assert await bench.say("/buy 10 btc") == [
        f"❌ Nothing was sent. {trouble.message}\n{trouble.hint}"
    ]
    assert bench.broker.posts == []


async def test_the_price_that_was_shown_goes_to_the_proxy(bench: Bench) -> None:
    await live(bench)
    await bench.say("/buy 10 btc")
    await bench.press("🔴 Buy")
    [order] = bench.store.orders.all_of("user-7")
    assert order.intent.quoted_price == Decimal(64000)


async def test_a_button_pressed_too_late_buys_nothing(bench: Bench) -> None:
    await live(bench)
    await bench.say("/buy 10 btc")
    bench.later(seconds=61)
    assert await bench.press("🔴 Buy") == ["EXPIRED"]
    assert bench.broker.posts == []


async def test_a_stranger_cannot_press_anothers_button(bench: Bench) -> None:
    bench.join(8, owner=False)
    await live(bench)
    await bench.say("/buy 10 btc")
    assert await bench.press("🔴 Buy", by=8) == ["NOT_YOURS"]
    assert bench.broker.posts == []


async def test_a_button_shown_before_live_off_buys_nothing(bench: Bench) -> None:
    await live(bench)
    await bench.say("/buy 10 btc")
    await bench.say("/live off")
    [told] = await bench.press("🔴 Buy")
    assert "nothing was sent" in told
    assert bench.broker.posts == []


async def test_sell_all_sells_what_our_fills_hold(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    [told] = await bench.say("/sell all")
    assert "✅ Sold 0.00003125 BTC/USDT" in told
    [_, order] = bench.store.orders.all_of("user-7")
    assert (order.intent.units, order.intent.amount_usd) == (Decimal("0.00003125"), None)


async def test_a_real_sell_asks_also_while_reducing(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    bench.broker.accounts["user-7"].mode = Mode.REDUCING
    [question] = [told for told in await bench.say("/sell all") if "at about" in told]
    assert "🟠 REDUCING" in question
    [told] = await bench.press("🟠 Sell")
    assert "✅ Sold" in told


async def test_a_real_sell_asks_for_what_the_exchange_would_sell_of_it(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    bench.broker.step = Decimal("0.00001")
    [question] = [told for told in await bench.say("/sell all") if "at about" in told]
    assert "Sell 0.00003 BTC/USDT at about" in question
    await bench.press("🔴 Sell 0.00003 BTC/USDT")
    assert [one.intent.units for one in bench.store.orders.all_of("user-7")][-1] == Decimal(
        "0.00003"
    )


async def test_balance_is_a_table_that_fits_a_phone(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    [told] = await bench.say("/balance")
    table = told.split("<pre>")[1].split("</pre>")[0].splitlines()
    assert {len(line) for line in table} == {33}
    assert table[1].split() == ["BTC", "0.00003125", "0"]
    assert "Total: $10,000.00" in told


async def test_status_shows_mode_health_keys_limits_and_user_id(bench: Bench) -> None:
    await bench.ticks.health()
    bench.later(seconds=12)
    [told] = await bench.say("/status")
    for part in ("📝 PAPER", "OK (12 s ago)", "Keys: none", "0 of 20 trades", "user-7"):
        assert part in told


async def test_status_without_the_proxy_still_says_what_is_known(bench: Bench) -> None:
    await bench.say("/start")
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()
    bench.broker.down = True
    await bench.ticks.health()
    [told] = await bench.say("/status")
    assert told.startswith("❌ Backend health: The trading service cannot be reached.")
    assert "❌ Backend health: down (0 s ago)" in told
    assert "Mode as last seen: 🔴 LIVE 🧪" in told
    assert "user-7" in told
    assert "A stop holds" not in told
    await bench.say("/stop")
    assert "🛑 A stop holds in this bot: it sends nothing." in (await bench.say("/status"))[0]


async def test_trades_carry_their_mode_and_only_ones_own_are_shown(bench: Bench) -> None:
    bench.join(8, owner=False)
    assert "No trades yet" in (await bench.say("/trades"))[0]
    await bench.say("/testbuy 2")
    [told] = await bench.say("/trades 5")
    assert "✅ 01-01 12:00 📝 PAPER 🧪 buy BTC/USDT 0.00003125 for $2.00" in told
    assert "No trades yet" in (await bench.say("/trades", by=8))[0]


async def test_export_is_csv_and_no_cell_is_a_formula(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    [order] = bench.store.orders.all_of("user-7")
    with bench.engine.begin() as db:
        db.exec_driver_sql("UPDATE orders SET order_id = '=HYPERLINK(1)'")
    await bench.say("/export")
    file = bench.store.outbox.file(bench.letters()[-2].id)
    assert file is not None
    text = file.content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["order_id"] == "'=HYPERLINK(1)"
    assert (row["mode"], row["executed"], row["quote"]) == ("PAPER", "0.00003125", "2")
    assert row["client_order_id"] == order.intent.client_id


async def test_tightening_is_instant_and_raising_asks(bench: Bench) -> None:
    [told] = await bench.say("/limits trade 20")
    assert "Max trade: $20.00" in told
    [question] = await bench.say("/limits trade 30")
    assert "Raise “Max trade” from $20.00 to $30.00?" in question
    assert bench.broker.accounts["user-7"].limits.maxTradeUsd == 20
    await bench.press("⬆️ Raise the limit")
    assert bench.broker.accounts["user-7"].limits.maxTradeUsd == 30


async def test_limits_of_day_and_loss(bench: Bench) -> None:
    await bench.say("/limits day 5")
    await bench.say("/limits loss 2")
    limits = bench.broker.accounts["user-7"].limits
    assert (limits.maxTradesPerDay, limits.maxDailyLossShare) == (5, Decimal("0.02"))
    [shown] = await bench.say("/limits")
    assert "Max daily loss: 2%" in shown
