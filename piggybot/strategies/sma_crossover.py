"""Two moving averages of the close: the trend turns where the fast one crosses the slow one.

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import BadSetting, Param, Signals
from piggybot.strategies.crossings import crossings
from piggybot.strategies.words import apart, beside, too_short


@dataclass(frozen=True, slots=True)
class SmaCrossover:
    """Enter when the fast average crosses above the slow one; leave when it crosses below."""

    name: ClassVar[str] = "sma_crossover"
    adds: ClassVar[bool] = False

    fast: Annotated[int, Param("candles", 2, 500, "Window of the fast average.")] = 10
    slow: Annotated[int, Param("candles", 3, 1000, "Window of the slow average.")] = 30

    def __post_init__(self) -> None:
        if self.fast >= self.slow:
            raise BadSetting(f"fast ({self.fast}) must be below slow ({self.slow}).")

    @property
    def warmup(self) -> int:
        return self.slow + 1

    def signals(self, candles: Candles) -> Signals:
        return crossings(*self._averages(candles), candles.close)

    def explain(self, candles: Candles, at: int) -> str:
        if at + 1 < self.warmup:
            return too_short(self.warmup, at + 1)
        seen = candles.part(at + 1 - self.warmup, at + 1)
        fast, slow = (line[-2:] for line in self._averages(seen))
        a, b = apart(fast[-1], slow[-1])
        said = {
            1: f"{self.fast}-SMA {a} crossed above {self.slow}-SMA {b}: enter",
            -1: f"{self.fast}-SMA {a} crossed below {self.slow}-SMA {b}: leave",
            0: f"{self.fast}-SMA {a} {beside(fast[-1], slow[-1])} {self.slow}-SMA {b}: no cross",
        }
        return said[int(crossings(fast, slow, seen.close[-2:])[-1])]

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        fast, slow = self._averages(candles)
        return {f"{self.fast}-SMA": fast, f"{self.slow}-SMA": slow}

    def _averages(self, candles: Candles) -> tuple[Floats, Floats]:
        return talib.SMA(candles.close, self.fast), talib.SMA(candles.close, self.slow)
