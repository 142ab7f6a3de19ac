"""MACD: the gap between a fast and a slow exponential average, against its own average.

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import BadSetting, Param, Signals
from piggybot.strategies.crossings import crossings, known, memory
from piggybot.strategies.words import apart, beside, too_short


@dataclass(frozen=True, slots=True)
class Macd:
    """Enter when the MACD line crosses above its signal line; leave when it crosses below."""

    name: ClassVar[str] = "macd"
    adds: ClassVar[bool] = False
    below: ClassVar[bool] = True

    fast: Annotated[int, Param("candles", 2, 100, "Window of the fast average.")] = 12
    slow: Annotated[int, Param("candles", 3, 200, "Window of the slow average.")] = 26
    signal: Annotated[int, Param("candles", 2, 100, "Window of the signal line.")] = 9

    def __post_init__(self) -> None:
        if self.fast >= self.slow:
            raise BadSetting(f"fast ({self.fast}) must be below slow ({self.slow}).")

    @property
    def warmup(self) -> int:
        return self._least + memory(2 / (self.slow + 1)) + memory(2 / (self.signal + 1))

    def signals(self, candles: Candles) -> Signals:
        return crossings(*self._lines(candles), candles.close)

    def explain(self, candles: Candles, at: int) -> str:
        if at + 1 < self._least:
            return too_short(self._least, at + 1)
        seen = candles.part(0, at + 1)
        line, signal = (values[-2:] for values in self._lines(seen))
        a, b = apart(line[-1], signal[-1])
        said = {
            1: f"MACD {a} crossed above its signal line {b}: enter",
            -1: f"MACD {a} crossed below its signal line {b}: leave",
            0: f"MACD {a} {beside(line[-1], signal[-1])} its signal line {b}: no cross",
        }
        return said[int(crossings(line, signal, seen.close[-2:])[-1])]

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        line, signal = self._lines(candles)
        return {"MACD": line, "signal line": signal}

    @property
    def _least(self) -> int:
        """Candles before there can be a first cross."""
        return self.slow + self.signal

    def _lines(self, candles: Candles) -> tuple[Floats, Floats]:
        close = candles.close
        line, signal, _ = talib.MACD(close, self.fast, self.slow, self.signal)
        return known(line, close), known(signal, close)
