"""The proxy in memory, with holdings on several markets that it sells, also from a stop.

Alone because only /flatten sells everything.

May import: errors, wire.
"""

from decimal import Decimal

from piggybot.errors import BrokerRefused
from proxy.wire import (
    FlattenIn,
    FlattenOut,
    Mode,
    OrderOut,
    Problem,
    Sellable,
    SellableOut,
    Side,
    StopIn,
    StopOut,
    TradeIn,
)
from tests.bot.market_broker import MarketBroker

STEP = Decimal("0.001")


class SellingBroker(MarketBroker):
    """What `held` says, by market, at the price of the moment; less than a step is dust."""

    def __init__(self) -> None:
        super().__init__()
        self.price_now = Decimal(100)
        self.held: dict[str, Decimal] = {}
        self.ways: list[FlattenIn] = []
        self.barred: Problem | None = None
        self.sold: list[str] = []

    async def sellable(
        self, user_id: str, mode: Mode | None = None, all_accounts: bool = False
    ) -> SellableOut:
        self._arrive("sellable")
        account = self._account(user_id)
        halted = account.mode is Mode.HALTED
        return SellableOut(
            userId=user_id,
            mode=Mode.REDUCING if halted else account.mode,
            epoch=account.epoch,
            halted=halted,
            sandbox=self.sandbox,
            items=[
                Sellable(
                    exchange="binanceus",
                    symbol=symbol,
                    held=units,
                    free=units,
                    units=units // STEP * STEP,
                    price=self.price_now,
                )
                for symbol, units in self.held.items()
                if units
            ],
            barred=self.barred if halted else None,
        )

    async def flatten(self, request: FlattenIn) -> FlattenOut:
        self._arrive("flatten")
        account = self._account(request.userId)
        if (account.mode, account.epoch) != (Mode.HALTED, request.epoch):
            raise BrokerRefused(Problem(code="stale_epoch", message="A newer stop came."), 409)
        account.epoch += 1
        self.ways.append(request)
        return FlattenOut(epoch=account.epoch, seconds=60)

    async def stop(self, request: StopIn) -> StopOut:
        self.ways.clear()
        return await super().stop(request)

    def _fill(self, order: TradeIn, client_id: str) -> OrderOut:
        out = super()._fill(order, client_id)
        assert order.side is Side.SELL and order.units is not None
        self.held[order.symbol] -= order.units
        assert self.held[order.symbol] >= 0, f"sold twice: {order.symbol}"
        self.sold.append(order.symbol)
        return out
