"""Our fills as the venue has them: by our ids, to the last unit, and nothing of the owner's own."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from piggybot.sandbox.books import Wanted
from piggybot.sandbox.rules import SYMBOLS
from tests.proxy.edges import Proxy, running

pytestmark = pytest.mark.anyio

ORDER, ORDERS, TRADES = "/api/v3/order", "/api/v3/allOrders", "/api/v3/myTrades"
D = Decimal


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    async with running(tmp_path) as proxy:
        proxy.key = proxy.exchange.sandbox.add_key()
        await proxy.save(proxy.key)
        await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
        yield proxy


def by_hand(
    proxy: Proxy, client_id: str, side: str = "BUY", price: str | None = None, qty: str = "0.001"
) -> None:
    """The owner, or somebody with their key, trades at the exchange itself."""
    kind, tif = ("MARKET", "GTC") if price is None else ("LIMIT", "GTC")
    limit = None if price is None else D(price)
    wanted = Wanted(client_id, SYMBOLS["BTCUSDT"], side, kind, tif, D(qty), None, limit)
    proxy.exchange.sandbox.books.place(proxy.key, wanted)


async def books(proxy: Proxy, mode: str = "LIVE", since: int = 0, user: str = "u1") -> Any:
    query = {"exchange": "binance", "mode": mode, "since": since}
    return await proxy.call("GET", f"/api/books/{user}", params=query)


async def buy(proxy: Proxy, client_id: str, amount: str = "5") -> dict[str, Any]:
    answer = await proxy.buy(amount, headers={"Idempotency-Key": client_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


def told(fill: Any) -> tuple[str, Decimal, Decimal, Decimal, str]:
    numbers = (D(fill[name]) for name in ("price", "qty", "fee"))
    return fill["tradeId"], *numbers, fill["feeAsset"]


async def test_our_fills_are_the_exchanges_own_trades_to_the_last_unit(proxy: Proxy) -> None:
    proxy.exchange.sandbox.books.fill_next("split")
    await buy(proxy, "pg-first-000001")
    await buy(proxy, "another-clients-id-1", "7")

    answer = (await books(proxy)).json()

    trades = proxy.exchange.sandbox.books.trades
    assert [one["clientOrderId"] for one in answer["orders"]] == [
        "pg-first-000001",
        "another-clients-id-1",
    ]
    assert [told(fill) for one in answer["orders"] for fill in one["fills"]] == [
        (str(one.trade_id), one.price, one.quantity, one.commission, one.commission_asset)
        for one in trades
    ]
    assert len(trades) == 3
    assert all(one["known"] and not one["open"] for one in answer["orders"])


async def test_the_owners_own_orders_are_not_on_the_list(proxy: Proxy) -> None:
    by_hand(proxy, "web_8f3a")
    await buy(proxy, "pg-first-000001")
    by_hand(proxy, "x-another-bot", "SELL")

    answer = (await books(proxy)).json()

    assert [one["clientOrderId"] for one in answer["orders"]] == ["pg-first-000001"]


async def test_an_order_of_another_account_with_the_same_key_is_not_this_ones(
    proxy: Proxy,
) -> None:
    await proxy.save(proxy.key, user="u2")
    await buy(proxy, "pg-first-000001")

    assert (await books(proxy, user="u2")).json()["orders"] == []
    nobody = await books(proxy, user="nobody")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "unknown_account")


async def test_a_stranger_in_our_id_space_is_shown_filled_or_open(proxy: Proxy) -> None:
    by_hand(proxy, "pg-stranger-00001")
    by_hand(proxy, "pg-stranger-00002", price="2000")

    filled, waiting = (await books(proxy)).json()["orders"]

    assert (filled["known"], filled["open"], len(filled["fills"])) == (False, False, 1)
    assert (waiting["known"], waiting["open"], waiting["fills"]) == (False, True, [])


async def test_long_lists_are_read_page_by_page_and_only_from_where_it_matters(
    proxy: Proxy,
) -> None:
    await buy(proxy, "pg-first-000001")
    for number in range(1500):
        by_hand(proxy, f"web_{number}", "BUY" if number % 2 else "SELL", qty="0.0002")
    last = await buy(proxy, "pg-last-0000001")
    asked = proxy.exchange.sandbox.count

    whole = (await books(proxy)).json()
    assert [one["clientOrderId"] for one in whole["orders"]] == [
        "pg-first-000001",
        "pg-last-0000001",
    ]
    assert (asked("GET", ORDERS), asked("GET", TRADES)) == (3, 2)

    await buy(proxy, "pg-newer-000001")
    newer = (await books(proxy, since=last["transactTime"] + 1)).json()
    assert [one["clientOrderId"] for one in newer["orders"]] == ["pg-newer-000001"]
    assert (asked("GET", ORDERS), asked("GET", TRADES)) == (5, 3)


@pytest.mark.parametrize(
    "fault", ["empty-object-after", "half-json-after", "trades-empty", "500-before"]
)
async def test_lists_that_cannot_be_read_whole_are_an_error_and_never_a_short_list(
    proxy: Proxy, fault: str
) -> None:
    await buy(proxy, "pg-first-000001")
    path = TRADES if fault == "trades-empty" else ORDERS
    await proxy.exchange.sandbox.misbehave(fault, method="GET", path=path)

    answer = await books(proxy)

    assert answer.status_code == 503


async def test_without_a_key_there_is_no_list(proxy: Proxy) -> None:
    await proxy.call("POST", "/api/account", json={"userId": "u3", "exchange": "binance"})

    answer = await books(proxy, user="u3")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_key")


async def test_the_paper_book_is_read_the_same_way(proxy: Proxy) -> None:
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "PAPER"})
    bought = await buy(proxy, "pg-paper-000001")

    answer = (await books(proxy, "PAPER")).json()

    [order] = answer["orders"]
    assert (answer["title"], order["known"], order["side"]) == ("Paper", True, "BUY")
    assert order["fills"] == bought["fills"]
    later = (await books(proxy, "PAPER", since=bought["transactTime"] + 1)).json()
    assert later["orders"] == []


async def adopt(proxy: Proxy, *ids: str, user: str = "u1") -> Any:
    body = {"userId": user, "exchange": "binance", "mode": "LIVE", "since": 0}
    answer = await proxy.call("POST", "/api/adopt", json=body | {"clientOrderIds": list(ids)})
    assert answer.status_code == 200, answer.text
    return answer.json()["orders"]


async def held(proxy: Proxy) -> Decimal:
    account = (await proxy.call("GET", "/api/account/u1")).json()
    return sum((D(one["units"]) for one in account["holdings"]), D(0))


async def test_a_stranger_can_be_taken_over_once_and_then_sold(proxy: Proxy) -> None:
    by_hand(proxy, "pg-stranger-00001")

    [first] = await adopt(proxy, "pg-stranger-00001")
    [again] = await adopt(proxy, "pg-stranger-00001", "pg-never-was-00001")

    assert first == again
    assert (first["status"], first["executedQty"], first["side"]) == ("FILLED", "0.00100000", "BUY")
    assert await held(proxy) == D("0.000999")
    [known] = (await books(proxy)).json()["orders"]
    assert known["known"]
    sold = await proxy.buy(None, side="sell", units="0.0005", headers={})
    assert sold.json()["status"] == "FILLED"


async def test_an_order_that_was_taken_for_absent_is_found_by_taking_it_over(
    proxy: Proxy,
) -> None:
    await proxy.call("POST", "/api/orders/pg-voided-000001/void", json={"userId": "u1"})
    by_hand(proxy, "pg-voided-000001")

    [order] = await adopt(proxy, "pg-voided-000001")

    assert (order["status"], order["executedQty"]) == ("FILLED", "0.00100000")
    assert await held(proxy) == D("0.000999")


async def test_anothers_order_is_not_taken_over(proxy: Proxy) -> None:
    await proxy.save(proxy.key, user="u2")
    await buy(proxy, "pg-first-000001")

    assert await adopt(proxy, "pg-first-000001", user="u2") == []


async def test_an_order_that_the_exchange_does_not_have_goes_out_and_is_held_no_more(
    proxy: Proxy,
) -> None:
    first = await buy(proxy, "pg-first-000001")
    await buy(proxy, "pg-second-00001", "7")
    there = proxy.exchange.sandbox.books
    lost = there.orders.pop()
    there.trades[:] = [one for one in there.trades if one.order_id != lost.order_id]
    asked = {
        "userId": "u1",
        "exchange": "binance",
        "mode": "LIVE",
        "since": 0,
        "clientOrderIds": ["pg-first-000001", "pg-second-00001", "pg-never-000001"],
    }
    answer = (await proxy.call("POST", "/api/adopt", json=asked)).json()
    by_id = {one["clientOrderId"]: one for one in answer["orders"]}
    assert by_id["pg-second-00001"]["status"] == "ABSENT"
    assert by_id["pg-first-000001"]["status"] == "FILLED"
    assert "pg-never-000001" not in by_id
    account = (await proxy.call("GET", "/api/account/u1")).json()
    [held] = account["holdings"]
    [fill] = first["fills"]
    assert D(held["units"]) == D(fill["qty"]) - D(fill["fee"])


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [((), 409, "not_absent"), (("500-before",), 503, "unknown")],
    ids=["which says that it is there", "which gives no answer"],
)
async def test_an_order_goes_out_on_no_list_alone_but_on_a_word_of_the_exchange(
    proxy: Proxy, more: tuple[str, ...], status: int, code: str
) -> None:
    await buy(proxy, "pg-first-000001")
    before = (await proxy.call("GET", "/api/account/u1")).json()["holdings"]
    for path in (ORDERS, TRADES):
        await proxy.exchange.sandbox.misbehave("empty-list-after", method="GET", path=path)
    for name in more:
        await proxy.exchange.sandbox.misbehave(name, method="GET", path=ORDER)
    asked = {
        "userId": "u1",
        "exchange": "binance",
        "mode": "LIVE",
        "since": 0,
        "clientOrderIds": ["pg-first-000001"],
    }
    answer = await proxy.call("POST", "/api/adopt", json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (await proxy.call("GET", "/api/account/u1")).json()["holdings"] == before
