"""A venue's candles, row by row: only what cannot be a lie is read; what is missing has a name."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from proxy.errors import BadCandles, Denied
from proxy.gaps import not_closed, why_not_whole
from proxy.klines import Series, Span, holes, read_page, timeframe_of
from proxy.wire import Timeframe

NOON = int(datetime(2026, 1, 1, 12, 0, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
SERIES = Series("", "Binance.US", "binanceus", "BTC/USDT", Timeframe.M1)
SPAN = Span(NOON, NOON + 9 * MINUTE, MINUTE)


def kline(minute: int, *prices: str, close: int = MINUTE - 1) -> list[Any]:
    """open, high, low, close of the minute after noon."""
    begins = NOON + minute * MINUTE
    numbers = prices or ("2", "3", "1", "2.50")
    return [begins, *numbers, "10.5", begins + close, "0", 1, "0", "0", "0"]


def test_candles_are_read_to_the_digit() -> None:
    [first, second] = read_page([kline(0), kline(3)], SPAN, SERIES)

    assert (first.openTime, second.openTime) == (NOON, NOON + 3 * MINUTE)
    assert (first.open, first.high, first.low) == (Decimal(2), Decimal(3), Decimal(1))
    assert (str(first.close), str(first.volume)) == ("2.50", "10.5")
    assert read_page([], SPAN, SERIES) == []


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"code": 1}, "the answer is no list of candles"),
        (None, "the answer is no list of candles"),
        (["row"], "a part of one is missing"),
        ([kline(0)[:6]], "a part of one is missing"),
        ([[str(NOON), *kline(0)[1:]]], "one has no time"),
        ([[True, *kline(0)[1:]]], "one has no time"),
        ([kline(-1)], "one is of a time that was not asked for"),
        ([kline(10)], "one is of a time that was not asked for"),
        ([[10**30, *kline(0)[1:]]], "one is of a time that was not asked for"),
        ([[NOON + 1, *kline(0)[1:]]], "the one of 2026-01-01 12:00 UTC is not as long as 1m"),
        ([kline(0, close=MINUTE)], "the one of 2026-01-01 12:00 UTC is not as long as 1m"),
        ([kline(0, close=0)], "the one of 2026-01-01 12:00 UTC is not as long as 1m"),
        (
            [kline(0, "2", "3", "NaN", "2")],
            "the one of 2026-01-01 12:00 UTC is not made of numbers",
        ),
        ([kline(0, "2", "3", "-1", "2")], "the one of 2026-01-01 12:00 UTC is not made of numbers"),
        ([kline(0, "2", "3", "0", "2")], "the one of 2026-01-01 12:00 UTC has a price of zero"),
        (
            [kline(1, "2", "1", "3", "2")],
            "the one of 2026-01-01 12:01 UTC has a high of 1 below its low of 3",
        ),
        (
            [kline(1, "4", "3", "1", "2")],
            "the one of 2026-01-01 12:01 UTC opens or closes outside its own high and low",
        ),
        ([kline(1), kline(1)], "the one of 2026-01-01 12:01 UTC is there twice"),
        (
            [kline(2), kline(1)],
            "time runs backwards, from 2026-01-01 12:02 UTC to 2026-01-01 12:01 UTC",
        ),
    ],
)
def test_what_lies_is_not_read(rows: Any, why: str) -> None:
    with pytest.raises(BadCandles) as lie:
        read_page(rows, SPAN, SERIES)

    assert lie.value.code == "bad_candles"
    assert lie.value.message == f"Binance.US's BTC/USDT 1m candles cannot be used: {why}."
    assert lie.value.hint.startswith("Nothing was decided on them.")


def minutes(*numbers: int) -> set[int]:
    return {NOON + number * MINUTE for number in numbers}


def test_holes_are_as_long_as_can_be() -> None:
    found = holes(SPAN, minutes(0, 3, 4, 8))

    assert [(hole.first, hole.last) for hole in found] == [
        (NOON + 1 * MINUTE, NOON + 2 * MINUTE),
        (NOON + 5 * MINUTE, NOON + 7 * MINUTE),
        (NOON + 9 * MINUTE, NOON + 9 * MINUTE),
    ]
    assert holes(SPAN, minutes(*range(10))) == []


def test_a_span_ends_with_the_last_candle_that_closed_by_then() -> None:
    inside = Span.ending(NOON + 3 * MINUTE + 59_999, 3, MINUTE)

    assert inside == Span.ending(NOON + 3 * MINUTE, 3, MINUTE)
    assert (inside.first, inside.last, inside.end) == (
        NOON,
        NOON + 2 * MINUTE,
        NOON + 3 * MINUTE,
    )
    assert [page.count for page in SPAN.pages(4)] == [4, 4, 2]


@pytest.mark.parametrize(
    ("have", "oldest", "code", "message", "hint", "since"),
    [
        (
            (0, 1, 5, 6, 7, 8, 9),
            None,
            "gapped_candles",
            "Binance.US's BTC/USDT 1m candles have a gap, 2026-01-01 12:02 UTC to "
            "2026-01-01 12:05 UTC: the exchange itself has none, as after an outage. "
            "Nothing is made up.",
            "Ask for at most 5, or for candles that end by 2026-01-01 12:02 UTC.",
            5,
        ),
        (
            (0, 2, 4, 5, 6, 7, 8, 9),
            None,
            "gapped_candles",
            "Binance.US's BTC/USDT 1m candles have a gap, 2026-01-01 12:03 UTC to "
            "2026-01-01 12:04 UTC, and 1 more before: the exchange itself has none, as after an "
            "outage. Nothing is made up.",
            "Ask for at most 6, or for candles that end by 2026-01-01 12:03 UTC.",
            4,
        ),
        (
            (3, 4, 5, 6, 7, 8, 9),
            -50,
            "gapped_candles",
            "Binance.US's BTC/USDT 1m candles have a gap, 2026-01-01 12:00 UTC to "
            "2026-01-01 12:03 UTC: the exchange itself has none, as after an outage. "
            "Nothing is made up.",
            "Ask for at most 7, or for candles that end by 2026-01-01 12:00 UTC.",
            3,
        ),
        (
            (3, 4, 5, 6, 7, 8, 9),
            3,
            "too_little_history",
            "Binance.US's BTC/USDT 1m candles begin at 2026-01-01 12:03 UTC.",
            "7 of the 10 asked for are there: ask for at most 7.",
            3,
        ),
        (
            (3, 4, 6, 7, 8, 9),
            3,
            "gapped_candles",
            "Binance.US's BTC/USDT 1m candles have a gap, 2026-01-01 12:05 UTC to "
            "2026-01-01 12:06 UTC: the exchange itself has none, as after an outage. "
            "Nothing is made up.",
            "Ask for at most 4, or for candles that end by 2026-01-01 12:05 UTC.",
            6,
        ),
        (
            (),
            None,
            "too_little_history",
            "Binance.US's BTC/USDT 1m candles begin later than 2026-01-01 12:10 UTC.",
            "Ask for a later time, or another market.",
            None,
        ),
        (
            (0, 1, 2, 3, 4, 5, 6, 7, 8),
            None,
            "stale_candles",
            "Binance.US's BTC/USDT 1m candles are not up to date: the newest one is missing, "
            "2026-01-01 12:09 UTC to 2026-01-01 12:10 UTC.",
            "Trading there may be halted. Nothing is decided meanwhile; try again in a minute.",
            None,
        ),
        (
            (),
            -50,
            "stale_candles",
            "Binance.US's BTC/USDT 1m candles are not up to date: the newest 10 are missing, "
            "2026-01-01 12:00 UTC to 2026-01-01 12:10 UTC.",
            "Trading there may be halted. Nothing is decided meanwhile; try again in a minute.",
            None,
        ),
    ],
)
def test_what_is_missing_has_a_name_its_times_and_what_to_ask_for_instead(
    have: tuple[int, ...], oldest: int | None, code: str, message: str, hint: str, since: int | None
) -> None:
    first = None if oldest is None else NOON + oldest * MINUTE

    why = why_not_whole(SERIES, SPAN, holes(SPAN, minutes(*have)), first, SPAN.end + 1)

    assert (why.code, why.message, why.hint) == (code, message, hint)
    assert why.whole_since == (None if since is None else NOON + since * MINUTE)


def test_an_old_series_that_ends_early_is_gapped_and_not_stale() -> None:
    missing = holes(SPAN, minutes(*range(8)))

    why = why_not_whole(SERIES, SPAN, missing, None, SPAN.end + MINUTE)

    assert why.code == "gapped_candles"
    assert why.hint == "Ask for candles that end by 2026-01-01 12:08 UTC, or later."


def test_a_candle_that_is_open_is_not_given_out() -> None:
    why = not_closed(SERIES, SPAN)

    assert (why.code, why.message) == (
        "not_closed_yet",
        "Binance.US's clock has not reached 2026-01-01 12:10 UTC: the last of these BTC/USDT 1m "
        "candles is not closed yet.",
    )


def test_a_timeframe_that_is_not_offered_is_denied() -> None:
    with pytest.raises(Denied) as denied:
        timeframe_of("7m")

    assert denied.value.code == "unknown_timeframe"
    assert denied.value.hint == "Choose one of 1m, 5m, 15m, 1h, 4h, 1d."
    assert timeframe_of("4h") is Timeframe.H4
