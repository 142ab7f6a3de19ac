"""Market data for thousands: whole, shared, paged back, and never asked for twice.

The proxy and the exchange are the real ones, on a clock that is set.

May import: core, errors, market, proxy_client, wire.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from piggybot.core.market import Candles
from piggybot.errors import BrokerDown, BrokerRefused
from piggybot.market import MarketData
from piggybot.proxy_client import ProxyClient
from piggybot.sandbox.exchange import ExchangeSandbox
from proxy.wire import Timeframe
from tests.proxy.edges import TOKEN, Proxy, running

pytestmark = pytest.mark.anyio

HOUR = 3_600_000
START = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)
TWELVE = int(START.replace(minute=0).timestamp() * 1000)
KLINES = "/api/v3/klines"
H1 = Timeframe.H1


@dataclass
class Stall:
    """Market data over the wire, and what the exchange behind it was asked."""

    proxy: Proxy
    now: datetime = START
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = ProxyClient(str(self.proxy.client.base_url), TOKEN, 10)
        self.market = MarketData(self.client, self.clock, self.sleep)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)

    @property
    def exchange(self) -> ExchangeSandbox:
        return self.proxy.exchange.sandbox

    async def btc(self, count: int, end: datetime | None = None) -> Candles:
        return await self.market.candles("binanceus", "BTC/USDT", H1, count, end)


@pytest.fixture
async def stall(tmp_path: Path) -> AsyncIterator[Stall]:
    stalls: list[Stall] = []

    def clock() -> datetime:
        return stalls[0].now if stalls else START

    async with running(tmp_path, clock=clock) as proxy:
        stalls.append(Stall(proxy))
        yield stalls[0]
        await stalls[0].market.close()
        await stalls[0].client.close()


def same(one: Candles, other: Candles) -> bool:
    names = ("opened", "open", "high", "low", "close", "volume")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


async def test_candles_come_as_arrays_with_the_venues_own_numbers(stall: Stall) -> None:
    found = await stall.btc(48)

    own = stall.exchange.market.candles("BTCUSDT", "1h", TWELVE - 48 * HOUR, 48)
    assert (found.symbol, found.timeframe, len(found)) == ("BTC/USDT", H1, 48)
    assert found.opened.tolist() == [one.opened for one in own]
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(found, name).tolist() == [float(getattr(one, name)) for one in own]


async def test_a_thousand_callers_are_one_question_to_the_exchange(stall: Stall) -> None:
    found = await asyncio.gather(*(stall.btc(100) for _ in range(1000)))

    assert stall.exchange.count("GET", KLINES) == 1
    assert all(one is found[0] for one in found)


async def test_a_thousand_callers_share_one_refusal(stall: Stall) -> None:
    await stall.exchange.misbehave("candles-zero", at=TWELVE - 7 * HOUR)

    found = await asyncio.gather(*(stall.btc(100) for _ in range(1000)), return_exceptions=True)

    assert stall.exchange.count("GET", KLINES) == 1
    assert {str(one) for one in found} == {
        "Binance.US's BTC/USDT 1h candles cannot be used: the one of 2031-05-06 05:00 UTC has a "
        "price of zero. Nothing was decided on them. Try again in a few minutes, or choose "
        "another market."
    }
    await stall.exchange.misbehave("ok")
    stall.now += timedelta(seconds=3)
    assert len(await stall.btc(100)) == 100


async def test_what_memory_holds_is_not_asked_again(stall: Stall) -> None:
    whole = await stall.btc(1200)
    asked = list(stall.proxy.exchange.sandbox.requests)
    stall.now += timedelta(minutes=5)

    assert same(await stall.btc(300), whole.part(900, 1200))
    earlier = await stall.btc(50, START - timedelta(hours=100))
    assert same(earlier, whole.part(1050, 1100))
    assert stall.exchange.requests == asked


async def test_a_new_slot_costs_one_small_question(stall: Stall) -> None:
    whole = await stall.btc(500)
    stall.now += timedelta(hours=1)
    later = await stall.btc(500)

    assert later.opened[-1] == TWELVE
    assert same(later.part(0, 499), whole.part(1, 500))
    assert stall.exchange.requests[-1].params["limit"] == "2"


async def test_thousands_are_paged_back_and_the_way_is_told(stall: Stall) -> None:
    told: list[tuple[int, int]] = []

    async def progress(done: int, of: int) -> None:
        told.append((done, of))

    found = await stall.market.candles("binanceus", "BTC/USDT", H1, 3500, None, progress)
    more = await stall.market.candles("binanceus", "BTC/USDT", H1, 4000, None, progress)

    assert (len(found), set(np.diff(more.opened).tolist())) == (3500, {HOUR})
    assert same(found, more.part(500, 4000))
    assert told == [(1000, 3500), (2000, 3500), (3000, 3500), (3500, 3500), (4000, 4000)]


@pytest.mark.parametrize(
    ("lie", "code", "hint"),
    [
        (
            "candles-gap",
            "gapped_candles",
            "From then on 2,499 of 4,000 are whole (104 days): ask for at most so many, or "
            "choose a shorter timeframe.",
        ),
        (
            "candles-young",
            "too_little_history",
            "From then on 2,500 of 4,000 are whole (104 days): ask for at most so many, or "
            "choose a shorter timeframe.",
        ),
    ],
)
async def test_one_fault_among_thousands_says_how_many_are_whole(
    stall: Stall, lie: str, code: str, hint: str
) -> None:
    await stall.exchange.misbehave(lie, at=TWELVE - 2500 * HOUR)

    with pytest.raises(BrokerRefused) as refused:
        await stall.btc(4000)

    assert (refused.value.problem.code, refused.value.hint) == (code, hint)
    assert "2031-01-22 08:00 UTC" in refused.value.message
    whole = int(hint.split()[3].replace(",", ""))
    assert len(await stall.btc(whole)) == whole


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        ("candles-zero", "the one of 2031-01-22 08:00 UTC has a price of zero."),
        ("candles-twice", "the one of 2031-01-22 08:00 UTC is there twice."),
        (
            "candles-backwards",
            "time runs backwards, from 2031-01-22 08:00 UTC to 2031-01-22 07:00 UTC.",
        ),
        ("candles-longer", "the one of 2031-01-22 08:00 UTC is not as long as 1h."),
    ],
)
async def test_one_lie_among_thousands_is_refused_by_its_name(
    stall: Stall, lie: str, why: str
) -> None:
    await stall.exchange.misbehave(lie, at=TWELVE - 2500 * HOUR)

    with pytest.raises(BrokerRefused) as refused:
        await stall.btc(4000)

    assert refused.value.problem.code == "bad_candles"
    assert refused.value.message == f"Binance.US's BTC/USDT 1h candles cannot be used: {why}"


async def test_a_candle_that_the_venue_shows_a_moment_late_is_waited_for(stall: Stall) -> None:
    stall.now = START.replace(minute=0) + timedelta(hours=1)
    await stall.exchange.misbehave("candles-stale", count=1, at=TWELVE)

    found = await stall.btc(10)

    assert (int(found.opened[-1]), stall.pauses) == (TWELVE, [1.0])


async def test_a_venue_that_stands_still_is_an_error_after_a_short_wait(stall: Stall) -> None:
    stall.now = START.replace(minute=0) + timedelta(hours=1)
    await stall.exchange.misbehave("candles-stale", at=TWELVE)

    with pytest.raises(BrokerRefused) as stale:
        await stall.btc(10)

    assert (stale.value.problem.code, stall.pauses) == ("stale_candles", [1.0, 3.0])
    stall.now += timedelta(minutes=1)
    with pytest.raises(BrokerRefused):
        await stall.btc(10)
    assert stall.pauses == [1.0, 3.0], "what has been late for a minute is not waited for"


async def test_a_past_that_has_changed_is_not_sewn_to_the_new(stall: Stall) -> None:
    before = await stall.btc(50)
    await stall.proxy.call("GET", "/api/health")
    stall.exchange.market._anchor -= 3000
    stall.now += timedelta(hours=1)

    after = await stall.btc(50)

    own = stall.exchange.market.candles("BTCUSDT", "1h", TWELVE - 49 * HOUR, 50)
    assert after.close.tolist() == [float(one.close) for one in own]
    assert after.close[0] != before.close[1]


async def test_an_unknown_symbol_and_a_dead_proxy_say_so(stall: Stall) -> None:
    with pytest.raises(BrokerRefused) as unknown:
        await stall.market.candles("binanceus", "DOGE/USDT", H1, 10)
    assert unknown.value.problem.code == "unknown_symbol"

    await stall.proxy.server.stop()
    with pytest.raises(BrokerDown):
        await stall.btc(10)


async def test_a_price_is_shared_for_two_seconds(stall: Stall) -> None:
    ticker = "/api/v3/ticker/price"
    prices = await asyncio.gather(
        *(stall.market.price("binanceus", "BTC/USDT") for _ in range(500))
    )

    assert (stall.exchange.count("GET", ticker), len({one.price for one in prices})) == (1, 1)
    stall.now += timedelta(seconds=2)
    await stall.market.price("binanceus", "BTC/USDT")
    assert stall.exchange.count("GET", ticker) == 2
