"""Dollar-cost averaging: the same amount by the calendar, whatever the price.

May import: core.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar

import numpy as np

from piggybot.core.market import Candles, Times
from piggybot.strategies import Param, Signals

HOUR = timedelta(hours=1) // timedelta(milliseconds=1)
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Dca:
    """Buy every so many days, at the first candle that closes at the hour (UTC) or after. No exit.

    Days are counted from Monday, 1970-01-05: every 7 days is each Monday.
    """

    name: ClassVar[str] = "dca"
    adds: ClassVar[bool] = True

    days: Annotated[int, Param("days", 1, 365, "Days from one buy to the next.")] = 1
    hour: Annotated[int, Param("o'clock UTC", 0, 23, "The hour of the day.")] = 0

    @property
    def warmup(self) -> int:
        return 1

    def signals(self, candles: Candles) -> Signals:
        due = self._turns(candles.opened + candles.timeframe.ms) > self._turns(candles.opened)
        return (due & np.isfinite(candles.close)).astype(np.int8)

    def explain(self, candles: Candles, at: int) -> str:
        seen = candles.part(at, at + 1)
        closed = seen.opened + seen.timeframe.ms
        turn = int(self._turns(closed)[0])
        if self.signals(seen)[0]:
            return f"bought by calendar, due {self._date(turn)} UTC: enter"
        return f"next buy by calendar {self._date(turn + 1)} UTC: not yet"

    def _turns(self, times: Times) -> Times:
        """How many buys were due up to each time."""
        return (times - self._first) // (self.days * DAY)

    @property
    def _first(self) -> int:
        return 4 * DAY + self.hour * HOUR

    def _date(self, turn: int) -> str:
        at = self._first + turn * self.days * DAY
        return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
