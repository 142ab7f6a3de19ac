"""One budget for all: history stops at half of it, and the last fifth is for orders and stops."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from proxy.budget import WEIGHTS, Budget, Purpose, asking
from proxy.errors import VenueUnavailable
from proxy.exchange import CcxtVenue
from proxy.venue import Placement, Verdict
from proxy.wire import Side, Timeframe
from tests.proxy.loopback_venue import LoopbackVenue, Seen, told, venue_at

pytestmark = pytest.mark.anyio

US = WEIGHTS["binanceus"]
ORDER, KLINES, PRICE = "/api/v3/order", "/api/v3/klines", "/api/v3/ticker/price"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = 3_600_000


class Hands:
    """Time that passes only where something waits."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        return self.passed

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        await asyncio.sleep(0)


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def spend(budget: Budget, purpose: Purpose, weight: int = 1) -> None:
    with asking(purpose):
        await budget.spend(weight, "Binance.US")


async def spent_up(budget: Budget, purpose: Purpose) -> int:
    """How much can be spent until it has to wait too long."""
    spent = 0
    try:
        while True:
            await spend(budget, purpose, 10)
            spent += 10
    except VenueUnavailable:
        return spent


async def test_each_purpose_stops_at_its_share_and_the_rest_is_left_for_orders(
    hands: Hands,
) -> None:
    budget = Budget(US, hands.monotonic, hands.sleep)

    assert await spent_up(budget, Purpose.HISTORY) == 600
    assert await spent_up(budget, Purpose.LOOK) == 360
    assert await spent_up(budget, Purpose.ASK) == 120
    assert await spent_up(budget, Purpose.ACT) == 120
    assert hands.passed == 0, "nobody waited for what would not come in time"


async def test_who_is_told_to_wait_is_told_how_long(hands: Hands) -> None:
    budget = Budget(US, hands.monotonic, hands.sleep)
    await spent_up(budget, Purpose.ACT)
    hands.passed += 20

    with pytest.raises(VenueUnavailable) as busy:
        await spend(budget, Purpose.ACT)

    assert busy.value.code == "venue_busy"
    assert busy.value.message == (
        "Binance.US may be asked only so much a minute, and a reserve is kept for orders; there "
        "is room for this in 40 s."
    )


async def test_after_a_minute_it_is_free_again_and_a_short_wait_is_waited(hands: Hands) -> None:
    budget = Budget(US, hands.monotonic, hands.sleep)
    await spend(budget, Purpose.HISTORY, 590)
    hands.passed += 30
    await spend(budget, Purpose.HISTORY, 10)
    hands.passed += 22
    await spend(budget, Purpose.HISTORY, 10)

    assert hands.passed == 60, "it waited 8 s, until the first was a minute ago"
    await spend(budget, Purpose.HISTORY, 580)
    assert hands.passed == 60


async def test_what_others_on_the_same_address_used_counts_too(hands: Hands) -> None:
    budget = Budget(US, hands.monotonic, hands.sleep)
    await spend(budget, Purpose.LOOK)
    budget.told({"X-MBX-USED-WEIGHT-1M": "955"})

    await spend(budget, Purpose.LOOK, 5)
    with pytest.raises(VenueUnavailable):
        await spend(budget, Purpose.LOOK)
    await spend(budget, Purpose.ACT, 240)
    with pytest.raises(VenueUnavailable):
        await spend(budget, Purpose.ACT)

    budget.told({"x-mbx-used-weight-1m": "3"})
    await spend(budget, Purpose.HISTORY, 300)
    budget.told({"x-mbx-used-weight-1m": "many"})
    budget.told({})
    hands.passed += 60
    await spend(budget, Purpose.HISTORY, 600)


@pytest.mark.parametrize(
    ("venue", "method", "path", "weight"),
    [
        ("binanceus", "GET", "klines", 1),
        ("binance", "GET", "klines", 2),
        ("binanceus", "GET", "myTrades", 10),
        ("binance", "GET", "myTrades", 20),
        ("binanceus", "POST", "order", 1),
        ("binanceus", "GET", "somethingNew", 10),
    ],
)
def test_a_request_counts_what_the_venue_says(
    venue: str, method: str, path: str, weight: int
) -> None:
    assert WEIGHTS[venue].weight(method, path) == weight


@pytest.fixture
def fake(fake: LoopbackVenue) -> LoopbackVenue:
    fake.answers["GET", KLINES] = told([])
    fake.answers["POST", ORDER] = told({}, 500)
    return fake


def asked(fake: LoopbackVenue, path: str, method: str = "GET") -> int:
    return sum((one.method, one.path) == (method, path) for one in fake.seen)


async def test_candles_paged_back_by_the_thousand_leave_room_for_an_order_at_once(
    fake: LoopbackVenue, hands: Hands
) -> None:
    venue = venue_at(
        fake.server.url,
        clock=hands.clock,
        weights=replace(US, a_minute=60),
        monotonic=hands.monotonic,
        sleep=hands.sleep,
    )
    market = await venue.market("BTC/USDT")
    pages = [(HOUR * 1000 * page, HOUR * (1000 * page + 999)) for page in range(100)]

    async def page(first: int, last: int) -> str:
        try:
            await venue.klines(market, Timeframe.H1, first, last, 1000)
        except VenueUnavailable as busy:
            return busy.code
        return "there"

    told_of_pages = await asyncio.gather(*(page(*one) for one in pages))
    room = Decimal("0.1")
    order = Placement("pg-order-000001", "u1", market, Side.BUY, room, None)
    report = await venue.send(order, lambda: None)

    list_of_markets = 10
    assert told_of_pages.count("there") == asked(fake, KLINES) == 30 - list_of_markets
    assert set(told_of_pages) == {"there", "venue_busy"}
    assert (report.verdict, asked(fake, ORDER, "POST")) == (Verdict.UNKNOWN, 1)
    assert hands.passed == 0, "the order did not wait"
    await venue.close()


async def test_the_newest_candles_do_not_wait_behind_those_of_the_past(
    fake: LoopbackVenue, hands: Hands
) -> None:
    venue = venue_at(fake.server.url, clock=hands.clock)
    market = await venue.market("BTC/USDT")
    go_on = asyncio.Event()

    async def hold(seen: Seen) -> None:
        if seen.path == KLINES and int(seen.dict["endTime"]) < HOUR * 1000:
            await go_on.wait()

    fake.before_answer = hold
    history = [
        asyncio.create_task(venue.klines(market, Timeframe.H1, HOUR * at, HOUR * at, 1))
        for at in range(50)
    ]
    while asked(fake, KLINES) < 4:
        await asyncio.sleep(0.001)
    newest = int(NOON.timestamp() * 1000) - HOUR
    await venue.klines(market, Timeframe.H1, newest, newest, 1)

    assert asked(fake, KLINES) == 5, "four of the past were on the wire, and no more"
    go_on.set()
    await asyncio.gather(*history)
    await venue.close()


async def test_an_order_for_which_there_is_no_room_at_all_is_not_sent(
    fake: LoopbackVenue, hands: Hands
) -> None:
    fake.answers["GET", PRICE] = told(
        {"symbol": "BTCUSDT", "price": "64000"}, x_mbx_used_weight_1m="1200"
    )
    venue = venue_at(
        fake.server.url, clock=hands.clock, weights=US, monotonic=hands.monotonic, sleep=hands.sleep
    )
    await venue.quote("BTC/USDT")
    market = await venue.market("BTC/USDT")
    passed: list[str] = []

    order = Placement("pg-order-000001", "u1", market, Side.BUY, Decimal(10), None)
    report = await venue.send(order, lambda: passed.append("gate"))

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "venue_busy")
    assert (passed, fake.orders) == ([], [])
    await venue.close()


@pytest.fixture
async def busy(fake: LoopbackVenue, hands: Hands) -> AsyncIterator[CcxtVenue]:
    """A venue whose budget has no room left for who only looks."""
    price = {"symbol": "BTCUSDT", "price": "64000.10"}
    fake.answers["GET", PRICE] = told(price, x_mbx_used_weight_1m="960")
    venue = venue_at(
        fake.server.url, clock=hands.clock, weights=US, monotonic=hands.monotonic, sleep=hands.sleep
    )
    await venue.quote("BTC/USDT")
    yield venue
    await venue.close()


async def test_an_order_has_its_price_although_others_who_only_look_are_refused_it(
    busy: CcxtVenue, fake: LoopbackVenue, hands: Hands
) -> None:
    hands.passed += 10
    looks = asyncio.gather(*(busy.quote("BTC/USDT") for _ in range(3)), return_exceptions=True)
    await asyncio.sleep(0)
    with asking(Purpose.ASK):
        quotes = await asyncio.gather(*(busy.quote("BTC/USDT") for _ in range(3)))

    assert [quote.price for quote in quotes] == 3 * [Decimal("64000.10")]
    assert {getattr(one, "code", "") for one in await looks} == {"venue_busy"}
    assert asked(fake, PRICE) == 2, "once before, and once for all orders"


async def test_an_order_leaves_where_only_the_reserve_for_orders_is_left(
    busy: CcxtVenue, fake: LoopbackVenue
) -> None:
    market = await busy.market("BTC/USDT")
    order = Placement("pg-order-000001", "u1", market, Side.BUY, Decimal(10), None)
    await busy.send(order, lambda: None)
    assert len(fake.orders) == 1


async def test_waiting_for_room_is_not_taken_for_a_clock_that_is_wrong(
    busy: CcxtVenue, fake: LoopbackVenue, hands: Hands
) -> None:
    fake.answers["GET", "/api/v3/time"] = lambda _: told(
        {"serverTime": int(hands.clock().timestamp() * 1000)}
    )
    hands.passed += 57

    assert (await busy.clocks()).ahead == 0
