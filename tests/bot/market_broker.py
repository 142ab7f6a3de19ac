"""The proxy in memory, with a market: candles that a test draws, and a price that it sets.

Alone because only what trades by itself looks at candles.

May import: errors, wire.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from piggybot.errors import BrokerRefused
from proxy.wire import (
    Candle,
    CandlesOut,
    MarketOut,
    PriceOut,
    Problem,
    Sizes,
    Timeframe,
    TradeIn,
    TradeOut,
)
from proxy.wire import PendingOut as Pending
from tests.bot.fake_broker import FakeBroker

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MS = timedelta(milliseconds=1)
UP, DOWN, FLAT = (110, 100, 90, 120), (90, 100, 110, 80), (100, 100, 100, 100)
"""Four closes of which a 2/3 crossover makes enter, leave, nothing."""


class MarketBroker(FakeBroker):
    """Prices of a hundred; the closes before a slot as `draw` set them."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: dict[tuple[str, int], Decimal] = {}
        self.trouble: Problem | None = None
        self.price_trouble: Problem | None = None
        self.asked_candles = 0
        self.orders: list[TradeIn] = []
        self.min_notional = Decimal(1)
        self.most = 10_000
        """Candles that there are."""

    def draw(
        self, slot: datetime, closes: tuple[int, ...], symbol: str = "BTC/USDT", step: int = 3600
    ) -> None:
        """These were the last closes at that slot."""
        end = (slot - EPOCH) // MS
        for back, close in enumerate(reversed(closes), start=1):
            self.drawn[symbol, end - back * step * 1000] = Decimal(close)

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        if self.price_trouble is not None:
            raise BrokerRefused(self.price_trouble, 409)
        return await super().price(exchange, symbol)

    async def market(self, exchange: str, symbol: str) -> MarketOut:
        self._arrive("market")
        base, _, quote = symbol.partition("/")
        return MarketOut(
            exchange=exchange,
            symbol=symbol,
            base=base,
            quote=quote,
            tick=Decimal("0.01"),
            **self.sizes().model_dump(),
        )

    def sizes(self) -> Sizes:
        step = Decimal("0.00001")
        return Sizes(minNotional=self.min_notional, minQty=step, step=step)

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, limit: int, end: int | None = None
    ) -> CandlesOut:
        self._arrive("candles")
        self.asked_candles += 1
        if self.trouble is not None:
            raise BrokerRefused(self.trouble, 409)
        assert end is not None
        if limit > self.most:
            short = Problem(code="too_little_history", message="There are too few candles.")
            raise BrokerRefused(short, 409, None, end)
        length = Timeframe(timeframe).ms
        times = range(end - limit * length, end, length)
        return CandlesOut(
            exchange=exchange,
            symbol=symbol,
            timeframe=timeframe,
            candles=[self._candle(symbol, at) for at in times],
        )

    async def place(self, order: TradeIn, client_id: str) -> TradeOut | Pending:
        self.orders.append(order)
        return await super().place(order, client_id)

    def _candle(self, symbol: str, at: int) -> Candle:
        close = self.drawn.get((symbol, at), Decimal(100))
        return Candle(
            openTime=at, open=close, high=close, low=close, close=close, volume=Decimal(1)
        )
