"""Markets and prices: read to the digit, shared safely, and never used stale."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from proxy.errors import UnknownSymbol, VenueUnavailable
from proxy.market_list import MarketList
from proxy.markets import read_market
from tests.proxy.loopback_venue import FILTERS, LoopbackVenue, Seen, told, venue_at

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


def listed(filters: list[dict[str, Any]]) -> dict[str, Any]:
    names = {"symbol": "BTC/USDT", "id": "BTCUSDT", "base": "BTC", "quote": "USDT", "spot": True}
    return names | {"info": {"filters": filters}}


def test_rules_come_from_the_raw_filters() -> None:
    market = read_market("binance", listed(FILTERS))

    assert market is not None
    assert (market.step, market.min_qty) == (Decimal("0.00001"), Decimal("0.00001"))
    assert (market.tick, market.min_notional) == (Decimal("0.01"), Decimal(1))


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        ({"filterType": "NOTIONAL", "minNotional": "5", "applyMinToMarket": False}, 0),
        ({"filterType": "NOTIONAL", "minNotional": "5", "applyMinToMarket": True}, 5),
        ({"filterType": "MIN_NOTIONAL", "minNotional": "10", "applyToMarket": True}, 10),
        ({"filterType": "MIN_NOTIONAL", "minNotional": "10", "applyToMarket": False}, 0),
        ({"filterType": "OTHER"}, 0),
    ],
)
def test_the_smallest_order_is_what_market_orders_are_held_to(
    rule: dict[str, Any], least: int
) -> None:
    market = read_market("binance", listed([*FILTERS[:3], rule]))

    assert market is not None
    assert market.min_notional == least


def test_rules_that_are_equal_are_written_alike() -> None:
    """What an order is kept with is looked up by its rules, and must not be another's writing."""
    written = []
    for least in ("1", "1.00000000"):
        rule = {"filterType": "NOTIONAL", "minNotional": least}
        market = read_market("binance", listed([*FILTERS[:3], rule]))
        assert market is not None
        written.append(market.sizes.model_dump_json())
    assert written[0] == written[1]


def test_a_market_without_its_rules_is_no_market() -> None:
    assert read_market("binance", listed(FILTERS[:1])) is None
    assert read_market("binance", listed([{**FILTERS[1], "stepSize": "0"}, FILTERS[0]])) is None


async def test_a_caller_that_gives_up_does_not_end_the_load_for_others() -> None:
    go_on, loads = asyncio.Event(), []

    async def load() -> dict[str, Any]:
        loads.append("load")
        await go_on.wait()
        return {"BTC/USDT": listed(FILTERS)}

    markets = MarketList("binance", load, lambda: NOW)
    waiting = [asyncio.create_task(markets.find("BTCUSDT")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    go_on.set()

    assert (await waiting[1]).symbol == (await waiting[2]).symbol == "BTC/USDT"
    assert loads == ["load"]
    await markets.close()


async def test_a_list_that_is_old_is_not_used_and_a_failed_load_keeps_the_young_one() -> None:
    clock, broken = [NOW], []

    async def load() -> dict[str, Any]:
        if broken:
            raise VenueUnavailable("no_markets", "away")
        return {"BTC/USDT": listed(FILTERS)}

    markets = MarketList("binance", load, lambda: clock[0])
    await markets.find("btc/usdt")
    broken.append(True)
    clock[0] += timedelta(minutes=59)
    with pytest.raises(VenueUnavailable):
        await markets.reload()
    assert (await markets.find("BTC/USDT")).symbol == "BTC/USDT"

    clock[0] += timedelta(minutes=2)
    with pytest.raises(VenueUnavailable, match="markets_stale"):
        await markets.find("BTC/USDT")


async def test_a_price_is_asked_again_after_two_seconds(fake: LoopbackVenue) -> None:
    clock = [NOW]
    venue = venue_at(fake.server.url, clock=lambda: clock[0])

    first = await venue.quote("BTC/USDT")
    clock[0] += timedelta(seconds=1.9)
    assert await venue.quote("BTCUSDT") == first
    clock[0] += timedelta(seconds=0.2)
    later = await venue.quote("BTC/USDT")

    assert first.price == later.price == Decimal("64000.10")
    assert later.at > first.at
    assert len([one for one in fake.seen if one.path == "/api/v3/ticker/price"]) == 2
    await venue.close()


async def test_a_price_that_many_want_at_once_is_asked_once(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    hurried = asyncio.create_task(venue.quote("BTC/USDT"))
    waiting = [asyncio.create_task(venue.quote("BTC/USDT")) for _ in range(9)]
    await asyncio.sleep(0)
    hurried.cancel()

    prices = {(await one).price for one in waiting}

    assert prices == {Decimal("64000.10")}
    assert hurried.cancelled()
    assert len([one for one in fake.seen if one.path == "/api/v3/ticker/price"]) == 1
    await venue.close()


async def test_a_price_that_took_too_long_is_no_price(fake: LoopbackVenue) -> None:
    clock = [NOW]

    async def slow(seen: Seen) -> None:
        if seen.path == "/api/v3/ticker/price":
            clock[0] += timedelta(seconds=11)

    fake.before_answer = slow
    venue = venue_at(fake.server.url, clock=lambda: clock[0])

    with pytest.raises(VenueUnavailable, match="no_price"):
        await venue.quote("BTC/USDT")
    await venue.close()


@pytest.mark.parametrize("price", ["0", "-1", "NaN", None, True, "cheap"])
async def test_a_price_that_is_no_price_is_refused(fake: LoopbackVenue, price: Any) -> None:
    fake.answers[("GET", "/api/v3/ticker/price")] = told({"symbol": "BTCUSDT", "price": price})
    venue = venue_at(fake.server.url)

    with pytest.raises(VenueUnavailable, match="no_price"):
        await venue.quote("BTC/USDT")
    await venue.close()


async def test_a_venue_that_lists_nonsense_has_no_markets(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    for body in ({}, {"symbols": []}, {"symbols": [{}]}, b"<html>", []):
        fake.answers[("GET", "/api/v3/exchangeInfo")] = told(body)
        with pytest.raises(VenueUnavailable):
            await venue.market("BTC/USDT")
    await venue.close()


async def test_a_symbol_that_is_not_listed_is_unknown(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    for symbol in ("DOGE/USDT", "", "BTC-USDT", "../BTC"):
        with pytest.raises(UnknownSymbol):
            await venue.market(symbol)
    await venue.close()


@pytest.mark.parametrize(
    "body",
    [{}, [], {"balances": None}, {"balances": [{"asset": "BTC", "free": "x", "locked": "0"}]}, 7],
)
async def test_a_balance_with_a_hole_is_no_balance(fake: LoopbackVenue, body: Any) -> None:
    fake.answers[("GET", "/api/v3/account")] = told(body)
    venue = venue_at(fake.server.url)

    with pytest.raises(VenueUnavailable):
        await venue.balances("u1")
    await venue.close()
