"""The sandbox exchange keeps its books as Binance would, and refuses in Binance's words.

May import: sandbox.
"""

import time
from decimal import Decimal

import pytest

from tests.sandbox.exchange_client import KEY, ORDER, Client, exchange

pytestmark = pytest.mark.anyio

LIMIT = {"type": "LIMIT", "quoteOrderQty": None, "timeInForce": "GTC"}


async def test_a_market_buy_for_quote_money_fills_and_moves_both_balances():
    async with exchange() as (sandbox, client):
        bought = (await client.buy("pig-1", "60")).json()
        assert bought["status"] == "FILLED"
        assert bought["executedQty"] == "0.00600000"
        assert bought["cummulativeQuoteQty"] == "60.00000000"
        assert bought["fills"] == [
            {
                "price": "10000.00000000",
                "qty": "0.00600000",
                "commission": "0.00000600",
                "commissionAsset": "BTC",
                "tradeId": 1,
            }
        ]
        held = sandbox.books.accounts[KEY].balances
        assert held["USDT"].free == Decimal(9940)
        assert held["BTC"].free == Decimal("0.005994")


async def test_a_market_sale_pays_its_fee_in_quote_money():
    async with exchange() as (sandbox, client):
        await client.buy("pig-1", "60")
        sold = await client.buy("pig-2", side="SELL", quoteOrderQty=None, quantity="0.005")
        assert sold.json()["cummulativeQuoteQty"] == "49.99995000"
        assert sold.json()["fills"][0]["commission"] == "0.04999995"
        assert sandbox.books.accounts[KEY].balances["USDT"].free == Decimal("9989.94995005")


async def test_the_same_market_order_sent_again_with_the_same_id_buys_twice():
    async with exchange() as (sandbox, client):
        await client.buy("pig-1")
        again = await client.buy("pig-1")
        assert again.status_code == 200
        assert [order.wanted.client_id for order in sandbox.books.orders] == ["pig-1", "pig-1"]


async def test_an_id_in_use_by_an_open_order_is_refused_as_a_duplicate():
    async with exchange() as (sandbox, client):
        sandbox.books.fill_next("none")
        assert (await client.buy("pig-1")).json()["status"] == "NEW"
        again = await client.buy("pig-1")
        assert again.json() == {"code": -2010, "msg": "Duplicate order sent."}
        assert len(sandbox.books.orders) == 1


async def test_an_order_left_half_filled_locks_the_rest_until_it_is_completed():
    async with exchange() as (sandbox, client):
        sandbox.books.fill_next("half")
        placed = (await client.buy("pig-1", "60")).json()
        assert (placed["status"], placed["executedQty"]) == ("PARTIALLY_FILLED", "0.00300000")
        money = sandbox.books.accounts[KEY].balances["USDT"]
        assert (money.free, money.locked) == (Decimal(9940), Decimal(30))

        sandbox.books.complete("pig-1")
        asked = (await client.ask("pig-1")).json()
        assert (asked["status"], asked["cummulativeQuoteQty"]) == ("FILLED", "60.00000000")
        assert (money.free, money.locked) == (Decimal(9940), Decimal(0))
        path = "/api/v3/myTrades"
        trades = (await client.call("GET", path, symbol="BTCUSDT")).json()
        assert [trade["qty"] for trade in trades] == ["0.00300000", "0.00300000"]


async def test_an_order_can_fill_in_two_parts_at_two_prices():
    async with exchange() as (sandbox, client):
        sandbox.books.fill_next("split")
        fills = (await client.buy("pig-1", "60")).json()["fills"]
        assert [fill["price"] for fill in fills] == ["10000.00000000", "10000.01000000"]


async def test_a_market_order_can_expire_with_nothing_filled():
    async with exchange() as (sandbox, client):
        sandbox.books.fill_next("expire")
        placed = (await client.buy("pig-1", "60")).json()
        assert (placed["status"], placed["executedQty"]) == ("EXPIRED", "0.00000000")
        money = sandbox.books.accounts[KEY].balances["USDT"]
        assert (money.free, money.locked) == (Decimal(10_000), Decimal(0))


async def test_a_limit_order_rests_until_the_price_crosses_it():
    async with exchange() as (sandbox, client):
        placed = await client.buy("pig-1", quantity="0.01", price="9000", **LIMIT)
        assert placed.json()["status"] == "NEW"
        listed = await client.call("GET", "/api/v3/openOrders", symbol="BTCUSDT")
        assert [order["clientOrderId"] for order in listed.json()] == ["pig-1"]
        assert sandbox.books.accounts[KEY].balances["USDT"].locked == Decimal(90)

        sandbox.market.set_price("BTCUSDT", Decimal(8_990))
        asked = (await client.ask("pig-1")).json()
        assert (asked["status"], asked["cummulativeQuoteQty"]) == ("FILLED", "90.00000000")


async def test_a_cancelled_order_gives_its_money_back_and_cannot_be_cancelled_twice():
    async with exchange() as (sandbox, client):
        await client.buy("pig-1", quantity="0.01", price="9000", **LIMIT)
        named = {"symbol": "BTCUSDT", "origClientOrderId": "pig-1"}
        cancelled = (await client.call("DELETE", ORDER, **named)).json()
        assert cancelled["status"] == "CANCELED"
        assert cancelled["origClientOrderId"] == "pig-1"
        money = sandbox.books.accounts[KEY].balances["USDT"]
        assert (money.free, money.locked) == (Decimal(10_000), Decimal(0))
        again = await client.call("DELETE", ORDER, **named)
        assert again.json() == {"code": -2011, "msg": "Unknown order sent."}
        assert (await client.ask("pig-1")).json()["status"] == "CANCELED"


async def test_all_open_orders_of_a_symbol_are_cancelled_at_once():
    async with exchange() as (sandbox, client):
        for name in ("pig-1", "pig-2"):
            await client.buy(name, quantity="0.01", price="9000", **LIMIT)
        gone = (await client.call("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")).json()
        assert [order["origClientOrderId"] for order in gone] == ["pig-1", "pig-2"]
        assert not sandbox.books.open_orders(sandbox.books.accounts[KEY])


async def test_two_keys_have_two_accounts_that_do_not_see_each_other():
    async with exchange() as (sandbox, client):
        sandbox.add_key("o" * 64, "other", balances={"USDT": "5"})
        other = Client(client.http, "o" * 64, "other")
        await client.buy("pig-1")
        assert (await other.ask("pig-1")).json()["code"] == -2013
        assert (await other.buy("pig-2")).json()["code"] == -2010
        held = (await other.call("GET", "/api/v3/account")).json()["balances"]
        assert held == [{"asset": "USDT", "free": "5.00000000", "locked": "0.00000000"}]


HOUR_MS = 3_600_000
REFUSED = [
    ({"quoteOrderQty": "0.9"}, -1013, "Filter failure: NOTIONAL"),
    ({"symbol": "ETHUSDT", "quoteOrderQty": "9.99"}, -1013, "Filter failure: NOTIONAL"),
    ({"quoteOrderQty": None, "quantity": "0.000123"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "0.01", "price": "9000.001", **LIMIT}, -1013, "Filter failure: PRICE_FILTER"),
    (
        {"quantity": "0.01", "price": "50001", **LIMIT},
        -1013,
        "Filter failure: PERCENT_PRICE_BY_SIDE",
    ),
    (
        {"quoteOrderQty": "20000"},
        -2010,
        "Account has insufficient balance for requested action.",
    ),
    ({"symbol": "DOGEUSDT"}, -1121, "Invalid symbol."),
    ({"side": "HOLD"}, -1117, "Invalid side."),
    ({"type": "STOP_LOSS"}, -1116, "Invalid orderType."),
    (
        {"side": None},
        -1102,
        "Mandatory parameter 'side' was not sent, was empty/null, or malformed.",
    ),
    (
        {"quoteOrderQty": "60.123456789"},
        -1111,
        "Parameter 'quoteOrderQty' has too much precision.",
    ),
    (
        {"newClientOrderId": "no spaces"},
        -1100,
        "Illegal characters found in parameter 'newClientOrderId'; "
        "legal range is '^[a-zA-Z0-9-_.:/]{1,36}$'.",
    ),
    (
        {"timestamp": -HOUR_MS},
        -1021,
        "Timestamp for this request is outside of the recvWindow.",
    ),
    (
        {"timestamp": HOUR_MS},
        -1021,
        "Timestamp for this request was 1000ms ahead of the server's time.",
    ),
    ({"recvWindow": "60001"}, -1131, "'recvWindow' must be less than 60000."),
]


@pytest.mark.parametrize(("change", "code", "words"), REFUSED, ids=lambda value: str(value)[:40])
async def test_what_binance_refuses_is_refused_in_its_words_and_not_written(change, code, words):
    if "timestamp" in change:  # given as an offset: two workers must name the same tests
        change = {"timestamp": int(time.time() * 1000) + change["timestamp"]}
    async with exchange() as (sandbox, client):
        answer = await client.buy("pig-1", **change)
        assert answer.status_code == 400
        assert answer.json() == {"code": code, "msg": words}
        assert not sandbox.books.orders


async def test_a_wrong_signature_key_or_permission_is_refused():
    async with exchange() as (sandbox, client):
        wrong = Client(client.http, KEY, "another secret")
        assert (await wrong.buy("pig-1")).json()["code"] == -1022
        unknown = Client(client.http, "x" * 64)
        answer = await unknown.buy("pig-1")
        assert (answer.status_code, answer.json()["code"]) == (401, -2015)
        assert (await Client(client.http, "short").buy("pig-1")).json()["code"] == -2014

        sandbox.add_key("r" * 64, "s", can_trade=False, can_withdraw=True)
        reader = Client(client.http, "r" * 64, "s")
        assert (await reader.buy("pig-1")).json()["code"] == -2015
        assert (await reader.call("GET", "/api/v3/account")).status_code == 200
        rights = (await reader.call("GET", "/sapi/v1/account/apiRestrictions")).json()
        assert rights["enableWithdrawals"] and not rights["enableSpotAndMarginTrading"]

        sandbox.add_key("i" * 64, "s", ip_refused=True)
        elsewhere = Client(client.http, "i" * 64, "s")
        assert (await elsewhere.call("GET", "/api/v3/account")).json()["code"] == -2015
        assert not sandbox.books.orders


async def test_the_signature_is_judged_over_the_bytes_as_they_were_sent():
    async with exchange() as (sandbox, client):
        assert (await client.buy("pig:1/2")).status_code == 200
        assert sandbox.books.orders[0].wanted.client_id == "pig:1/2"


async def test_a_test_order_is_checked_and_changes_nothing():
    async with exchange() as (sandbox, client):
        path = f"{ORDER}/test"
        wanted = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}
        good = await client.call("POST", path, **wanted, quoteOrderQty="60")
        assert (good.status_code, good.json()) == (200, {})
        small = await client.call("POST", path, **wanted, quoteOrderQty="0.5")
        assert small.json()["msg"] == "Filter failure: NOTIONAL"
        assert not sandbox.books.orders


async def test_the_control_side_shows_the_books_and_moves_the_world():
    async with exchange() as (sandbox, client):
        http = client.http
        new = (await http.post("/sandbox/keys", json={"balances": {"USDT": "100"}})).json()
        await http.post("/sandbox/price", json={"symbol": "BTCUSDT", "price": "20000"})
        await http.post("/sandbox/fill", json={"how": "none"})
        await Client(http, new["apiKey"], new["secret"]).buy("pig-1", "60")
        await http.post("/sandbox/complete", json={"clientOrderId": "pig-1"})
        books = (await http.get("/sandbox/books")).json()
        assert [(o["clientOrderId"], o["status"]) for o in books["orders"]] == [("pig-1", "FILLED")]
        assert books["balances"][new["apiKey"]]["BTC"]["free"] == "0.00299700"
        assert books["trades"][0]["price"] == "20000.00000000"
        assert [seen["path"] for seen in books["requests"]] == [ORDER]
        assert books["requests"][0]["params"]["quoteOrderQty"] == "60"
        assert sandbox.count() == 1

        for body in ([], {}, {"name": "ok", "count": "many"}, {"name": "sulk"}):
            wrong = await http.post("/sandbox/fault", json=body)
            assert wrong.status_code == 400
        assert wrong.json()["error"].startswith("no fault is called 'sulk'; there are: ok, refused")


async def test_no_more_orders_rest_than_the_filter_allows():
    async with exchange() as (sandbox, client):
        account = sandbox.books.accounts[KEY]
        for number in range(200):
            await client.buy(f"pig-{number}", quantity="0.001", price="9000", **LIMIT)
        assert len(sandbox.books.open_orders(account)) == 200
        answer = await client.buy("pig-more", quantity="0.001", price="9000", **LIMIT)
        assert answer.json() == {"code": -1013, "msg": "Filter failure: MAX_NUM_ORDERS"}
