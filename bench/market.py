"""A proxy in memory for the benches: candles, prices and fills of twenty markets, at once.

Alone because a bench of the bot must not measure a proxy, and must not need one.

May import: errors, wire.
"""

import time
from decimal import Decimal

import numpy as np

from piggybot.errors import BrokerRefused
from proxy.wire import (
    AccountOut,
    Candle,
    CandlesOut,
    Fill,
    Limits,
    MarketOut,
    Mode,
    OrderOut,
    PriceOut,
    Problem,
    RegisterIn,
    Side,
    Sizes,
    StopIn,
    StopOut,
    Timeframe,
    Today,
    TradeIn,
    TradeOut,
)

CENT = Decimal("0.01")
STEP = Decimal("0.0001")
SIZES = Sizes(minNotional=Decimal(1), minQty=STEP, step=STEP)
HISTORY = 1200


class MarketInMemory:
    """Answers what the bot asks. `symbols` are walks of their own, always the same ones."""

    def __init__(self, symbols: list[str], end: int, timeframe: Timeframe) -> None:
        self._frame = timeframe
        self._first = end - HISTORY * timeframe.ms
        noise = np.random.default_rng(20201231)
        self._walks = {
            symbol: 100 * np.exp(np.cumsum(noise.normal(0, 0.004, 2 * HISTORY)))
            for symbol in symbols
        }
        self._limits = Limits(
            minTradeUsd=Decimal(2),
            maxTradeUsd=Decimal(50),
            maxTradeShare=Decimal("0.01"),
            maxTradesPerDay=1000,
            maxDailyLossShare=Decimal("0.05"),
            symbols=symbols,
        )
        self.placed = 0
        self.closed = 0.0
        """When the gate was closed last."""
        self.now = end

    async def account(self, user_id: str) -> AccountOut:
        return AccountOut(
            userId=user_id,
            exchange="binanceus",
            mode=Mode.PAPER,
            epoch=1,
            stopped=False,
            limits=self._limits,
            operatorLimits=self._limits,
            today=Today(day="2026-01-01", trades=0, spentUsd=Decimal(0)),
            keys=[],
            holdings=[],
            unresolved=[],
            sandbox=False,
        )

    async def register(self, request: RegisterIn) -> AccountOut:
        return await self.account(request.userId)

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        price = self._price(symbol)
        return PriceOut(exchange=exchange, symbol=symbol, price=price, at=self.now, sandbox=False)

    async def market(self, exchange: str, symbol: str) -> MarketOut:
        base, _, quote = symbol.partition("/")
        return MarketOut(
            exchange=exchange,
            symbol=symbol,
            base=base,
            quote=quote,
            tick=CENT,
            **SIZES.model_dump(),
        )

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, limit: int, end: int | None = None
    ) -> CandlesOut:
        assert end is not None
        first = (end - self._first) // self._frame.ms - limit
        closes = self._walks[symbol][first - 1 : first + limit]
        found = [
            Candle(
                openTime=end - (limit - at) * self._frame.ms,
                open=_cents(closes[at]),
                high=max(_cents(closes[at]), _cents(closes[at + 1])),
                low=min(_cents(closes[at]), _cents(closes[at + 1])),
                close=_cents(closes[at + 1]),
                volume=Decimal(1),
            )
            for at in range(limit)
        ]
        return CandlesOut(exchange=exchange, symbol=symbol, timeframe=timeframe, candles=found)

    async def place(self, order: TradeIn, client_id: str) -> TradeOut:
        self.placed += 1
        price = self._price(order.symbol)
        units = order.units or (order.amountUsd or Decimal(0)) / price // STEP * STEP
        fee = units * price / 1000 if order.side is Side.SELL else units / 1000
        base, _, quote = order.symbol.partition("/")
        asset = quote if order.side is Side.SELL else base
        fill = Fill(tradeId=client_id, price=price, qty=units, fee=fee, feeAsset=asset, at=self.now)
        return TradeOut(
            orderId=client_id,
            clientOrderId=client_id,
            status="FILLED",
            mode=Mode.PAPER,
            symbol=order.symbol,
            side=order.side,
            price=price,
            executedQty=units,
            cummulativeQuoteQty=units * price,
            fee=fee,
            transactTime=self.now,
            fills=[fill],
            sizes=SIZES,
        )

    async def order(self, user_id: str, client_id: str) -> OrderOut:
        raise BrokerRefused(Problem(code="unknown_order", message="No such order."), 404)

    async def stop(self, request: StopIn) -> StopOut:
        self.closed = time.perf_counter()
        return StopOut(closed=True, settled=True, epoch=2, inFlight=0, cancelled=0, unknown=0)

    def _price(self, symbol: str) -> Decimal:
        at = (self.now - self._first) // self._frame.ms - 1
        return _cents(self._walks[symbol][at])


def _cents(value: float) -> Decimal:
    return Decimal(round(value * 100)) / 100
