"""What each endpoint says, to the letter that existing clients read."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.proxy.edges import Proxy, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    async with running(tmp_path) as proxy:
        await proxy.save(proxy.exchange.sandbox.add_key())
        yield proxy


async def test_a_live_trade_is_one_order_in_the_books_and_all_its_names(proxy: Proxy) -> None:
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})

    answer = await proxy.buy("5", headers={"Idempotency-Key": "pg-my-own-id-000001"})

    trade = answer.json()
    assert answer.status_code == 200
    assert answer.headers["idempotency-key"] == "pg-my-own-id-000001" == trade["clientOrderId"]
    names = "orderId clientOrderId status mode symbol side price executedQty cummulativeQuoteQty"
    assert set(names.split()) | {"fee", "transactTime"} <= set(trade)
    assert (trade["status"], trade["mode"], trade["side"]) == ("FILLED", "LIVE", "BUY")
    assert all(isinstance(trade[name], str) for name in ("price", "executedQty", "fee"))
    [order] = proxy.exchange.sandbox.books.orders
    assert order.wanted.client_id == "pg-my-own-id-000001"


async def test_the_same_id_gets_the_same_answer_and_other_contents_are_refused(
    proxy: Proxy,
) -> None:
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    mine = {"Idempotency-Key": "pg-my-own-id-000001"}

    first = await proxy.buy("5", headers=mine)
    again = await proxy.buy("5", headers=mine)
    other = await proxy.buy("6", headers=mine)

    assert again.json() == first.json()
    assert (other.status_code, other.json()["error"]["code"]) == (409, "id_reused")
    assert len(proxy.exchange.sandbox.books.orders) == 1


async def test_without_an_id_one_is_minted_and_returned(proxy: Proxy) -> None:
    first, second = await proxy.buy(), await proxy.buy()

    ids = {one.headers["idempotency-key"] for one in (first, second)}
    assert len(ids) == 2
    assert all(len(one) == 25 for one in ids)
    assert first.json()["mode"] == "PAPER"
    assert proxy.exchange.sandbox.books.orders == []


async def test_an_unknown_outcome_is_202_and_is_found_by_asking(proxy: Proxy) -> None:
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    await proxy.exchange.sandbox.misbehave("500-after", count=1)

    answer = await proxy.buy("5", headers={"Idempotency-Key": "pg-my-own-id-000001"})

    assert answer.status_code == 202
    assert answer.json() == {"status": "UNKNOWN", "clientOrderId": "pg-my-own-id-000001"}
    asked = await proxy.call("GET", "/api/orders/pg-my-own-id-000001?userId=u1")
    assert asked.json()["status"] in {"UNKNOWN", "FILLED"}
    assert len(proxy.exchange.sandbox.books.orders) == 1


async def test_a_denied_order_names_itself(proxy: Proxy) -> None:
    answer = await proxy.buy("1", headers={"Idempotency-Key": "pg-my-own-id-000001"})

    body = answer.json()
    assert answer.status_code == 409
    assert body["error"]["code"] == "below_minimum"
    assert (body["clientOrderId"], body["status"]) == ("pg-my-own-id-000001", "DENIED")
    assert answer.headers["idempotency-key"] == "pg-my-own-id-000001"


async def test_anothers_order_is_not_there(proxy: Proxy) -> None:
    await proxy.call("POST", "/api/account", json={"userId": "u2", "exchange": "binance"})
    await proxy.buy("5", headers={"Idempotency-Key": "pg-my-own-id-000001"})

    theirs = await proxy.call("GET", "/api/orders/pg-my-own-id-000001?userId=u2")
    absent = await proxy.call("GET", "/api/orders/pg-never-was-000001?userId=u2")
    void = await proxy.call("POST", "/api/orders/pg-my-own-id-000001/void", json={"userId": "u2"})

    assert theirs.status_code == absent.status_code == void.status_code == 404
    assert theirs.json() == absent.json()


async def test_symbols_come_with_or_without_a_slash(proxy: Proxy) -> None:
    for symbol in ("BTC/USDT", "BTCUSDT", "btcusdt"):
        price = await proxy.call(
            "GET", "/api/price", params={"exchange": "binance", "symbol": symbol}
        )
        assert price.json()["symbol"] == "BTC/USDT"

    unknown = await proxy.call("GET", "/api/market?exchange=binance&symbol=DOGE/MOON")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (409, "unknown_symbol")


async def test_the_venue_tells_its_time_or_that_it_is_not_there(proxy: Proxy) -> None:
    await proxy.exchange.sandbox.misbehave("clock-skew", seconds=-30)
    told = (await proxy.call("GET", "/api/venue?exchange=binance")).json()
    assert (told["exchange"], told["title"], told["sandbox"]) == ("binance", "Binance", True)
    assert round(told["aheadMs"] / 1000) == 30
    await proxy.exchange.sandbox.misbehave("refused")
    gone = await proxy.call("GET", "/api/venue?exchange=binance")
    assert (gone.status_code, gone.json()["error"]["code"]) == (503, "venue_unavailable")
    await proxy.exchange.sandbox.misbehave("ok")


async def test_candles_are_closed_and_without_gaps(proxy: Proxy) -> None:
    answer = await proxy.call(
        "GET", "/api/candles?exchange=binance&symbol=BTCUSDT&timeframe=1m&limit=50"
    )

    opened = [one["openTime"] for one in answer.json()["candles"]]
    assert len(opened) == 50
    assert {later - earlier for earlier, later in pairwise(opened)} == {60_000}


async def test_candles_that_are_not_whole_say_why_and_since_when_they_are(proxy: Proxy) -> None:
    hour = 3_600_000
    end = proxy.exchange.sandbox.milliseconds() // hour * hour
    await proxy.exchange.sandbox.misbehave("candles-young", at=end - 7 * hour)
    series = f"exchange=binance&symbol=BTCUSDT&timeframe=1h&end={end}"

    refused = await proxy.call("GET", f"/api/candles?{series}&limit=1000")
    given = await proxy.call("GET", f"/api/candles?{series}&limit=7")

    body = refused.json()
    assert (refused.status_code, body["error"]["code"]) == (409, "too_little_history")
    assert body["error"]["hint"] == "7 of the 1000 asked for are there: ask for at most 7."
    assert body["wholeSince"] == given.json()["candles"][0]["openTime"] == end - 7 * hour


@pytest.mark.parametrize(
    ("exchange", "word"),
    [
        ("kraken", "Kraken is not supported yet."),
        ("coinbase", "Coinbase is not supported yet."),
        ("coinbasepro", "its heir is coinbase"),
        ("mtgox", "no exchange of that name"),
    ],
)
async def test_an_exchange_that_is_not_supported_gets_a_clear_sentence(
    proxy: Proxy, exchange: str, word: str
) -> None:
    body = {"userId": "u1", "exchange": exchange, "apiKey": "k" * 10, "apiSecret": "s" * 10}
    key = await proxy.call("POST", "/api/credentials", json=body)
    price = await proxy.call("GET", f"/api/price?exchange={exchange}&symbol=BTC/USDT")

    assert (key.status_code, key.json()["error"]) == (409, "unsupported_exchange")
    assert word in key.json()["message"]
    assert price.json()["error"]["code"] == "unsupported_exchange"


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/api/trade", {"userId": "u1", "side": "BUY", "symbol": "X"}, "exchange"),
        ("/api/trade", {"userId": "u1", "side": "HODL-s3cret", "exchange": "binance"}, "side"),
        ("/api/trade", {"userId": "s3cret with spaces"}, "userId"),
        ("/api/trade", {"s3cret": 1}, "a field that does not exist"),
        ("/api/mode", {"userId": "u1", "mode": "s3cret"}, "mode"),
        ("/api/limits", {"userId": "u1", "maxTradeUsd": "s3cret"}, "maxTradeUsd"),
        ("/api/credentials", {"userId": "u1", "apiSecret": ["s3cret"]}, "apiSecret"),
    ],
)
async def test_a_wrong_request_names_the_field_and_echoes_nothing(
    proxy: Proxy, path: str, body: dict[str, object], named: str
) -> None:
    answer = await proxy.call("POST", path, json=body)

    assert answer.status_code == 422
    assert "invalid_request" in answer.text
    assert named in answer.text
    assert "s3cret" not in answer.text


async def test_half_a_body_and_a_wrong_id_are_told_without_an_echo(proxy: Proxy) -> None:
    json_type = {"Content-Type": "application/json"}
    half = await proxy.call("POST", "/api/trade", content=b'{"s3cret": ', headers=json_type)
    wrong = await proxy.buy(headers={"Idempotency-Key": "s3cret !"})

    assert half.status_code == wrong.status_code == 422
    assert "s3cret" not in half.text + wrong.text
    assert "dempotency" in wrong.text


async def test_a_venue_that_is_away_is_503_for_reads(proxy: Proxy) -> None:
    await proxy.exchange.sandbox.misbehave("refused")

    for path in ("/api/price?exchange=binance&symbol=ETH/USDT", "/api/balance/u1?mode=LIVE"):
        answer = await proxy.call("GET", path)
        assert answer.status_code == 503
        assert answer.json()["error"]["hint"]


async def test_a_stop_is_answered_and_holds(proxy: Proxy) -> None:
    closed = await proxy.call("POST", "/api/stop", json={"userId": "u1"})
    denied = await proxy.buy()

    assert closed.json()["closed"] is True
    assert (denied.status_code, denied.json()["error"]["code"]) == (409, "account_halted")
