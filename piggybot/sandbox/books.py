"""The exchange's own books: accounts, balances, orders, trades, and how an order is filled.

These are what the tests count and what the demo's `??` lines ask; nothing that happens on the way
of an answer back to a client changes them. Simplifications, on purpose: a market order fills whole
at the best price without slippage unless `fill_next` said otherwise, and a resting limit order
fills when a later look at the books finds that the price has crossed its limit.

May import: nothing of ours.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from piggybot.sandbox.market import CENT, Clock, Market
from piggybot.sandbox.rules import REJECTED, ApiError, Symbol, filter_failure, insufficient

FEE = Decimal("0.001")
ATOM = Decimal("0.00000001")
ZERO = Decimal(0)
OPEN = ("NEW", "PARTIALLY_FILLED")

FillHow = Literal["all", "half", "none", "split", "expire"]
Parts = list[tuple[Decimal, Decimal]]


@dataclass(slots=True)
class Balance:
    free: Decimal = ZERO
    locked: Decimal = ZERO


@dataclass(slots=True)
class Account:
    """One key and what it owns."""

    api_key: str
    secret: str = field(repr=False)
    can_trade: bool
    can_withdraw: bool
    ip_restricted: bool
    ip_refused: bool
    balances: dict[str, Balance]

    def holding(self, asset: str) -> Balance:
        return self.balances.setdefault(asset, Balance())


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as a client asked for it, its form already checked."""

    client_id: str
    symbol: Symbol
    side: str
    kind: str
    tif: str
    quantity: Decimal | None
    quote: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill."""

    trade_id: int
    order_id: int
    client_id: str
    api_key: str
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    commission: Decimal
    commission_asset: str
    time: int


@dataclass(slots=True)
class Order:
    """One order, as the engine keeps it."""

    order_id: int
    api_key: str
    wanted: Wanted
    quantity: Decimal
    reference: Decimal
    placed: int
    updated: int
    status: str = "NEW"
    executed: Decimal = ZERO
    quote: Decimal = ZERO
    locked: Decimal = ZERO
    stuck: bool = False
    trades: list[Trade] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        return self.quantity - self.executed

    @property
    def pays_with(self) -> str:
        symbol = self.wanted.symbol
        return symbol.quote if self.wanted.side == "BUY" else symbol.base


class Books:
    """Everything the exchange knows of its customers."""

    def __init__(self, market: Market, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._next_fills: deque[FillHow] = deque()
        self._charged: tuple[str, Decimal] | None = None
        self.accounts: dict[str, Account] = {}
        self.orders: list[Order] = []
        self.trades: list[Trade] = []

    def fill_next(self, how: FillHow) -> None:
        """The next order that would fill at once is filled so; said again, the one after it."""
        self._next_fills.append(how)

    def charge_in(self, asset: str, price: Decimal) -> None:
        """Take every fee in a third asset from now on, worth `price` in quote."""
        self._charged = asset, price

    def check(self, account: Account, wanted: Wanted) -> Order:
        """Return the order that would be placed, or raise the engine's refusal. Changes nothing."""
        symbol, best = wanted.symbol, self._best(wanted)
        quantity = wanted.quantity or symbol.whole_steps((wanted.quote or ZERO) / best)
        if wanted.price is not None:
            symbol.check_price(wanted.price, self._market.price(symbol.name))
            symbol.check_quantity(quantity)
            symbol.check_notional(wanted.price * quantity)
        else:
            symbol.check_market(quantity, wanted.quote or quantity * best)
            symbol.check_quantity(quantity)
        if len(self.open_orders(account, symbol.name)) >= symbol.max_orders:
            raise filter_failure("MAX_NUM_ORDERS")
        ids = [order.wanted.client_id for order in self.open_orders(account)]
        if wanted.client_id in ids:
            raise ApiError(REJECTED, "Duplicate order sent.")
        now = self._now()
        number, reference = len(self.orders) + 1, wanted.price or best
        order = Order(number, account.api_key, wanted, quantity, reference, now, now)
        needed = quantity if wanted.side == "SELL" else wanted.quote or quantity * reference
        if account.holding(order.pays_with).free < needed:
            raise insufficient()
        return order

    def place(self, account: Account, wanted: Wanted) -> Order:
        """Write the order down, lock what it needs, and fill what fills at once."""
        order = self.check(account, wanted)
        self.orders.append(order)
        self._lock(order, quantity_value(order))
        if not self._crosses(order):
            if wanted.tif != "GTC":
                self._finish(order, "EXPIRED")
            return order
        how = self._next_fills.popleft() if self._next_fills else "all"
        for quantity, price in self._parts(order, how):
            self._fill(order, quantity, price)
        order.stuck = order.status in OPEN
        if how == "expire":
            self._finish(order, "EXPIRED")
        return order

    def match(self) -> None:
        """Fill every resting limit order whose price has been crossed."""
        for order in self.orders:
            waiting = order.status in OPEN and not order.stuck
            if waiting and self._crosses(order):
                self._fill(order, order.left, order.reference)

    def complete(self, client_id: str) -> None:
        """Fill the rest of an order that was left open."""
        for order in self.orders:
            if order.wanted.client_id == client_id and order.status in OPEN:
                self._fill(order, order.left, order.reference)

    def cancel(self, order: Order) -> None:
        self._finish(order, "CANCELED")

    def open_orders(self, account: Account, symbol: str | None = None) -> list[Order]:
        return [order for order in self.of(account, symbol) if order.status in OPEN]

    def of(self, account: Account, symbol: str | None = None) -> Iterator[Order]:
        """An account's orders, oldest first."""
        for order in self.orders:
            if order.api_key == account.api_key and symbol in (None, order.wanted.symbol.name):
                yield order

    def _now(self) -> int:
        return int(self._clock().timestamp() * 1000)

    def _best(self, wanted: Wanted) -> Decimal:
        name = wanted.symbol.name
        return self._market.price(name) if wanted.side == "BUY" else self._market.bid(name)

    def _crosses(self, order: Order) -> bool:
        limit, best = order.wanted.price, self._best(order.wanted)
        if limit is None:
            return True
        return limit >= best if order.wanted.side == "BUY" else limit <= best

    def _parts(self, order: Order, how: FillHow) -> Parts:
        best, half = self._best(order.wanted), order.wanted.symbol.whole_steps(order.quantity / 2)
        worse = best - CENT if order.wanted.side == "SELL" else best + CENT
        plans: dict[FillHow, Parts] = {
            "all": [(order.quantity, best)],
            "half": [(half, best)],
            "none": [],
            "split": [(half, best), (order.quantity - half, worse)],
            "expire": [],
        }
        return [part for part in plans[how] if part[0]]

    def _lock(self, order: Order, value: Decimal) -> None:
        holding = self.accounts[order.api_key].holding(order.pays_with)
        holding.free -= value
        holding.locked += value
        order.locked = value

    def _fill(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        wanted, account = order.wanted, self.accounts[order.api_key]
        value, buying = quantity * price, order.wanted.side == "BUY"
        gets_asset = wanted.symbol.base if buying else wanted.symbol.quote
        pays, gets = (value, quantity) if buying else (quantity, value)
        freed = order.locked * quantity / order.left
        purse = account.holding(order.pays_with)
        purse.locked -= freed
        purse.free += freed - pays
        order.locked -= freed
        account.holding(gets_asset).free += gets
        fee, fee_asset = (gets * FEE).quantize(ATOM, ROUND_DOWN), gets_asset
        if self._charged is not None:
            fee_asset, worth = self._charged
            fee = (value * FEE / worth).quantize(ATOM, ROUND_DOWN)
        account.holding(fee_asset).free -= fee
        order.executed += quantity
        order.quote += value
        order.status = "PARTIALLY_FILLED" if order.left else "FILLED"
        order.updated = self._now()
        trade = Trade(
            len(self.trades) + 1,
            order.order_id,
            wanted.client_id,
            order.api_key,
            wanted.symbol.name,
            wanted.side,
            price,
            quantity,
            fee,
            fee_asset,
            order.updated,
        )
        self.trades.append(trade)
        order.trades.append(trade)

    def _finish(self, order: Order, status: str) -> None:
        purse = self.accounts[order.api_key].holding(order.pays_with)
        purse.locked -= order.locked
        purse.free += order.locked
        order.locked = ZERO
        order.status = status
        order.updated = self._now()


def quantity_value(order: Order) -> Decimal:
    """What an order locks: base for a sale, quote for a purchase."""
    if order.wanted.side == "SELL":
        return order.left
    return order.left * order.reference
