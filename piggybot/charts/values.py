"""What each picture shows: values only, so that whoever orders one needs no drawing library.

May import: core, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from piggybot.core.market import Candles, Floats, Times
from proxy.wire import Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a picture. `badge` in words, as pictures have no emoji: PAPER, LIVE …"""

    title: str
    note: str = ""
    badge: str = ""
    number: str = ""
    """The one number that it is about, e.g. a price or a profit; `good` colours it."""
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One trade of ours: when (ms since 1970), and at what price."""

    at: int
    side: Side
    price: Decimal


@dataclass(frozen=True, slots=True)
class CandleChart:
    """Candles, and what a strategy sees in them. The last `shown` are drawn."""

    head: Head
    candles: Candles
    lines: Mapping[str, Floats] = field(default_factory=dict)
    """By name, each as long as the candles."""
    trades: tuple[Mark, ...] = ()
    levels: Mapping[str, Decimal] = field(default_factory=dict)
    """Prices with a name: average cost, stop, target."""
    price: Decimal | None = None
    """The price now; the last close where it is not known."""
    shown: int = 90
    below: Mapping[str, Floats] = field(default_factory=dict)
    """Lines on a scale of their own, as long; drawn under the prices."""


@dataclass(frozen=True, slots=True)
class ProfitChart:
    """Realised profit by UTC day (oldest first, none left out), and what is open on top of it."""

    head: Head
    days: tuple[str, ...]
    realised: tuple[Decimal, ...]
    unrealised: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class BacktestChart:
    """Equity after each candle beside simply holding the coin; both in quote, equally long."""

    head: Head
    stake: Decimal
    """What both began with."""
    opened: Times
    equity: Floats
    held: Floats


Chart = BacktestChart | CandleChart | ProfitChart
