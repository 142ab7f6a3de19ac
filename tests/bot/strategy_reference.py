"""The rules of the built-in strategies once more, candle by candle in plain Python, no library.

Alone because it is what the vectorised rules are held against: slow, and easy to read.

May import: core.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from statistics import fmean, pstdev

from piggybot.core.market import Candles

Prices = list[float]
Line = list[float | None]


def sma_crossover(candles: Candles) -> list[int]:
    close = candles.close.tolist()
    return _crosses(_averages(close, 10), _averages(close, 30))


def rsi(candles: Candles) -> list[int]:
    line = _wilder_rsi(candles.close.tolist(), 14)
    up = _crosses(line, [30.0] * len(line))
    down = _crosses(line, [70.0] * len(line))
    return [(a == 1) - (b == -1) for a, b in zip(up, down, strict=True)]


def macd(candles: Candles) -> list[int]:
    close = candles.close.tolist()
    slow = _exponential(close, 26, 26)
    fast = _exponential(close, 12, 26)
    line = [a - b for a, b in zip(fast[25:], slow[25:], strict=True) if a is not None and b]
    nothing: Line = [None] * 33
    signal = _exponential(line, 9, 9)
    return _crosses(nothing + line[8:], nothing + signal[8:])


def bollinger(candles: Candles) -> list[int]:
    close: Line = candles.close.tolist()
    windows = [candles.close[max(0, at - 19) : at + 1].tolist() for at in range(len(close))]
    average = [fmean(one) if len(one) == 20 else None for one in windows]
    lower = [fmean(one) - 2 * pstdev(one) if len(one) == 20 else None for one in windows]
    falls, rises = _crosses(close, lower), _crosses(close, average)
    return [(a == -1) - (b == 1) for a, b in zip(falls, rises, strict=True)]


def breakout(candles: Candles) -> list[int]:
    found = []
    for at, close in enumerate(candles.close):
        highs, lows = candles.high[max(0, at - 20) : at], candles.low[max(0, at - 10) : at]
        above = len(highs) == 20 and close > max(highs)
        below = len(lows) == 10 and close < min(lows)
        found.append(int(above) - int(below))
    return found


def dca(candles: Candles) -> list[int]:
    """Every day at 00:00 UTC: the first candle that closes then or later."""
    found = []
    for opened in candles.opened.tolist():
        begins = datetime.fromtimestamp(opened / 1000, UTC)
        closes = begins + candles.timeframe.step
        found.append(int(closes.date() > begins.date()))
    return found


REFERENCE: dict[str, Callable[[Candles], list[int]]] = {
    rule.__name__: rule for rule in (sma_crossover, rsi, macd, bollinger, breakout, dca)
}


def _crosses(line: Line, other: Line) -> list[int]:
    found = [0]
    for at in range(1, len(line)):
        a, b, c, d = line[at - 1], other[at - 1], line[at], other[at]
        if a is None or b is None or c is None or d is None:
            found.append(0)
        else:
            found.append(int(c > d and a <= b) - int(c < d and a >= b))
    return found


def _averages(prices: Prices, window: int) -> Line:
    parts = [prices[max(0, at + 1 - window) : at + 1] for at in range(len(prices))]
    return [fmean(part) if len(part) == window else None for part in parts]


def _exponential(prices: Prices, window: int, begins: int) -> Line:
    """Begins, at candle number `begins`, as the mean of the last `window` prices."""
    last = fmean(prices[begins - window : begins])
    found: Line = [None] * (begins - 1) + [last]
    for price in prices[begins:]:
        last += (price - last) * 2 / (window + 1)
        found.append(last)
    return found


def _wilder_rsi(prices: Prices, window: int) -> Line:
    steps = [b - a for a, b in pairwise(prices)]
    gain = fmean([max(step, 0.0) for step in steps[:window]])
    loss = fmean([max(-step, 0.0) for step in steps[:window]])
    found: Line = [None] * window + [100 * gain / (gain + loss)]
    for step in steps[window:]:
        gain = (gain * (window - 1) + max(step, 0.0)) / window
        loss = (loss * (window - 1) + max(-step, 0.0)) / window
        found.append(100 * gain / (gain + loss))
    return found
