"""A venue's candles, judged row by row: what lies is refused; what is missing is seen as missing.

Alone and pure, because everything that decides by candles rests on it. Numbers come from the raw
texts, never through ccxt's floats.

May import: errors, outcome, wire.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from proxy.errors import BadCandles, Denied
from proxy.outcome import EPOCH, decimal
from proxy.wire import Candle, Timeframe

FIELDS = 7
CLOSE_TIME = 6
LIE = "Nothing was decided on them. Try again in a few minutes, or choose another market."


@dataclass(frozen=True, slots=True)
class Series:
    """Whose candles: one market's of one venue, as long as `timeframe`."""

    source: str
    """The origin that they were asked of; empty for the official one: no mixing with a sandbox."""
    title: str
    exchange: str
    symbol: str
    timeframe: Timeframe

    @property
    def name(self) -> str:
        return f"{self.title}'s {self.symbol} {self.timeframe} candles"


@dataclass(frozen=True, slots=True)
class Span:
    """Candles in a row, by their open times in ms, `first` and `last` included."""

    first: int
    last: int
    step: int

    @classmethod
    def ending(cls, end: int, count: int, step: int) -> "Span":
        """The `count` candles of which the last closes at or before `end`."""
        last = end // step * step - step
        return cls(last - (count - 1) * step, last, step)

    @property
    def end(self) -> int:
        """When the last one closes."""
        return self.last + self.step

    @property
    def count(self) -> int:
        return (self.last - self.first) // self.step + 1

    def times(self) -> range:
        return range(self.first, self.last + 1, self.step)

    def begun_before(self) -> "Span":
        """With the one candle before it."""
        return Span(self.first - self.step, self.last, self.step)

    def since(self, moment: int) -> "Span":
        """What of it opens at `moment` or later; its count is 0 where nothing does."""
        return Span(min(max(self.first, moment), self.end), self.last, self.step)

    def pages(self, most: int) -> Iterator["Span"]:
        """In parts of `most` candles, oldest first."""
        for first in range(self.first, self.last + 1, most * self.step):
            yield Span(first, min(self.last, first + (most - 1) * self.step), self.step)


def holes(span: Span, have: Container[int]) -> list[Span]:
    """What is missing of `span`, oldest first, each hole as long as can be."""
    found: list[Span] = []
    for at in span.times():
        if at in have:
            continue
        if found and found[-1].last == at - span.step:
            found[-1] = Span(found[-1].first, at, span.step)
        else:
            found.append(Span(at, at, span.step))
    return found


def timeframe_of(name: str) -> Timeframe:
    """The timeframe of that name; Denied for one that is not offered."""
    if name not in set(Timeframe):
        raise Denied(
            "unknown_timeframe",
            f"There are no {name} candles.",
            f"Choose one of {', '.join(Timeframe)}.",
        )
    return Timeframe(name)


def read_page(rows: Any, asked: Span, series: Series) -> list[Candle]:
    """The candles of one answer, each later than the one before; BadCandles where it lies."""
    if not isinstance(rows, list):
        raise _lie(series, "the answer is no list of candles")
    candles: list[Candle] = []
    for row in rows:
        candle = _candle(row, asked, series)
        if candles and candle.openTime == candles[-1].openTime:
            raise _lie(series, f"the one of {stamp(candle.openTime)} is there twice")
        if candles and candle.openTime < candles[-1].openTime:
            before, after = stamp(candles[-1].openTime), stamp(candle.openTime)
            raise _lie(series, f"time runs backwards, from {before} to {after}")
        candles.append(candle)
    return candles


def stamp(ms: int) -> str:
    """A moment for people, in UTC."""
    return f"{EPOCH + timedelta(milliseconds=ms):%Y-%m-%d %H:%M} UTC"


def _candle(row: Any, asked: Span, series: Series) -> Candle:
    if not isinstance(row, list) or len(row) < FIELDS:
        raise _lie(series, "a part of one is missing")
    begins, ends = row[0], row[CLOSE_TIME]
    if type(begins) is not int or type(ends) is not int:
        raise _lie(series, "one has no time")
    if not asked.first <= begins <= asked.last:
        raise _lie(series, "one is of a time that was not asked for")
    at = stamp(begins)
    if begins % asked.step or not begins < ends < begins + asked.step:
        raise _lie(series, f"the one of {at} is not as long as {series.timeframe}")
    opened, high, low, close, volume = (decimal(value) for value in row[1:6])
    if opened is None or high is None or low is None or close is None or volume is None:
        raise _lie(series, f"the one of {at} is not made of numbers")
    if Decimal(0) in (opened, high, low, close):
        raise _lie(series, f"the one of {at} has a price of zero")
    if high < low:
        raise _lie(series, f"the one of {at} has a high of {high:f} below its low of {low:f}")
    if not low <= min(opened, close) <= max(opened, close) <= high:
        raise _lie(series, f"the one of {at} opens or closes outside its own high and low")
    return Candle(openTime=begins, open=opened, high=high, low=low, close=close, volume=volume)


def _lie(series: Series, why: str) -> BadCandles:
    return BadCandles("bad_candles", f"{series.name} cannot be used: {why}.", LIE)
