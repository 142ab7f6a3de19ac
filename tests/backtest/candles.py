"""Candles for tests of the backtest: made from whole steps, or the sandbox's real ones."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from piggybot.core.market import Candles
from proxy.wire import Timeframe
from tests.candles import hourly

BEFORE_THE_GAP = 1397
"""So many of the real hours lie before the venue's outage."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def candles_of(rows: Sequence[Sequence[int]], tick: Decimal = Decimal(1)) -> Candles:
    """Rows of open, low, high, close in price steps."""
    size = np.float64(tick)
    columns = [np.array([row[at] for row in rows]) * size for at in range(4)]
    first, low, high, last = (np.round(column, 8) for column in columns)
    hour = Timeframe.H1.ms
    stamps = np.arange(len(rows), dtype=np.int64) * hour + 1_700_000_000_000 // hour * hour
    volume = np.ones(len(rows))
    return Candles("BTC/USDT", Timeframe.H1, stamps, first, high, low, last, volume)


def real_candles() -> Candles:
    """BTC/USDT, hours of 2020, up to the venue's outage."""
    return hourly().part(0, BEFORE_THE_GAP)


def price_of(value: np.float64) -> Decimal:
    """The decimal price that a candle's float stands for."""
    return Decimal(repr(float(value)))


def moment(candles: Candles, at: int) -> datetime:
    """When that candle opened."""
    return BEGINNING + timedelta(milliseconds=int(candles.opened[at]))
