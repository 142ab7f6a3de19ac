"""Candles for everybody: whole or an error with a name, kept, shared, and asked for once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from piggybot.sandbox.market import Candle as Traded
from proxy.errors import BadCandles, VenueUnavailable
from proxy.wire import Candle
from tests.proxy.candle_world import HALF_PAST, HOUR, KLINES, CandleWorld, candle_world, ms

pytestmark = pytest.mark.anyio

TWELVE = ms(HALF_PAST.replace(minute=0))
"""The last full hour: when the newest closed candle closed."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[CandleWorld]:
    async with candle_world(tmp_path) as world:
        yield world


def traded(world: CandleWorld, first: int, count: int) -> list[tuple]:
    return [both(one) for one in world.exchange.market.candles("BTCUSDT", "1h", first, count)]


def both(one: Candle | Traded) -> tuple:
    begins = one.openTime if isinstance(one, Candle) else one.opened
    return begins, one.open, one.high, one.low, one.close, one.volume


async def test_candles_are_the_venues_own_up_to_the_last_one_that_closed(
    world: CandleWorld,
) -> None:
    found = await world.ask(48)

    assert [both(one) for one in found] == traded(world, TWELVE - 48 * HOUR, 48)
    again = await world.ask(5, end=TWELVE - 7 * HOUR + 59)
    assert [both(one) for one in again] == traded(world, TWELVE - 12 * HOUR, 5)


async def test_what_is_kept_is_not_asked_again_not_even_after_a_restart(
    world: CandleWorld,
) -> None:
    first = await world.ask(500)
    assert await world.ask(500) == first
    assert await world.ask(20, end=TWELVE - 100 * HOUR) == first[380:400]

    await world.start()
    assert await world.ask(500) == first
    assert len(world.asked) == 1
    assert world.kept() == 500


async def test_only_what_is_missing_is_asked_for(world: CandleWorld) -> None:
    await world.ask(100)
    world.after(hours=2)
    await world.ask(100)
    await world.ask(150)

    newer, older = (
        [one.params[n] for n in ("startTime", "endTime", "limit")] for one in world.asked[1:]
    )
    assert newer == [str(TWELVE - HOUR), str(TWELVE + HOUR), "3"]
    assert older == [str(TWELVE - 148 * HOUR), str(TWELVE - 101 * HOUR), "48"]
    assert world.kept() == 150


async def test_a_hundred_callers_are_one_question_to_the_venue(world: CandleWorld) -> None:
    answers = await asyncio.gather(*(world.ask(300) for _ in range(100)))

    assert len(world.asked) == 1
    assert all(one == answers[0] for one in answers)


async def test_of_one_series_one_question_is_under_way_at_a_time(world: CandleWorld) -> None:
    hold = world.exchange.hold("before", "GET", KLINES)
    callers = [asyncio.create_task(world.ask(count)) for count in (50, 200, 100, 150)]
    await world.exchange.arrived("GET", KLINES)
    other = asyncio.create_task(world.ask(50, symbol="ETH/USDT"))
    await world.exchange.arrived("GET", KLINES, 2)

    assert [one.params["symbol"] for one in world.asked] == ["BTCUSDT", "ETHUSDT"]
    hold.release()
    await asyncio.gather(*callers, other)
    assert len(world.asked) == 3


async def test_a_caller_that_gives_up_does_not_end_the_question_for_the_others(
    world: CandleWorld,
) -> None:
    hold = world.exchange.hold("before", "GET", KLINES)
    impatient, patient = (asyncio.create_task(world.ask(50)) for _ in range(2))
    await world.exchange.arrived("GET", KLINES)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    hold.release()

    assert len(await patient) == 50
    assert len(world.asked) == 1


async def test_a_candle_that_closed_just_now_is_given_but_not_kept_yet(
    world: CandleWorld,
) -> None:
    world.now = HALF_PAST.replace(minute=0) + timedelta(seconds=1)
    first = await world.ask(10)
    assert await world.ask(10) == first
    assert (len(world.asked), world.kept()) == (1, 9)

    world.after(seconds=10)
    assert await world.ask(10) == first
    assert (len(world.asked), world.kept()) == (2, 10)


LIES = {
    "candles-zero": "the one of 2031-05-06 09:00 UTC has a price of zero",
    "candles-upside-down": "the one of 2031-05-06 09:00 UTC has a high of ",
    "candles-longer": "the one of 2031-05-06 09:00 UTC is not as long as 1h",
    "candles-backwards": "time runs backwards, from 2031-05-06 09:00 UTC to 2031-05-06 08:00 UTC",
    "candles-twice": "the one of 2031-05-06 09:00 UTC is there twice",
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_venue_that_lies_is_told_apart_and_nothing_of_it_is_kept(
    world: CandleWorld, lie: str
) -> None:
    await world.exchange.misbehave(lie, at=TWELVE - 3 * HOUR)

    with pytest.raises(BadCandles) as refused:
        await world.ask(48)

    begins = f"Binance.US's BTC/USDT 1h candles cannot be used: {LIES[lie]}"
    assert (refused.value.code, world.kept()) == ("bad_candles", 0)
    assert refused.value.message.startswith(begins)
    await world.exchange.misbehave("ok")
    assert [both(one) for one in await world.ask(48)] == traded(world, TWELVE - 48 * HOUR, 48)


async def test_thousands_paged_back_are_whole(world: CandleWorld) -> None:
    pages = [await world.ask(1000, end=TWELVE - page * 1000 * HOUR) for page in range(4)]

    opened = [one.openTime for page in reversed(pages) for one in page]
    assert len(opened) == 4000
    assert {later - earlier for earlier, later in pairwise(opened)} == {HOUR}
    assert (len(world.asked), world.kept()) == (4, 4000)


async def test_a_gap_far_back_names_its_times_and_since_when_all_is_whole(
    world: CandleWorld,
) -> None:
    gone = TWELVE - 2500 * HOUR
    await world.exchange.misbehave("candles-gap", at=gone)
    await world.ask(1000)
    await world.ask(1000, end=TWELVE - 1000 * HOUR)

    with pytest.raises(BadCandles) as gapped:
        await world.ask(1000, end=TWELVE - 2000 * HOUR)

    assert gapped.value.code == "gapped_candles"
    assert gapped.value.message == (
        "Binance.US's BTC/USDT 1h candles have a gap, 2031-01-22 08:00 UTC to 2031-01-22 09:00 "
        "UTC: the exchange itself has none, as after an outage. Nothing is made up."
    )
    assert gapped.value.whole_since == gone + HOUR
    assert world.kept() == 2000
    assert len(await world.ask(499, end=TWELVE - 2000 * HOUR)) == 499


async def test_a_young_market_says_how_many_there_are(world: CandleWorld) -> None:
    await world.exchange.misbehave("candles-young", at=TWELVE - 30 * HOUR)

    with pytest.raises(BadCandles) as young:
        await world.ask(48)

    assert young.value.code == "too_little_history"
    assert young.value.message == (
        "Binance.US's BTC/USDT 1h candles begin at 2031-05-05 06:00 UTC."
    )
    assert young.value.hint == "30 of the 48 asked for are there: ask for at most 30."
    assert len(await world.ask(30)) == 30


async def test_a_market_that_was_not_there_yet_says_so(world: CandleWorld) -> None:
    await world.exchange.misbehave("candles-young", at=TWELVE - 30 * HOUR)

    with pytest.raises(BadCandles, match="1h candles begin later than 2031-05-04 20:00 UTC"):
        await world.ask(10, end=TWELVE - 40 * HOUR)


async def test_a_venue_that_stands_still_is_stale(world: CandleWorld) -> None:
    await world.ask(48)
    world.after(hours=2)
    await world.exchange.misbehave("candles-stale", at=TWELVE + HOUR)

    with pytest.raises(BadCandles) as stale:
        await world.ask(48)

    assert (stale.value.code, world.kept()) == ("stale_candles", 48)
    assert stale.value.message == (
        "Binance.US's BTC/USDT 1h candles are not up to date: the newest one is missing, "
        "2031-05-06 13:00 UTC to 2031-05-06 14:00 UTC."
    )


async def test_closed_means_closed_by_the_venues_own_clock(world: CandleWorld) -> None:
    await world.exchange.misbehave("clock-skew", seconds=-2400)
    await world.venue.refresh()

    with pytest.raises(BadCandles) as early:
        await world.ask(5, end=TWELVE)

    assert early.value.code == "not_closed_yet"
    assert (await world.ask(5))[-1].openTime == TWELVE - 2 * HOUR


@pytest.mark.parametrize("fault", ["500-after", "half-json-after", "closed-before", "429-before"])
async def test_a_question_that_fails_leaves_nothing_half(world: CandleWorld, fault: str) -> None:
    await world.ask(1, end=TWELVE - 1500 * HOUR)
    hold = world.exchange.hold("after", "GET", KLINES)
    asking = asyncio.create_task(world.ask(1000, end=TWELVE - 500 * HOUR))
    await world.exchange.done("GET", KLINES, 2)
    await world.exchange.misbehave(fault, method="GET", path=KLINES)
    hold.release()

    with pytest.raises(VenueUnavailable):
        await asking
    assert world.asked[2].params["limit"] == "1", "the second page failed, and the first was well"
    assert world.kept() == 1


async def test_a_venue_that_changes_its_past_is_asked_anew(world: CandleWorld) -> None:
    """A sandbox that was started anew, a test net that was reset: nothing is sewn together."""
    old = await world.ask(48)
    await world.another_exchange()
    assert await world.ask(48) == old, "nothing was missing, so nothing was asked"

    world.after(hours=1)
    new = await world.ask(48)

    assert [both(one) for one in new] == traded(world, TWELVE - 47 * HOUR, 48)
    assert both(new[0]) != both(old[1])
    assert world.kept() == 48


async def test_another_origin_has_candles_of_its_own(world: CandleWorld) -> None:
    await world.ask(10)
    port = world.server.port
    await world.server.stop()
    world.server._port = 0
    await world.server.start()
    assert world.server.port != port
    await world.start()

    await world.ask(10)
    assert (len(world.asked), world.kept()) == (2, 20)
