"""The paper venue: the interface of a real one, filled at live prices with stated costs.

Its books lie in the database, so that an order's outcome can be asked for after a crash, as at a
real venue. A market order fills at once, whole, 0.05% worse than the quote, for a 0.1% fee.

May import: errors, fills, paper_books, parts, records, store, venue, wire.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from migrations.database import Door
from proxy.errors import GateClosed, ProxyError
from proxy.fills import Execution, buy, sell, slipped
from proxy.paper_books import Insufficient, PaperTrade
from proxy.parts import Clock
from proxy.records import milliseconds
from proxy.store import Store
from proxy.venue import (
    Anchor,
    Clocks,
    Gate,
    Holdings,
    Market,
    Mine,
    Placement,
    Quote,
    Report,
    Traded,
    Venue,
    Verdict,
)
from proxy.wire import Fill, Permissions, Side

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PaperVenue:
    """Paper trading at the prices of `market_data`."""

    def __init__(self, market_data: Venue, store: Store, door: Door, clock: Clock) -> None:
        self._data = market_data
        self._rows = store.paper
        self._door = door
        self._clock = clock
        self.name = market_data.name
        self.title = "Paper"
        self.sandbox = market_data.sandbox
        self.deadline = 0.0

    async def market(self, symbol: str) -> Market:
        return await self._data.market(symbol)

    async def quote(self, symbol: str) -> Quote:
        return await self._data.quote(symbol)

    def at_hand(self, symbol: str) -> tuple[Market, Quote] | None:
        return self._data.at_hand(symbol)

    async def clocks(self) -> Clocks:
        return await self._data.clocks()

    async def balances(self, user_id: str) -> dict[str, Holdings]:
        units = await self._door(self._rows.balances, user_id, self.name)
        return {asset: Holdings(free, Decimal(0)) for asset, free in units.items()}

    async def traded(
        self, user_id: str, market: Market, after: Anchor, since: datetime, mine: Mine
    ) -> list[Traded]:
        """All orders since then: whatever is on paper is ours."""
        from_ms = milliseconds(since)
        trades = await self._door(self._rows.since, user_id, self.name, market.symbol, from_ms)
        return [_traded(trade, market) for trade in trades]

    async def permissions(self, user_id: str) -> Permissions:
        return Permissions(trade=True, withdraw=False)

    def prepare(self) -> None:
        """Nothing: no order leaves this house."""

    async def send(self, order: Placement, gate: Gate) -> Report:
        """Fill at the price of this moment, in one transaction; the same id fills once."""
        try:
            quote = await self._data.quote(order.market.symbol)
            gate()
        except (ProxyError, GateClosed) as held:
            return Report(Verdict.NOT_SENT, held.code, held.message, held.hint)
        done = _execution(order, quote.price)
        if done.units <= 0:
            return Report(Verdict.REJECTED, "filter_failure", "It is less than one step.")
        trade = _trade(order, done, milliseconds(self._clock()))
        try:
            kept = await self._door(self._rows.execute, trade, _changes(order, done))
        except Insufficient as poor:
            free = f"{poor.free.normalize():f} {poor.asset}"
            return Report(
                Verdict.REJECTED, "insufficient_funds", f"The paper account has {free} free."
            )
        return _report(kept)

    async def ask(self, order: Placement, since: datetime, known: Collection[str] = ()) -> Report:
        found = await self._door(self._rows.find, order.user_id, order.client_id)
        return Report(Verdict.NOT_FOUND) if found is None else _report(found)

    async def cancel(self, order: Placement) -> Report:
        """Nothing is ever open here: the report is what became of the order."""
        return await self.ask(order, self._clock())


def _execution(order: Placement, price: Decimal) -> Execution:
    market = order.market
    worse = slipped(price, order.side, market.tick)
    if order.side is Side.BUY:
        assert order.cost is not None
        return buy(order.cost, worse, market.step)
    assert order.units is not None
    return sell(order.units, worse, market.step)


def _trade(order: Placement, done: Execution, at: int) -> PaperTrade:
    market = order.market
    return PaperTrade(
        client_id=order.client_id,
        user_id=order.user_id,
        exchange=market.exchange,
        symbol=market.symbol,
        side=order.side,
        price=done.price,
        qty=done.units,
        fee=done.fee,
        fee_asset=market.base if order.side is Side.BUY else market.quote,
        at=at,
    )


def _changes(order: Placement, done: Execution) -> dict[str, Decimal]:
    """What the trade does to the balances."""
    base, quote = order.market.base, order.market.quote
    if order.side is Side.BUY:
        return {quote: -done.quote, base: done.units - done.fee}
    return {base: -done.units, quote: done.quote - done.fee}


def _report(trade: PaperTrade) -> Report:
    return Report(
        Verdict.DONE,
        order_id=_order_id(trade),
        executed=trade.qty,
        quote=trade.qty * trade.price,
        fills=(_fill(trade),),
    )


def _traded(trade: PaperTrade, market: Market) -> Traded:
    at = EPOCH + timedelta(milliseconds=trade.at)
    fills = (_fill(trade),)
    return Traded(trade.client_id, _order_id(trade), market, trade.side, at, False, fills)


def _order_id(trade: PaperTrade) -> str:
    return f"paper-{trade.client_id}"


def _fill(trade: PaperTrade) -> Fill:
    return Fill(
        tradeId=_order_id(trade),
        price=trade.price,
        qty=trade.qty,
        fee=trade.fee,
        feeAsset=trade.fee_asset,
        at=trade.at,
    )
