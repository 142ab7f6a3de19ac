"""Wilder's relative strength index: what fell too fast and turns is bought.

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import BadSetting, Param, Signals
from piggybot.strategies.crossings import falls, known, memory, rises, signs
from piggybot.strategies.words import number, too_short

SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Rsi:
    """Enter when the RSI rises out of oversold again; leave when it falls out of overbought again.

    The crossing back is what counts, not the extreme itself: what falls may fall on.
    """

    name: ClassVar[str] = "rsi"
    adds: ClassVar[bool] = False
    below: ClassVar[bool] = True

    window: Annotated[int, Param("candles", 2, 100, "Window of the RSI.")] = 14
    oversold: Annotated[float, Param("RSI", 1, 99, "It is bought rising above this.")] = 30.0
    overbought: Annotated[float, Param("RSI", 1, 99, "It is sold falling below this.")] = 70.0

    def __post_init__(self) -> None:
        if self.oversold >= self.overbought:
            raise BadSetting(
                f"oversold ({number(self.oversold)}) must be below "
                f"overbought ({number(self.overbought)})."
            )

    @property
    def warmup(self) -> int:
        return self.window + 2 + memory(1 / self.window)

    def signals(self, candles: Candles) -> Signals:
        return self._turns(self._rsi(candles))

    def explain(self, candles: Candles, at: int) -> str:
        if at + 1 < self.window + 2:
            return too_short(self.window + 2, at + 1)
        rsi = self._rsi(candles.part(0, at + 1))[-2:]
        before, now = (number(value, 4) for value in rsi)
        low, high = number(self.oversold), number(self.overbought)
        said = {
            1: f"RSI {before} → {now}, rose above {low}: enter",
            -1: f"RSI {before} → {now}, fell below {high}: leave",
            0: f"RSI {before} → {now}: no way up through {low}, none down through {high}",
        }
        return said[int(self._turns(rsi)[-1])]

    def _turns(self, rsi: Floats) -> Signals:
        return signs(rises(rsi, self.oversold, SCALE), falls(rsi, self.overbought, SCALE))

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        bounds = {"oversold": self.oversold, "overbought": self.overbought}
        flat = {name: np.full(len(candles), level) for name, level in bounds.items()}
        return {f"{self.window}-RSI": self._rsi(candles), **flat}

    def _rsi(self, candles: Candles) -> Floats:
        """NaN where the price has stood still for the whole window: nothing is oversold there."""
        close, span = candles.close, self.window + 1
        moved = talib.MAX(close, span) > talib.MIN(close, span)
        return np.where(moved, known(talib.RSI(close, self.window), close), np.nan)
