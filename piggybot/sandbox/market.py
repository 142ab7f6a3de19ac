"""The sandbox's prices: real candles of 2020, re-stamped so that they end now.

What is derived, and how:
- One hour of the BTC/USDT file becomes one minute here. The file's last hour is the minute in
  which the market was made; earlier hours are the minutes before it. Beyond both ends of the file
  the series is walked back as in a mirror (open and close swapped), so no minute ever jumps.
- Longer intervals are made of these minutes, cut at multiples of the interval since 1970: first
  open, highest high, lowest low, last close, sum of the volumes.
- ETH/USDT is BTC/USDT times the ratio ETH/BTC of the daily file's last days, one day for 24 hours
  of the first file, drawn as straight lines from close to close; its volume has BTC's value.
- Inside a minute the price walks open, low, high, close, whether it rises or falls: a stop is
  always met before a target, as in the backtest.

Prices are whole cents inside, so that aggregates are exact.

May import: nothing of ours.
"""

import csv
import functools
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

Clock = Callable[[], datetime]

DATA = Path(__file__).parent / "data"
BTC_FILE = "btc-usdt-1h-binance-2020.csv.gz"
ETH_FILE = "eth-btc-1d-binance-2019.csv.gz"
CENT = Decimal("0.01")
MINUTE_MS = 60_000
HOURS_A_DAY = 24
BETWEEN = 3
INTERVALS = {
    name: minutes * MINUTE_MS
    for name, minutes in {
        "1m": 1,
        "3m": 3,
        "5m": 5,
        "15m": 15,
        "30m": 30,
        "1h": 60,
        "2h": 120,
        "4h": 240,
        "6h": 360,
        "8h": 480,
        "12h": 720,
        "1d": 1440,
    }.items()
}


@dataclass(frozen=True, slots=True)
class Candle:
    """One interval. Prices in quote, volume in base, `opened` in ms since 1970."""

    opened: int
    length: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One symbol's minutes there and back again: columns in cents, as long as twice the file."""

    rows: int
    opens: tuple[int, ...]
    highs: tuple[int, ...]
    lows: tuple[int, ...]
    closes: tuple[int, ...]
    volumes: tuple[float, ...]


def _read(path: Path) -> list[list[Decimal]]:
    with gzip.open(path, "rb") as packed:
        text = io.StringIO(packed.read().decode())
    lines = csv.reader(text)
    next(lines)
    return [[Decimal(cell) for cell in line] for line in lines]


def _mirrored(columns: list[tuple[int, int, int, int, float]]) -> Series:
    back = [(c, h, low, o, v) for o, h, low, c, v in reversed(columns)]
    opens, highs, lows, closes, volumes = zip(*(columns + back), strict=True)
    return Series(len(columns), opens, highs, lows, closes, volumes)


def _ratios(daily: list[list[Decimal]], hours: int) -> list[Decimal]:
    """ETH/BTC at the beginning of each of `hours` hours, and at the end of the last."""
    days = hours // HOURS_A_DAY + 2
    closes = [row[4] for row in daily[-days:]]
    points = []
    for hour in range(hours + 1):
        day, rest = divmod(hour, HOURS_A_DAY)
        step = closes[day + 1] - closes[day]
        points.append(closes[day] + step * rest / HOURS_A_DAY)
    return points


@functools.cache
def load(folder: Path = DATA) -> dict[str, Series]:
    """The series of both symbols, read once a process."""
    hourly = _read(folder / BTC_FILE)
    ratios = _ratios(_read(folder / ETH_FILE), len(hourly))
    btc, eth = [], []
    for at, (_, o, h, low, c, v) in enumerate(hourly):
        btc.append((int(o * 100), int(h * 100), int(low * 100), int(c * 100), float(v)))
        first, last = int(o * ratios[at] * 100), int(c * ratios[at + 1] * 100)
        top = max(first, last, int(h * ratios[at] * 100))
        bottom = min(first, last, int(low * ratios[at] * 100))
        eth.append((first, top, bottom, last, float(v / ratios[at])))
    return {"BTCUSDT": _mirrored(btc), "ETHUSDT": _mirrored(eth)}


class Market:
    """Prices at the clock's time. `set_price` overrides one until `follow`."""

    def __init__(self, clock: Clock, folder: Path = DATA) -> None:
        self._clock = clock
        self._series = load(folder)
        self._anchor = self._now() // MINUTE_MS
        self._fixed: dict[str, Decimal] = {}
        self.begins = 0
        """No candle opened before this (ms), as of a market that is new."""

    def _now(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def set_price(self, symbol: str, price: Decimal) -> None:
        """This price and no other, until `follow`."""
        if symbol not in self._series:
            raise ValueError(f"no such symbol: {symbol}")
        self._fixed[symbol] = price

    def hold(self) -> None:
        """Every price stays as it is now."""
        self._fixed = {symbol: self.price(symbol) for symbol in self._series}

    def follow(self) -> None:
        """Prices follow the candles again."""
        self._fixed = {}

    def price(self, symbol: str) -> Decimal:
        """The last trade's price, which is also the lowest ask."""
        return self._fixed.get(symbol) or self._minute_so_far(symbol).close

    def bid(self, symbol: str) -> Decimal:
        """The highest bid: one cent below the ask."""
        return self.price(symbol) - CENT

    def candles(self, symbol: str, interval: str, start: int, limit: int) -> list[Candle]:
        """`limit` candles from the one that holds `start` (ms) on, the unfinished last included."""
        length = INTERVALS[interval]
        now = self._now()
        first = max(start // length * length, -(-self.begins // length) * length)
        stamps = range(first, min(first + limit * length, now // length * length + 1), length)
        return [self._candle(symbol, at, length, now) for at in stamps]

    def newest(self, symbol: str, interval: str, end: int, limit: int) -> list[Candle]:
        """The last `limit` candles that opened at or before `end` (ms)."""
        length = INTERVALS[interval]
        last = min(end, self._now()) // length * length
        found = self.candles(symbol, interval, last - (limit - 1) * length, limit)
        return [candle for candle in found if candle.opened <= last]

    def day(self, symbol: str) -> Candle:
        """The last 24 hours, the present minute included."""
        now = self._now()
        first = (now // MINUTE_MS - 24 * 60 + 1) * MINUTE_MS
        return self._candle(symbol, first, 24 * 60 * MINUTE_MS, now)

    def _index(self, minute: int) -> int:
        series = self._series["BTCUSDT"]
        return (minute - self._anchor + series.rows - 1) % len(series.opens)

    def _candle(self, symbol: str, opened: int, length: int, now: int) -> Candle:
        parts = self._finished(symbol, opened // MINUTE_MS, min(opened + length, now) // MINUTE_MS)
        if opened + length > now:
            parts.append(self._minute_so_far(symbol))
        close = self._fixed.get(symbol) if opened + length > now else None
        close = close or parts[-1].close
        return Candle(
            opened,
            length,
            parts[0].open,
            max(close, *(part.high for part in parts)),
            min(close, *(part.low for part in parts)),
            close,
            sum((part.volume for part in parts), Decimal(0)),
        )

    def _finished(self, symbol: str, first: int, end: int) -> list[Candle]:
        """Whole minutes of [first, end) as at most a few candles: one a stretch of the series."""
        series, parts = self._series[symbol], []
        while first < end:
            at = self._index(first)
            stop = min(at + end - first, len(series.opens))
            parts.append(
                Candle(
                    first * MINUTE_MS,
                    (stop - at) * MINUTE_MS,
                    Decimal(series.opens[at]) / 100,
                    Decimal(max(series.highs[at:stop])) / 100,
                    Decimal(min(series.lows[at:stop])) / 100,
                    Decimal(series.closes[stop - 1]) / 100,
                    round(Decimal(sum(series.volumes[at:stop])), 8),
                )
            )
            first += stop - at
        return parts

    def _minute_so_far(self, symbol: str) -> Candle:
        now = self._now()
        minute, into = divmod(now, MINUTE_MS)
        series, at = self._series[symbol], self._index(minute)
        first, last = series.opens[at], series.closes[at]
        path = [first, series.lows[at], series.highs[at], last]
        leg, rest = divmod(into * BETWEEN, MINUTE_MS)
        here = path[leg] + (path[leg + 1] - path[leg]) * rest // MINUTE_MS
        seen = [*path[: leg + 1], here]
        return Candle(
            minute * MINUTE_MS,
            MINUTE_MS,
            Decimal(first) / 100,
            Decimal(max(seen)) / 100,
            Decimal(min(seen)) / 100,
            Decimal(here) / 100,
            round(Decimal(series.volumes[at] * into / MINUTE_MS), 8),
        )
