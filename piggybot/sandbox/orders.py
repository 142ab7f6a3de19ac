"""The trading half of Binance's REST: orders and trades, in its words.

May import: nothing of ours.
"""

import re
import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from piggybot.sandbox.books import OPEN, Account, Books, Order, Trade, Wanted
from piggybot.sandbox.requests import Request, Route, Signed
from piggybot.sandbox.rules import (
    REJECTED,
    ApiError,
    amount,
    illegal,
    missing,
    no_permission,
    symbol_named,
)

CLIENT_ID = re.compile(r"[a-zA-Z0-9-_.:/]{1,36}")
MOST_ROWS = 1000
DEFAULT_ROWS = 500
PLACES = -8


class Trading:
    """What an account may do with orders. Each method is one route: request in, JSON out."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def routes(self) -> dict[Route, Signed]:
        return {
            ("POST", "/api/v3/order"): self.place,
            ("POST", "/api/v3/order/test"): self.test,
            ("GET", "/api/v3/order"): self.query,
            ("DELETE", "/api/v3/order"): self.cancel,
            ("GET", "/api/v3/openOrders"): self.open,
            ("DELETE", "/api/v3/openOrders"): self.cancel_all,
            ("GET", "/api/v3/allOrders"): self.all,
            ("GET", "/api/v3/myTrades"): self.trades,
        }

    def place(self, account: Account, request: Request) -> dict[str, Any]:
        if not account.can_trade:
            raise no_permission()
        order = self._books.place(account, _wanted(request))
        kind = request.params.get("newOrderRespType", "FULL")
        return placed(order, kind)

    def test(self, account: Account, request: Request) -> dict[str, Any]:
        """Everything that `place` checks up to the engine: no balance, no change."""
        if not account.can_trade:
            raise no_permission()
        try:
            self._books.check(account, _wanted(request))
        except ApiError as refusal:
            if refusal.code != REJECTED:
                raise
        return {}

    def query(self, account: Account, request: Request) -> dict[str, Any]:
        order = self._named(account, request)
        if order is None:
            raise ApiError(-2013, "Order does not exist.")
        return shown(order)

    def cancel(self, account: Account, request: Request) -> dict[str, Any]:
        if not account.can_trade:
            raise no_permission()
        order = self._named(account, request)
        if order is None or order.status not in OPEN:
            raise ApiError(-2011, "Unknown order sent.")
        self._books.cancel(order)
        return cancelled(order)

    def cancel_all(self, account: Account, request: Request) -> list[dict[str, Any]]:
        if not account.can_trade:
            raise no_permission()
        symbol = symbol_named(request.need("symbol"))
        open_orders = self._books.open_orders(account, symbol.name)
        if not open_orders:
            raise ApiError(-2011, "Unknown order sent.")
        for order in open_orders:
            self._books.cancel(order)
        return [cancelled(order) for order in open_orders]

    def open(self, account: Account, request: Request) -> list[dict[str, Any]]:
        name = request.params.get("symbol")
        if name is not None:
            symbol_named(name)
        return [shown(order) for order in self._books.open_orders(account, name)]

    def all(self, account: Account, request: Request) -> list[dict[str, Any]]:
        symbol = symbol_named(request.need("symbol"))
        first, since = request.whole("orderId", 0), request.whole("startTime", 0)
        until = request.whole("endTime", 10**15)
        rows = [
            order
            for order in self._books.of(account, symbol.name)
            if order.order_id >= first and since <= order.placed <= until
        ]
        return [shown(order) for order in _page(rows, request, "orderId", "startTime")]

    def trades(self, account: Account, request: Request) -> list[dict[str, Any]]:
        symbol = symbol_named(request.need("symbol"))
        first, since = request.whole("fromId", 0), request.whole("startTime", 0)
        until, number = request.whole("endTime", 10**15), request.whole("orderId", 0)
        rows = [
            trade
            for trade in self._books.trades
            if trade.api_key == account.api_key
            and trade.symbol == symbol.name
            and trade.trade_id >= first
            and since <= trade.time <= until
            and number in (0, trade.order_id)
        ]
        return [_trade(trade) for trade in _page(rows, request, "fromId", "startTime")]

    def _named(self, account: Account, request: Request) -> Order | None:
        symbol = symbol_named(request.need("symbol"))
        number = request.whole("orderId", 0)
        client_id = request.params.get("origClientOrderId")
        if not number and not client_id:
            words = "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
            raise ApiError(-1102, words)
        found = None
        for order in self._books.of(account, symbol.name):
            if number in (0, order.order_id) and client_id in (None, order.wanted.client_id):
                found = order
        return found


def _page(rows: list[Any], request: Request, *starts: str) -> list[Any]:
    """The oldest rows from where it starts on; without a start, the newest."""
    most = min(request.whole("limit", DEFAULT_ROWS) or DEFAULT_ROWS, MOST_ROWS)
    begun = any(start in request.params for start in starts)
    return rows[:most] if begun else rows[-most:]


def _number(request: Request, name: str) -> Decimal | None:
    text = request.params.get(name)
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise illegal(name, r"^([0-9]{1,20})(\.[0-9]{1,20})?$") from None
    exponent = value.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < PLACES:
        raise ApiError(-1111, f"Parameter '{name}' has too much precision.")
    if value <= 0:
        raise ApiError(-1013, f"Invalid {name}.")
    return value


def _client_id(request: Request) -> str:
    given = request.params.get("newClientOrderId")
    if given is None:
        return secrets.token_urlsafe(16)
    if not CLIENT_ID.fullmatch(given):
        raise illegal("newClientOrderId", "^[a-zA-Z0-9-_.:/]{1,36}$")
    return given


def _wanted(request: Request) -> Wanted:
    symbol = symbol_named(request.need("symbol"))
    side, kind = request.need("side"), request.need("type")
    if side not in ("BUY", "SELL"):
        raise ApiError(-1117, "Invalid side.")
    if kind not in ("MARKET", "LIMIT"):
        raise ApiError(-1116, "Invalid orderType.")
    quantity, price = _number(request, "quantity"), _number(request, "price")
    quote, tif = _number(request, "quoteOrderQty"), request.params.get("timeInForce")
    unwanted = (price, tif) if kind == "MARKET" else (quote,)
    if any(value is not None for value in unwanted):
        raise ApiError(-1106, "Parameter sent when not required.")
    if kind == "MARKET" and (quantity is None) == (quote is None):
        words = "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"
        raise ApiError(-1102, words)
    if kind == "LIMIT":
        for name, value in (("timeInForce", tif), ("quantity", quantity), ("price", price)):
            if value is None:
                raise missing(name)
        if tif not in ("GTC", "IOC", "FOK"):
            raise ApiError(-1115, "Invalid timeInForce.")
    return Wanted(_client_id(request), symbol, side, kind, tif or "GTC", quantity, quote, price)


def _common(order: Order) -> dict[str, Any]:
    wanted = order.wanted
    return {
        "symbol": wanted.symbol.name,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": wanted.client_id,
        "price": amount(wanted.price or Decimal(0)),
        "origQty": amount(order.quantity),
        "executedQty": amount(order.executed),
        "origQuoteOrderQty": amount(wanted.quote or Decimal(0)),
        "cummulativeQuoteQty": amount(order.quote),
        "status": order.status,
        "timeInForce": wanted.tif,
        "type": wanted.kind,
        "side": wanted.side,
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }


def placed(order: Order, kind: str) -> dict[str, Any]:
    """The answer to a new order: ACK, RESULT or FULL."""
    whole = _common(order) | {"transactTime": order.updated, "workingTime": order.placed}
    if kind == "ACK":
        names = ("symbol", "orderId", "orderListId", "clientOrderId", "transactTime")
        return {name: whole[name] for name in names}
    if kind == "RESULT":
        return whole
    fills = [
        {
            "price": amount(trade.price),
            "qty": amount(trade.quantity),
            "commission": amount(trade.commission),
            "commissionAsset": trade.commission_asset,
            "tradeId": trade.trade_id,
        }
        for trade in order.trades
    ]
    return whole | {"fills": fills}


def shown(order: Order) -> dict[str, Any]:
    """An order as a question about it is answered."""
    return _common(order) | {
        "stopPrice": "0.00000000",
        "icebergQty": "0.00000000",
        "time": order.placed,
        "updateTime": order.updated,
        "isWorking": True,
        "workingTime": order.placed,
    }


def cancelled(order: Order) -> dict[str, Any]:
    """The answer to a cancel: the order's own id moves to `origClientOrderId`."""
    named = {"origClientOrderId": order.wanted.client_id, "transactTime": order.updated}
    return _common(order) | named | {"clientOrderId": secrets.token_urlsafe(16)}


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "orderListId": -1,
        "price": amount(trade.price),
        "qty": amount(trade.quantity),
        "quoteQty": amount(trade.quantity * trade.price),
        "commission": amount(trade.commission),
        "commissionAsset": trade.commission_asset,
        "time": trade.time,
        "isBuyer": trade.side == "BUY",
        "isMaker": False,
        "isBestMatch": True,
    }
