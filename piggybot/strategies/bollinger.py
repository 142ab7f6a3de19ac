"""Bollinger bands: far below its recent average, a price tends to come back to it.

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import Param, Signals
from piggybot.strategies.crossings import falls, rises, signs
from piggybot.strategies.words import number, too_short


@dataclass(frozen=True, slots=True)
class Bollinger:
    """Enter when the close falls below the lower band; leave when it rises above the average."""

    name: ClassVar[str] = "bollinger"
    adds: ClassVar[bool] = False

    window: Annotated[int, Param("candles", 5, 500, "Window of the average and its bands.")] = 20
    width: Annotated[float, Param("deviations", 0.5, 5, "From the average to a band.")] = 2.0

    @property
    def warmup(self) -> int:
        return self.window + 1

    def signals(self, candles: Candles) -> Signals:
        _, average, lower = self._bands(candles)
        return _turns(candles.close, average, lower)

    def explain(self, candles: Candles, at: int) -> str:
        if at + 1 < self.warmup:
            return too_short(self.warmup, at + 1)
        seen = candles.part(at + 1 - self.warmup, at + 1)
        lines = [line[-2:] for line in (seen.close, *self._bands(seen)[1:])]
        close, average, lower = (number(line[-1]) for line in lines)
        said = {
            1: f"close {close} fell below the lower band {lower}: enter",
            -1: f"close {close} rose above the {self.window}-average {average}: leave",
            0: f"close {close}, lower band {lower}, {self.window}-average {average}: no cross",
        }
        return said[int(_turns(*lines)[-1])]

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        upper, average, lower = self._bands(candles)
        return {"upper band": upper, f"{self.window}-average": average, "lower band": lower}

    def _bands(self, candles: Candles) -> tuple[Floats, Floats, Floats]:
        return talib.BBANDS(candles.close, self.window, self.width, self.width)


def _turns(close: Floats, average: Floats, lower: Floats) -> Signals:
    return signs(falls(close, lower, close), rises(close, average, close))
