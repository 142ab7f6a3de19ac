"""The sandbox's prices are the file's, re-stamped, gap-free and the same at every look.

May import: sandbox.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from piggybot.sandbox.market import MINUTE_MS, Market

START = datetime(2031, 5, 6, 7, 8, 0, tzinfo=UTC)


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def stamp(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_the_minute_of_the_start_is_the_last_hour_of_the_file():
    hands = Hands()
    market = Market(hands)
    assert market.price("BTCUSDT") == Decimal("9135.10")
    hands.now += timedelta(seconds=59, milliseconds=999)
    assert abs(market.price("BTCUSDT") - Decimal("9138.59")) < Decimal("0.05")
    before = market.newest("BTCUSDT", "1m", stamp(hands.now), 2)[0]
    assert (before.open, before.close) == (Decimal("9125.00"), Decimal("9135.11"))
    assert (before.high, before.low) == (Decimal("9146.67"), Decimal("9112.87"))


def test_no_minute_jumps_neither_at_the_ends_of_the_file_nor_between():
    hands = Hands()
    market = Market(hands)
    hands.now += timedelta(hours=40)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        candles = market.newest(symbol, "1m", stamp(hands.now), 6000)
        assert len(candles) == 6000
        for one, two in pairwise(candles):
            assert two.opened == one.opened + MINUTE_MS
            assert abs(two.open - one.close) / one.close < Decimal("0.02")
            assert one.low <= min(one.open, one.close) <= max(one.open, one.close) <= one.high


def test_inside_a_minute_the_price_walks_open_low_high_close_also_when_it_falls():
    hands = Hands()
    market = Market(hands)
    falling = 0
    for _ in range(20):
        hands.now += timedelta(minutes=1)
        minute, walked = hands.now, []
        for into in (0, 20, 40, 60):
            hands.now = minute + timedelta(seconds=into) - timedelta(milliseconds=into == 60)
            walked.append(market.price("BTCUSDT"))
        hands.now = minute + timedelta(minutes=1)
        candle = market.newest("BTCUSDT", "1m", stamp(minute), 1)[0]
        assert walked[:3] == [candle.open, candle.low, candle.high]
        assert abs(walked[3] - candle.close) < Decimal("0.05")
        hands.now = minute
        falling += candle.close < candle.open
    assert 0 < falling < 20


def test_longer_candles_are_made_of_the_minutes_in_them():
    hands = Hands()
    market = Market(hands)
    hour = market.candles("ETHUSDT", "1h", stamp(START - timedelta(hours=3)), 1)[0]
    minutes = market.candles("ETHUSDT", "1m", hour.opened, 60)
    assert hour.opened % (60 * MINUTE_MS) == 0
    assert (hour.open, hour.close) == (minutes[0].open, minutes[-1].close)
    assert hour.high == max(minute.high for minute in minutes)
    assert hour.low == min(minute.low for minute in minutes)
    assert abs(hour.volume - sum(minute.volume for minute in minutes)) < Decimal("0.00001")
    assert len(market.newest("BTCUSDT", "1d", stamp(START), 1000)) == 1000


def test_a_candle_that_is_not_over_ends_at_the_present_price():
    hands = Hands()
    hands.now += timedelta(seconds=25)
    market = Market(hands)
    for interval in ("1m", "5m", "1d"):
        last = market.newest("BTCUSDT", interval, stamp(hands.now), 3)[-1]
        assert last.close == market.price("BTCUSDT")
        assert last.low <= last.close <= last.high


def test_a_price_can_be_set_held_and_let_go():
    hands = Hands()
    market = Market(hands)
    market.set_price("BTCUSDT", Decimal(7))
    assert market.price("BTCUSDT") == Decimal(7)
    assert market.newest("BTCUSDT", "1m", stamp(hands.now), 1)[0].close == Decimal(7)
    market.follow()
    market.hold()
    held = market.price("BTCUSDT")
    hands.now += timedelta(minutes=5)
    assert market.price("BTCUSDT") == held
    market.follow()
    assert market.price("BTCUSDT") != held
