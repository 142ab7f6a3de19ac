"""Independent clients take the sandbox for Binance: python-binance and ccxt, unchanged but a URL.

May import: sandbox.
"""

import re
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ccxt.async_support as ccxt
import pytest

from piggybot.sandbox.exchange import ExchangeSandbox
from tests.sandbox.exchange_client import KEY, SECRET, exchange

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from binance import AsyncClient
    from binance.exceptions import BinanceAPIException

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:binance"),
]


@asynccontextmanager
async def python_binance(
    secret: str = SECRET,
) -> AsyncIterator[tuple[ExchangeSandbox, AsyncClient]]:
    async with exchange() as (sandbox, raw):
        client = AsyncClient(KEY, secret)
        client.API_URL = f"{str(raw.http.base_url).rstrip('/')}/api"
        client.MARGIN_API_URL = f"{str(raw.http.base_url).rstrip('/')}/sapi"
        try:
            yield sandbox, client
        finally:
            await client.close_connection()


async def test_python_binance_places_queries_and_sees_its_balance():
    async with python_binance() as (sandbox, client):
        assert await client.ping() == {}
        info = await client.get_symbol_info("ETHUSDT")
        notional = [row for row in info["filters"] if row["filterType"] == "NOTIONAL"]
        assert notional[0]["minNotional"] == "10.00000000"
        placed = await client.order_market_buy(
            symbol="BTCUSDT", quoteOrderQty=60, newClientOrderId="pig-1"
        )
        assert placed["status"] == "FILLED"
        asked = await client.get_order(symbol="BTCUSDT", origClientOrderId="pig-1")
        assert asked["executedQty"] == "0.00600000"
        held = await client.get_asset_balance(asset="USDT")
        assert held["free"] == "9940.00000000"
        assert len(await client.get_my_trades(symbol="BTCUSDT")) == 1
        assert (await client.get_account_api_permissions())["enableWithdrawals"] is False
        assert len(sandbox.books.orders) == 1


async def test_python_binance_cancels_a_resting_order():
    async with python_binance() as (_, client):
        resting = await client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price="9000")
        assert [row["orderId"] for row in await client.get_open_orders()] == [resting["orderId"]]
        gone = await client.cancel_order(symbol="BTCUSDT", orderId=resting["orderId"])
        assert gone["status"] == "CANCELED"
        with pytest.raises(BinanceAPIException) as refusal:
            await client.cancel_order(symbol="BTCUSDT", orderId=resting["orderId"])
        assert refusal.value.code == -2011


async def test_python_binance_reads_every_public_price():
    async with python_binance() as (_, client):
        assert (await client.get_symbol_ticker(symbol="BTCUSDT"))["price"] == "10000.00000000"
        book = await client.get_orderbook_ticker(symbol="BTCUSDT")
        assert (book["bidPrice"], book["askPrice"]) == ("9999.99000000", "10000.00000000")
        assert (await client.get_avg_price(symbol="BTCUSDT"))["price"] == "10000.00000000"
        depth = await client.get_order_book(symbol="BTCUSDT")
        assert depth["asks"][1][0] == "10000.01000000"
        assert (await client.get_ticker(symbol="BTCUSDT"))["lastPrice"] == "10000.00000000"
        assert len(await client.get_klines(symbol="ETHUSDT", interval="15m", limit=7)) == 7
        assert await client.get_all_orders(symbol="BTCUSDT") == []


async def test_python_binance_is_told_of_a_wrong_signature():
    async with python_binance("not the secret") as (_, client):
        with pytest.raises(BinanceAPIException) as refusal:
            await client.get_account()
        assert (refusal.value.status_code, refusal.value.code) == (400, -1022)


async def test_python_binance_is_told_of_a_stale_timestamp():
    async with python_binance() as (sandbox, client):
        client.timestamp_offset = -60_000
        with pytest.raises(BinanceAPIException) as refusal:
            await client.order_market_buy(symbol="BTCUSDT", quoteOrderQty=60)
        assert refusal.value.code == -1021
        assert not sandbox.books.orders


@asynccontextmanager
async def through_ccxt() -> AsyncIterator[tuple[ExchangeSandbox, ccxt.binanceus]]:
    async with exchange() as (sandbox, raw):
        client = ccxt.binanceus({"apiKey": KEY, "secret": SECRET})
        base = str(raw.http.base_url).rstrip("/")
        client.urls["api"] = {
            name: re.sub(r"^https?://[^/]+", base, url) for name, url in client.urls["api"].items()
        }
        try:
            yield sandbox, client
        finally:
            await client.close()


async def test_ccxt_reads_the_rules_of_both_markets():
    async with through_ccxt() as (_, client):
        markets = await client.load_markets()
        assert set(markets) == {"BTC/USDT", "ETH/USDT"}
        assert markets["BTC/USDT"]["limits"]["cost"]["min"] == 1.0
        assert markets["ETH/USDT"]["limits"]["cost"]["min"] == 10.0
        assert markets["BTC/USDT"]["precision"]["amount"] == 0.00001


async def test_ccxt_buys_by_cost_queries_sells_and_sees_trades_and_balance():
    async with through_ccxt() as (sandbox, client):
        named = {"clientOrderId": "pig-1"}
        bought = await client.create_market_buy_order_with_cost("BTC/USDT", 60, named)
        assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 0.006, 10000.0)
        assert bought["fee"] == {"currency": "BTC", "cost": 0.000006}
        assert sandbox.requests[-1].params["quoteOrderQty"] == "60"
        asked = await client.fetch_order(None, "BTC/USDT", named)
        assert asked["id"] == bought["id"]
        await client.create_order("BTC/USDT", "market", "sell", 0.005, None, {})
        assert len(await client.fetch_my_trades("BTC/USDT")) == 2
        assert (await client.fetch_balance())["BTC"]["free"] == 0.000994


async def test_ccxt_places_lists_and_cancels_limit_orders():
    async with through_ccxt() as (_, client):
        for name in ("pig-1", "pig-2"):
            await client.create_limit_buy_order("BTC/USDT", 0.01, 9000, {"clientOrderId": name})
        assert len(await client.fetch_open_orders("BTC/USDT")) == 2
        gone = await client.cancel_order("", "BTC/USDT", {"clientOrderId": "pig-1"})
        assert gone["status"] == "canceled"
        await client.cancel_all_orders("BTC/USDT")
        assert await client.fetch_open_orders("BTC/USDT") == []


async def test_ccxt_reads_prices_time_candles_and_the_rights_of_the_key():
    async with through_ccxt() as (_, client):
        assert len(await client.fetch_ohlcv("BTC/USDT", "1m", limit=5)) == 5
        assert (await client.fetch_ticker("BTC/USDT"))["last"] == 10000.0
        assert set(await client.fetch_tickers(["BTC/USDT", "ETH/USDT"])) == {"BTC/USDT", "ETH/USDT"}
        assert await client.fetch_time() > 0
        rights = await client.sapi_get_account_apirestrictions()
        assert rights["enableSpotAndMarginTrading"] is True


async def test_ccxt_takes_a_refusal_for_what_it_is():
    async with through_ccxt() as (sandbox, client):
        with pytest.raises(ccxt.InsufficientFunds):
            await client.create_market_buy_order_with_cost("BTC/USDT", 20_000)
        with pytest.raises(ccxt.OrderNotFound):
            await client.fetch_order(None, "BTC/USDT", {"clientOrderId": "nobody"})
        await sandbox.misbehave("html-after", count=1)
        lost = await client.create_market_buy_order_with_cost("BTC/USDT", 60)
        assert lost["id"] is None
        assert len(sandbox.books.orders) == 1


async def test_ccxt_tests_an_order_without_placing_it():
    async with through_ccxt() as (sandbox, client):
        await client.create_order("BTC/USDT", "market", "buy", 0.01, None, {"test": True})
        assert not sandbox.books.orders
