"""Candles as arrays: what strategies look at, in a backtest and live.

Alone because here, and only here, prices are floats: an indicator is an opinion, not money. What is
paid comes from `proxy/fills.py`, in exact numbers.

May import: wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from proxy.wire import Candle, Timeframe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Times: TypeAlias = NDArray[np.int64]
else:
    Floats = Times = Any  # numpy is loaded late


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Candles:
    """Closed candles of one market, oldest first, one each `timeframe`, without gaps.

    `opened` in ms since 1970, UTC; prices in quote; volume in base. All arrays are equally long.
    """

    symbol: str
    timeframe: Timeframe
    opened: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.opened)

    def part(self, first: int, end: int) -> "Candles":
        """The candles [first, end), as views."""
        cut = slice(first, end)
        return Candles(
            self.symbol,
            self.timeframe,
            self.opened[cut],
            self.open[cut],
            self.high[cut],
            self.low[cut],
            self.close[cut],
            self.volume[cut],
        )

    @classmethod
    def read(cls, symbol: str, timeframe: Timeframe, rows: Sequence[Candle]) -> "Candles":
        """Candles as they cross the wire, as arrays."""
        import numpy as np  # late: 12 MiB that a bot without runs need not have

        opened = np.array([row.openTime for row in rows], np.int64)
        names = ("open", "high", "low", "close", "volume")
        columns = (np.array([getattr(row, name) for row in rows], np.float64) for name in names)
        return cls(symbol, timeframe, opened, *columns)

    @classmethod
    def joined(cls, parts: Sequence["Candles"]) -> "Candles":
        """Parts that follow each other, as one; at least one of them."""
        import numpy as np  # late: 12 MiB that a bot without runs need not have

        names = ("opened", "open", "high", "low", "close", "volume")
        columns = (np.concatenate([getattr(part, name) for part in parts]) for name in names)
        return cls(parts[0].symbol, parts[0].timeframe, *columns)

    def same_at(self, index: int, other: "Candles", there: int) -> bool:
        """Whether both say the same of one candle."""
        names = ("opened", "open", "high", "low", "close", "volume")
        return all(getattr(self, name)[index] == getattr(other, name)[there] for name in names)
