"""One answer for many: shared while it is fresh, a refusal for a moment only, memory bounded.

May import: core, errors, market, sharing, wire.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from piggybot.core.market import Candles
from piggybot.errors import BrokerDown
from piggybot.market import LONGEST, MarketData, Series, Shelf
from piggybot.sharing import Shared
from proxy.wire import CandlesOut, MarketOut, Timeframe
from tests.bot.fake_broker import FakeBroker

pytestmark = pytest.mark.anyio

START = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)
HOUR = 3_600_000
H1 = Timeframe.H1


class Hands:
    """A clock whose hands a test moves, and questions that wait until they may be answered."""

    def __init__(self) -> None:
        self.now = START
        self.asked = 0
        self.may = asyncio.Event()
        self.broken = False

    def clock(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def ask(self) -> int:
        self.asked += 1
        number = self.asked
        await self.may.wait()
        if self.broken:
            raise BrokerDown("away", "", sent=True)
        return number


async def test_all_who_ask_meanwhile_and_while_it_is_fresh_get_the_one_answer() -> None:
    hands = Hands()
    shared: Shared[str, int] = Shared(hands.clock, timedelta(seconds=10), 100)
    waiting = [asyncio.create_task(shared.get("a", hands.ask)) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    hands.after(60)
    waiting.append(asyncio.create_task(shared.get("a", hands.ask)))
    await asyncio.sleep(0)
    hands.may.set()

    assert await asyncio.gather(*waiting[1:]) == [1] * 5
    assert await shared.get("b", hands.ask) == 2
    hands.after(9)
    assert await shared.get("b", hands.ask) == 2
    hands.after(1)
    assert await shared.get("b", hands.ask) == 3
    hands.after(-60)
    assert await shared.get("b", hands.ask) == 4, "a clock that was set back makes nothing fresh"


async def test_a_refusal_is_shared_for_two_seconds_however_long_answers_live() -> None:
    hands = Hands()
    hands.may.set()
    hands.broken = True
    shared: Shared[str, int] = Shared(hands.clock, timedelta(minutes=5), 100)
    for pause in (1, 0, 1):
        with pytest.raises(BrokerDown):
            await shared.get("a", hands.ask)
        hands.after(pause)

    assert hands.asked == 1
    hands.broken = False
    assert await shared.get("a", hands.ask) == 2


async def test_no_more_answers_are_kept_than_may_be() -> None:
    hands = Hands()
    hands.may.set()
    shared: Shared[int, int] = Shared(hands.clock, timedelta(minutes=5), 3)
    for key in range(5):
        await shared.get(key, hands.ask)

    assert await shared.get(4, hands.ask) == 5
    assert await shared.get(0, hands.ask) == 6, "the oldest had to go"
    await shared.close()


class Counting(FakeBroker):
    """A proxy that counts who asks for rules, and gives no candles when it is asked for some."""

    rules = 0

    async def market(self, exchange: str, symbol: str) -> MarketOut:
        self.rules += 1
        names = {"exchange": exchange, "symbol": symbol, "base": "BTC", "quote": "USDT"}
        numbers = {name: Decimal(1) for name in ("minNotional", "minQty", "step", "tick")}
        return MarketOut(**names, **numbers)

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, limit: int, end: int | None
    ) -> CandlesOut:
        return CandlesOut(exchange=exchange, symbol=symbol, timeframe=timeframe, candles=[])


async def test_rules_are_asked_for_again_after_minutes() -> None:
    hands, broker = Hands(), Counting()
    market = MarketData(broker, hands.clock, asyncio.sleep)
    await asyncio.gather(*(market.rules("binanceus", "BTC/USDT") for _ in range(500)))
    hands.after(299)
    await market.rules("binanceus", "BTC/USDT")
    assert broker.rules == 1

    hands.after(1)
    await market.rules("binanceus", "BTC/USDT")
    assert broker.rules == 2


async def test_a_proxy_that_gives_other_candles_than_asked_for_is_not_believed() -> None:
    market = MarketData(Counting(), lambda: START, asyncio.sleep)

    with pytest.raises(BrokerDown, match="Other BTC/USDT 1h candles came than were asked for"):
        await market.candles("binanceus", "BTC/USDT", H1, 10)


def series(number: int) -> Series:
    return Series("binanceus", str(number), H1)


def candles(count: int) -> Candles:
    flat = np.ones(count)
    opened = np.arange(count, dtype=np.int64) * HOUR
    return Candles("BTC/USDT", H1, opened, flat, flat, flat, flat, flat)


def test_memory_is_bounded_and_what_was_used_longest_ago_goes_first() -> None:
    shelf = Shelf()
    for number in range(6):
        shelf.keep(series(number), candles(LONGEST + number))
        shelf.keep(series(0), candles(10))

    kept = [shelf.find(series(number)) for number in range(6)]
    assert [one is not None for one in kept] == [True, False, True, True, True, True]
    assert {len(one) for one in kept if one is not None} == {LONGEST}
    assert kept[5] is not None
    assert kept[5].opened[-1] == (LONGEST + 4) * HOUR
