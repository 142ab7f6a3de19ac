"""The contract of market data.

May import: wire.
"""

from proxy.wire.base import Money, Wire


class PriceOut(Wire):
    exchange: str
    symbol: str
    price: Money
    at: int
    sandbox: bool


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
    """Closed candles only, oldest first, without gaps."""


class MarketOut(Wire):
    exchange: str
    symbol: str
    base: str
    quote: str
    minNotional: Money
    minQty: Money
    step: Money
    tick: Money
