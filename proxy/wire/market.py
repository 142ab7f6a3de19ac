"""The contract of market data.

May import: wire.
"""

from datetime import timedelta
from enum import StrEnum

from proxy.wire.base import Money, Wire


class Timeframe(StrEnum):
    """How long a candle is. Candles begin at multiples of it since 1970, UTC."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def step(self) -> timedelta:
        return STEPS[self]

    @property
    def ms(self) -> int:
        return MILLISECONDS[self]


UNITS = {"m": "minutes", "h": "hours", "d": "days"}
STEPS = {one: timedelta(**{UNITS[one.value[-1]]: int(one.value[:-1])}) for one in Timeframe}
MILLISECONDS = {one: step // timedelta(milliseconds=1) for one, step in STEPS.items()}


class PriceOut(Wire):
    exchange: str
    symbol: str
    price: Money
    at: int
    sandbox: bool


class VenueOut(Wire):
    """That the venue answers, and whose clock says what."""

    exchange: str
    title: str
    sandbox: bool
    at: int
    """The proxy's own clock, in ms."""
    aheadMs: int
    """How far it is ahead of the venue's; negative: behind."""


class Candle(Wire):
    openTime: int
    open: Money
    high: Money
    low: Money
    close: Money
    volume: Money


class CandlesOut(Wire):
    exchange: str
    symbol: str
    timeframe: str
    candles: list[Candle]
    """Closed ones only, oldest first, as many as were asked for, without gaps."""


class Sizes(Wire):
    """What a venue takes of one market: less is no order. 0: it names none."""

    minNotional: Money
    """The least worth of an order, in quote."""
    minQty: Money
    step: Money
    """Units are ordered in whole ones of it."""


class MarketOut(Sizes):
    exchange: str
    symbol: str
    base: str
    quote: str
    tick: Money
