"""Donchian's channel: a new high of many candles often goes on.

May import: core.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import Param, Signals
from piggybot.strategies.crossings import known, signs
from piggybot.strategies.words import number, too_short


@dataclass(frozen=True, slots=True)
class Breakout:
    """Enter on a close above the highest of the candles before; leave on one below their lowest.

    The channel is of the candles before this one: a candle cannot break out of itself.
    """

    name: ClassVar[str] = "breakout"
    adds: ClassVar[bool] = False

    enter: Annotated[int, Param("candles", 2, 500, "Their highest high is broken upwards.")] = 20
    leave: Annotated[int, Param("candles", 2, 500, "Their lowest low is broken downwards.")] = 10

    @property
    def warmup(self) -> int:
        return max(self.enter, self.leave) + 1

    def signals(self, candles: Candles) -> Signals:
        return _turns(candles.close, *self._channel(candles))

    def explain(self, candles: Candles, at: int) -> str:
        least = min(self.enter, self.leave) + 1
        if at + 1 < least:
            return too_short(least, at + 1)
        seen = candles.part(max(0, at + 1 - self.warmup), at + 1)
        lines = [line[-1:] for line in (seen.close, *self._channel(seen))]
        close, highest, lowest = (number(line[-1]) for line in lines)
        high, low = f"{self.enter}-candle high {highest}", f"{self.leave}-candle low {lowest}"
        said = {
            1: f"close {close} above the {high}: enter",
            -1: f"close {close} below the {low}: leave",
            0: f"close {close} between the {low} and the {high}: no breakout",
        }
        return said[int(_turns(*lines)[-1])]

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        highest, lowest = self._channel(candles)
        return {f"{self.enter}-candle high": highest, f"{self.leave}-candle low": lowest}

    def _channel(self, candles: Candles) -> tuple[Floats, Floats]:
        highest = _before(talib.MAX, candles.high, self.enter)
        return highest, _before(talib.MIN, candles.low, self.leave)


def _turns(close: Floats, highest: Floats, lowest: Floats) -> Signals:
    return signs(close > highest, close < lowest)


def _before(extreme: Callable[[Floats, int], Floats], line: Floats, window: int) -> Floats:
    """For each candle, the extreme of the `window` candles before it."""
    found = np.full(len(line), np.nan)
    found[1:] = known(extreme(line, window), line)[:-1]
    return found
