"""A venue for tests, at the venue border only: its own books, and faults on request.

May import: errors, venue, wire.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from proxy.errors import ProxyError, VenueUnavailable
from proxy.fills import buy, round_down, sell
from proxy.venue import Clocks, Gate, Holdings, Market, Placement, Quote, Report, Traded, Verdict
from proxy.wire import Fill, Permissions, Side

D = Decimal
MARKETS = {
    "BTC/USDT": Market(
        "binanceus",
        "BTC/USDT",
        "BTCUSDT",
        "BTC",
        "USDT",
        D(1),
        D("0.00001"),
        D("0.00001"),
        D("0.01"),
    ),
    "ETH/USDT": Market(
        "binanceus",
        "ETH/USDT",
        "ETHUSDT",
        "ETH",
        "USDT",
        D(10),
        D("0.0001"),
        D("0.0001"),
        D("0.01"),
    ),
}


class FakeVenue:
    """Fills at the quote. `fault` is one of "", before, after, silent, open, reject.

    `down`: it cannot be reached. `deaf`: it takes orders but answers no question after one.
    `says`: what it answers to such a question.
    """

    name = "binanceus"
    title = "Binance.US"
    sandbox = True
    deadline = 5.0

    def __init__(self, clock) -> None:
        self._clock = clock
        self.prices = {"BTC/USDT": D(50000), "ETH/USDT": D(2000)}
        self.price_age = None
        self.cash = D(10000)
        self.fault = ""
        self.down = False
        self.deaf = False
        self.says: Report | Exception | None = None
        self.sends: list[str] = []
        self.prepared = 0
        self.asks: list[str] = []
        self.since: dict[str, datetime] = {}
        self.known: dict[str, set[str]] = {}
        self.books: dict[str, Report] = {}
        self.hold: asyncio.Event | None = None
        self.queued = asyncio.Event()
        self.hide: set[str] = set()

    @property
    def bought(self) -> list[str]:
        return list(self.books)

    async def market(self, symbol: str) -> Market:
        self._up()
        for market in MARKETS.values():
            if symbol in {market.symbol, market.venue_symbol}:
                return market
        raise ProxyError("unknown_symbol", f"Binance.US does not list {symbol}.")

    async def quote(self, symbol: str) -> Quote:
        self._up()
        if symbol not in self.prices:
            raise ProxyError("unknown_symbol", f"no {symbol}")
        age = self.price_age
        return Quote(self.prices[symbol], self._clock() - age if age else self._clock())

    def at_hand(self, symbol: str) -> tuple[Market, Quote] | None:
        market = next((one for one in MARKETS.values() if one.symbol == symbol), None)
        price = self.prices.get(symbol)
        if self.down or self.price_age or market is None or price is None:
            return None
        return market, Quote(price, self._clock())

    async def clocks(self) -> Clocks:
        self._up()
        return Clocks(self._clock(), 0)

    async def balances(self, user_id: str) -> dict[str, Holdings]:
        self._up()
        return {"USDT": Holdings(self.cash, D(0)), "DOGE": Holdings(D(5), D(0))}

    async def traded(self, *asked: object) -> list[Traded]:
        self._up()
        return []

    async def permissions(self, user_id: str) -> Permissions:
        return Permissions(trade=True, withdraw=False)

    def prepare(self) -> None:
        self.prepared += 1

    async def send(self, order: Placement, gate: Gate) -> Report:
        if self.hold is not None:
            self.queued.set()
            await self.hold.wait()
        gate()
        self.sends.append(order.client_id)
        if self.fault == "before":
            raise OSError("cut before the engine")
        if self.fault == "reject":
            return Report(Verdict.REJECTED, "insufficient_funds", "Not enough USDT.")
        report = self.execute(order)
        if self.fault == "after":
            raise OSError("cut after the engine")
        if self.fault == "no_fills":
            return replace(report, fills=())
        if self.fault == "silent":
            return Report(Verdict.UNKNOWN)
        return report

    def execute(self, order: Placement) -> Report:
        price = self.prices[order.market.symbol]
        assert order.client_id not in self.books, "the same id twice"
        if self.fault == "open":
            report = Report(Verdict.OPEN, order_id="9", at=self._clock())
        else:
            report = self._fill(order, price)
        self.books[order.client_id] = report
        return report

    def _fill(self, order: Placement, price: Decimal) -> Report:
        number = str(len(self.books) + 1)
        if order.side is Side.BUY:
            done, asset = buy(order.cost, price, order.market.step), order.market.base
        else:
            done = sell(round_down(order.units, order.market.step), price, order.market.step)
            asset = order.market.quote
        at = int(self._clock().timestamp() * 1000)
        fill = Fill(
            tradeId=number, price=price, qty=done.units, fee=done.fee, feeAsset=asset, at=at
        )
        return Report(
            Verdict.DONE,
            order_id=number,
            executed=done.units,
            quote=done.quote,
            fills=(fill,),
            at=self._clock(),
        )

    async def ask(self, order: Placement, since: datetime, known=()) -> Report:
        self.since[order.client_id], self.known[order.client_id] = since, set(known)
        self.asks.append(order.client_id)
        self._up()
        if self.deaf:
            return Report(Verdict.UNKNOWN, answered=False)
        if isinstance(self.says, Exception):
            raise self.says
        if self.says is not None:
            return self.says
        if order.client_id in self.hide:
            return Report(Verdict.NOT_FOUND)
        return self.books.get(order.client_id) or Report(Verdict.NOT_FOUND)

    async def cancel(self, order: Placement) -> Report:
        self._up()
        report = self.books.get(order.client_id)
        if report is None:
            return Report(Verdict.UNKNOWN)
        if report.verdict is Verdict.OPEN:
            self.books[order.client_id] = replace(report, verdict=Verdict.DONE)
        return self.books[order.client_id]

    def _up(self) -> None:
        if self.down:
            raise VenueUnavailable("venue_unavailable", "Binance.US gives no answer.")
