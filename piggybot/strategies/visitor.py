"""A guest as a strategy like any other: whoever holds it need not know that it lives elsewhere.

Each question goes to its own process and waits there for the answer, at most as long as its budget:
never ask from the event loop; the panel does not.

May import: core.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from piggybot.core.market import Candles, Floats
from piggybot.strategies import Signals
from piggybot.strategies.answers import (
    MOST_LINES,
    WrongAnswer,
    checked_lines,
    checked_signals,
    checked_warmup,
    checked_words,
)
from piggybot.strategies.host import Host
from piggybot.strategies.parameters import Number

FLOAT = 8
"""Bytes of a float64."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One guest with its parameters. Raises StrategyFailed or StrategySlow."""

    name: str
    adds: bool
    params: Mapping[str, Number]
    host: Host

    @property
    def warmup(self) -> int:
        answer, _ = self.host.ask({"ask": "warmup", "params": self.params}, None, 0)
        return checked_warmup(answer)

    def signals(self, candles: Candles) -> Signals:
        import numpy as np  # late: 12 MiB that a bot without runs need not have

        _, numbers = self._ask("signals", candles, len(candles))
        return checked_signals(np.frombuffer(numbers, np.int8), len(candles))

    def explain(self, candles: Candles, at: int) -> str:
        answer, _ = self._ask("explain", candles, 0, at=at)
        return checked_words(answer)

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        import numpy as np  # late: 12 MiB that a bot without runs need not have

        most = MOST_LINES * len(candles) * FLOAT
        names, numbers = self._ask("lines", candles, most)
        if not isinstance(names, list) or len(numbers) != len(names) * len(candles) * FLOAT:
            raise WrongAnswer("its lines cannot be read")
        rows = np.frombuffer(numbers, np.float64).reshape(len(names), len(candles))
        return checked_lines(dict(zip(names, rows, strict=True)), len(candles))

    def _ask(self, what: str, candles: Candles, most: int, **more: int) -> tuple[Any, bytes]:
        question = {
            "ask": what,
            "params": self.params,
            "symbol": candles.symbol,
            "timeframe": str(candles.timeframe),
            **more,
        }
        return self.host.ask(question, candles, most)
