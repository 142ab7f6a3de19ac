"""Buy the dip: somebody else's strategy, in a package of its own."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
import talib

from piggybot.core.market import Candles
from piggybot.strategies import Param, Signals


@dataclass(frozen=True, slots=True)
class BuyTheDip:
    """Enter when the close is well below its recent average; leave when it is above it again."""

    name: ClassVar[str] = "dip"
    adds: ClassVar[bool] = False
    window: Annotated[int, Param("candles", 2, 500, "Window of the average.")] = 24
    drop: Annotated[float, Param("of the average", 0.001, 0.5, "How far below.")] = 0.02

    @property
    def warmup(self) -> int:
        return self.window

    def signals(self, candles: Candles) -> Signals:
        average = talib.SMA(candles.close, self.window)
        enter, leave = candles.close < average * (1 - self.drop), candles.close > average
        return enter.astype(np.int8) - leave.astype(np.int8)

    def explain(self, candles: Candles, at: int) -> str:
        last = self.signals(candles.part(0, at + 1))[-1]
        average = candles.close[max(0, at + 1 - self.window) : at + 1].mean()
        todo = {1: "enter", 0: "wait", -1: "leave"}[int(last)]
        return f"close {candles.close[at]:,.2f}, average {average:,.2f}: {todo}"
