"""The exchange's other side over HTTP, below `/sandbox/`: its books, its keys, its faults.

For whoever is in another process: the demo's player and a person with curl. Faults never touch it.

May import: nothing of ours.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from piggybot.sandbox.books import Account, Books, Order, Trade
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.faults import NAMES, Answer, as_json
from piggybot.sandbox.requests import Request
from piggybot.sandbox.rules import amount

BAD_REQUEST, NOT_FOUND = 400, 404
GLANCED = 20
PRICED = ("BTCUSDT", "ETHUSDT")
FILLS = ("all", "half", "none", "split", "expire")
KEY_FLAGS = {
    "canTrade": "can_trade",
    "canWithdraw": "can_withdraw",
    "ipRestricted": "ip_restricted",
    "ipRefused": "ip_refused",
}
FAULT_TYPES = {
    "count": int | None,
    "method": str | None,
    "path": str | None,
    "seconds": int | float,
    "at": int | None,
}
Body = dict[str, Any]


class Control:
    """JSON in, JSON out; what is wrong is said in a sentence with status 400."""

    def __init__(self, sandbox: ExchangeSandbox) -> None:
        self._sandbox = sandbox
        self._routes = {
            ("GET", "/sandbox/books"): self._books,
            ("GET", "/sandbox/glance"): self._glance,
            ("GET", "/sandbox/keys"): self._keys,
            ("POST", "/sandbox/keys"): self._add_key,
            ("GET", "/sandbox/fault"): self._faults,
            ("POST", "/sandbox/fault"): self._misbehave,
            ("POST", "/sandbox/price"): self._price,
            ("POST", "/sandbox/fill"): self._fill,
            ("POST", "/sandbox/complete"): self._complete,
        }

    async def answer(self, request: Request) -> Answer:
        handle = self._routes.get((request.method, request.path))
        if handle is None:
            known = [f"{method} {path}" for method, path in self._routes]
            return as_json({"error": f"there is only {', '.join(known)}"}, NOT_FOUND)
        try:
            body = json.loads(request.body) if request.body else {}
            if not isinstance(body, dict):
                raise ValueError("the body must be a JSON object")
            return as_json(await handle(body))
        except (KeyError, TypeError, ValueError, InvalidOperation) as wrong:
            return as_json({"error": str(wrong)}, BAD_REQUEST)

    async def _books(self, _: Body) -> Body:
        self._sandbox.books.match()
        return snapshot(self._sandbox.books) | {
            "requests": [_request(request) for request in self._sandbox.requests],
            "prices": self._prices(),
        }

    async def _glance(self, _: Body) -> Body:
        """What fits on a narrow panel: the newest orders, counts, balances, what misbehaves."""
        sandbox, books = self._sandbox, self._sandbox.books
        books.match()
        return {
            "orders": [_order(order) for order in books.orders[: -GLANCED - 1 : -1]],
            "counts": {
                "orders": len(books.orders),
                "trades": len(books.trades),
                "posts": sandbox.count(),
                "requests": len(sandbox.requests),
            },
            "balances": _balances(books),
            "prices": self._prices(),
            "faults": list(NAMES),
            "standing": sandbox.misbehaving,
        }

    def _prices(self) -> Body:
        return {symbol: amount(self._sandbox.market.price(symbol)) for symbol in PRICED}

    async def _keys(self, _: Body) -> list[Body]:
        return [_key(account) for account in self._sandbox.books.accounts.values()]

    async def _add_key(self, body: Body) -> Body:
        flags = {KEY_FLAGS[name]: bool(body[name]) for name in KEY_FLAGS if name in body}
        account = self._sandbox.add_key(
            body.get("apiKey"), body.get("secret"), balances=body.get("balances"), **flags
        )
        return _key(account)

    async def _faults(self, _: Body) -> Body:
        standing = [
            {"name": fault.name, "count": fault.count, "method": fault.method, "path": fault.path}
            for fault in self._sandbox.faults.standing
        ]
        return {"names": list(NAMES), "standing": standing, "met": self._sandbox.faults.met}

    async def _misbehave(self, body: Body) -> Body:
        chosen = {name: body[name] for name in FAULT_TYPES if name in body}
        for name, value in chosen.items():
            if not isinstance(value, FAULT_TYPES[name]):
                raise ValueError(f"{name} cannot be {value!r}")
        await self._sandbox.misbehave(body["name"], **chosen)
        return await self._faults({})

    async def _price(self, body: Body) -> Body:
        if body.get("price") is None:
            self._sandbox.market.follow()
        else:
            self._sandbox.market.set_price(body["symbol"], Decimal(str(body["price"])))
        self._sandbox.books.match()
        return {"ok": True}

    async def _fill(self, body: Body) -> Body:
        if body["how"] not in FILLS:
            raise ValueError(f"an order can be filled so: {', '.join(FILLS)}")
        self._sandbox.books.fill_next(body["how"])
        return {"ok": True}

    async def _complete(self, body: Body) -> Body:
        self._sandbox.books.complete(body["clientOrderId"])
        return {"ok": True}


def snapshot(books: Books) -> Body:
    """The books as JSON: orders and trades oldest first, balances by key and asset."""
    return {
        "orders": [_order(order) for order in books.orders],
        "trades": [_trade(trade) for trade in books.trades],
        "balances": _balances(books),
    }


def _balances(books: Books) -> Body:
    return {
        key: {
            asset: {"free": amount(held.free), "locked": amount(held.locked)}
            for asset, held in account.balances.items()
        }
        for key, account in books.accounts.items()
    }


def _order(order: Order) -> Body:
    return {
        "orderId": order.order_id,
        "apiKey": order.api_key,
        "clientOrderId": order.wanted.client_id,
        "symbol": order.wanted.symbol.name,
        "side": order.wanted.side,
        "type": order.wanted.kind,
        "status": order.status,
        "quantity": amount(order.quantity),
        "executedQty": amount(order.executed),
        "quote": amount(order.quote),
        "time": order.placed,
    }


def _trade(trade: Trade) -> Body:
    return {
        "tradeId": trade.trade_id,
        "orderId": trade.order_id,
        "apiKey": trade.api_key,
        "clientOrderId": trade.client_id,
        "symbol": trade.symbol,
        "side": trade.side,
        "price": amount(trade.price),
        "quantity": amount(trade.quantity),
        "commission": amount(trade.commission),
        "commissionAsset": trade.commission_asset,
        "time": trade.time,
    }


def _key(account: Account) -> Body:
    named = {"apiKey": account.api_key, "secret": account.secret}
    return named | {name: getattr(account, field) for name, field in KEY_FLAGS.items()}


def _request(request: Request) -> Body:
    return {
        "method": request.method,
        "path": request.path,
        "params": request.params,
        "at": int(request.at.timestamp() * 1000),
    }
