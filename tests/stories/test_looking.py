"""/balance, /status, /trades, /export, /help, /health and the menu: what is shown is what is so.

May import: nothing of ours.
"""

import csv
import io
from decimal import Decimal

import pytest

from piggybot.chat.commands import COMMANDS
from tests.stories.steps import free, nothing_sent, one_order
from tests.world import World

pytestmark = pytest.mark.anyio

PHONE = 34


async def test_the_balance_is_the_exchanges_and_aligned_on_a_phone(live: World) -> None:
    live.exchange.market.hold()
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/balance")
    told = await live.ann.expect("Total:")
    assert "🔴 LIVE 🧪" in told.text
    table = told.html.partition("<pre>")[2].partition("</pre>")[0].splitlines()
    assert len({len(line) for line in table}) == 1, "all lines end in the same column"
    assert all(len(line) <= PHONE for line in table)
    shown = {line.split()[0]: line.split()[1] for line in table[1:]}
    assert shown["BTC"] == f"{free(live, 'BTC').normalize():f}"
    assert free(live, "USDT") - 1 < Decimal(shown["USDT"]) <= free(live, "USDT")
    total = Decimal(told.text.partition("Total: $")[2].splitlines()[0].replace(",", ""))
    assert 9999 < total <= 10000, "what was bought is in it, but for the fee"


async def test_status_shows_everything_at_a_glance(live: World) -> None:
    await live.ann.say("/testbuy 10")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/status")
    told = (await live.ann.expect("userId:")).text
    for words in (
        "Mode: 🔴 LIVE 🧪",
        "Backend health: OK (",
        f"binanceus …{live.key.api_key[-4:]} ✅ Validated",
        "1 of 20 trades, $",
        "Held by the bot: 0.00",
        "Unresolved orders: none",
    ):
        assert words in told
    user_id = told.rpartition("userId: ")[2].strip()
    assert len(user_id) == 36
    await live.ann.say("/status")
    assert user_id in (await live.ann.expect("userId:")).text


async def test_trades_and_export_mark_each_with_its_mode(world: World) -> None:
    await world.ann.say("/trades")
    await world.ann.expect("No trades yet.")
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Paper order filled")
    await world.keys()
    await world.live()
    await world.ann.say("/testbuy 3")
    await world.ann.expect("Live order submitted")
    await world.ann.say("/testbuy 2 ETH")
    await world.ann.expect("Nothing was bought")

    await world.ann.say("/trades")
    told = await world.ann.expect("Trade log")
    assert [line.split()[0] for line in told.text.splitlines()[1:]] == ["✋", "✅", "✅"]
    assert "🔴 LIVE 🧪 buy BTC/USDT" in told.text
    assert "📝 PAPER 🧪 buy BTC/USDT" in told.text
    await world.ann.say("/trades 1")
    assert len((await world.ann.expect("Trade log")).text.splitlines()) == 2

    await world.ann.say("/export")
    sent = await world.ann.expect("Your trade log: 3 orders.")
    assert sent.document_name is not None
    assert sent.document_name.endswith(".csv")
    assert sent.document is not None
    rows = list(csv.DictReader(io.StringIO(sent.document.decode("utf-8-sig"))))
    assert sorted(row["mode"] for row in rows) == ["LIVE", "LIVE", "PAPER"]
    order = one_order(world)
    [real] = [row for row in rows if row["order_id"] == str(order.order_id)]
    assert real["client_order_id"] == order.wanted.client_id
    assert real["executed"] == f"{order.executed.normalize():f}"
    assert real["asked_usd"] == "3"
    assert world.key.api_key not in sent.document.decode()


async def test_export_matches_each_sale_with_its_buys_at_what_the_books_say(live: World) -> None:
    live.exchange.market.hold()
    for text in ("/testbuy 3", "/testbuy 4"):
        await live.ann.say(text)
        await live.ann.expect("Live order submitted")
    await live.ann.say("/sell 5 BTC")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell $5.00")
    await live.ann.expect("Live order submitted")
    await live.ann.say("/export")
    sent = await live.ann.expect("Your lots, first in, first out")
    assert sent.document is not None
    rows = list(csv.DictReader(io.StringIO(sent.document.decode("utf-8-sig"))))
    first, second, sold = live.exchange.books.orders
    assert [(row["bought_by"], row["sold_by"]) for row in rows] == [
        (first.wanted.client_id, sold.wanted.client_id),
        (second.wanted.client_id, sold.wanted.client_id),
        (second.wanted.client_id, ""),
    ]

    def told(column: str) -> Decimal:
        return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))

    assert told("cost") == first.quote + second.quote
    assert told("proceeds") == sold.quote - sum(one.commission for one in sold.trades)
    fees = sum(one.commission for order in (first, second) for one in order.trades)
    assert told("units") == first.executed + second.executed - fees
    assert Decimal(rows[2]["units"]) == told("units") - sold.executed
    assert told("gain") == told("proceeds") - (told("cost") - Decimal(rows[2]["cost"]))
    assert told("gain") < 0, "at a price that does not move, the fees are lost"
    assert "'" not in rows[0]["gain"], "a loss is a number, not a text"


async def test_help_and_the_menu_name_every_command(world: World) -> None:
    await world.ann.say("/help")
    told = (await world.ann.expect("🐷")).read
    for name, command in COMMANDS.items():
        assert f"/{name}" in told
        assert command.help in told
    [menu] = world.telegram.calls("setMyCommands")[:1]
    assert all(f'"{name}"' in str(menu.params) for name, one in COMMANDS.items() if one.menu)


async def test_health_says_what_the_proxy_allows(world: World) -> None:
    await world.ann.say("/health")
    told = (await world.ann.expect("✅ Backend health: OK")).text
    assert "Live allowed by the operator: yes" in told
    assert "Binance.US" in told
    assert "🧪 The exchange is a sandbox" in told
    await world.proxy.stop()
    await world.ann.say("/health")
    told = (await world.ann.expect("❌ Backend health:")).text
    assert "Nothing is bought while the trading service does not answer." in told


async def test_looking_works_at_any_age_and_sends_nothing(live: World) -> None:
    for typed, words in (
        ("/balance", "Total:"),
        ("/status", "userId:"),
        ("/trades", "No trades yet."),
        ("/export", "0 orders"),
        ("/limits", "Max trade"),
        ("/health", "Backend health"),
        ("/help", "🐷"),
        ("/cancel", "nothing to cancel"),
    ):
        await live.ann.say(typed, age=7200)
        await live.ann.expect(words)
    assert nothing_sent(live)
