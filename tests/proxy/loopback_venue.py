"""A venue of few words on a real socket: it records every request and answers as it is told."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from piggybot.sandbox.serve import Message, Receive, Scope, Send, Server
from proxy.budget import UNBOUNDED, Budget, Weights
from proxy.ccxt_line import Line, Opener
from proxy.exchange import CcxtVenue
from proxy.venue import Placement, Report
from proxy.wire import Side

FILTERS = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
    {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
    {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "100", "stepSize": "0"},
    {"filterType": "NOTIONAL", "minNotional": "1.00000000", "applyMinToMarket": True},
]
MARKETS = {
    "timezone": "UTC",
    "serverTime": 1,
    "rateLimits": [],
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"],
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "permissions": ["SPOT"],
            "filters": FILTERS,
        }
    ],
}

SECRET = "the-secret-of-all-secrets"
ID = "pg-AAAAAAAAAAAAAAAAAAAAAA"
ORDER = ("POST", "/api/v3/order")


@dataclass
class Seen:
    method: str
    path: str
    params: list[tuple[str, str]]
    headers: dict[str, str]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.params]

    @property
    def dict(self) -> dict[str, str]:
        return dict(self.params)


@dataclass
class Told:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def now() -> datetime:
    return datetime.now(UTC)


def told(body: Any, status: int = 200, **headers: str) -> Told:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content-type": "application/json", "content-length": str(len(raw))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(status, raw, named)


def filled(seen: Seen) -> Told:
    """What it answers to an order that it fills at once."""
    return told(
        {
            "symbol": "BTCUSDT",
            "orderId": 7,
            "clientOrderId": seen.dict["newClientOrderId"],
            "transactTime": 1700000000000,
            "status": "FILLED",
            "executedQty": "0.00003",
            "cummulativeQuoteQty": "1.92",
            "fills": [],
        }
    )


class LoopbackVenue:
    """`answers[(method, path)]` is what it says; `orders` are the POSTs of orders it has got."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.answers: dict[tuple[str, str], Told | Callable[[Seen], Told]] = {
            ("GET", "/api/v3/exchangeInfo"): told(MARKETS),
            ("GET", "/api/v3/ticker/price"): told({"symbol": "BTCUSDT", "price": "64000.10"}),
            ("GET", "/api/v3/time"): lambda _: told({"serverTime": int(now().timestamp() * 1000)}),
        }
        self.before_answer: Callable[[Seen], Awaitable[None]] | None = None
        self.server = Server(self)

    @property
    def orders(self) -> list[Seen]:
        return [one for one in self.seen if (one.method, one.path) == ORDER]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                await send({"type": f"{kind}.complete"})
                if kind == "lifespan.shutdown":
                    return
        body = (await receive()).get("body", b"")
        query = scope["query_string"].decode() or body.decode()
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        seen = Seen(scope["method"], scope["path"], parse_qsl(query), headers)
        self.seen.append(seen)
        if self.before_answer is not None:
            await self.before_answer(seen)
        answer = self.answers.get((seen.method, seen.path), told({}, 404))
        if not isinstance(answer, Told):
            answer = answer(seen)
        named = [(k.encode(), v.encode()) for k, v in answer.headers.items()]
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": named}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})


def venue_at(
    origin: str,
    name: str = "binanceus",
    keys: Callable[[], tuple[str, str]] | None = None,
    timeout: float = 2.0,
    clock: Callable[[], datetime] = now,
    weights: Weights = UNBOUNDED,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> CcxtVenue:
    """A CcxtVenue that talks to `origin`."""

    async def open_keys(user_id: str, exchange: str) -> Opener:
        return keys or (lambda: (f"key-of-{user_id}", SECRET))

    line = Line(name, origin, timeout, monotonic, Budget(weights, monotonic, sleep))
    return CcxtVenue(name, line, open_keys, clock)


def budget() -> Budget:
    """One without a bound."""
    return Budget(UNBOUNDED, time.monotonic, asyncio.sleep)


def open_gate() -> None:
    """A gate that lets everything through."""
    return


async def buy(venue: CcxtVenue, cost: str = "2.05", user: str = "u1") -> Report:
    """What became of a buy of bitcoin."""
    market = await venue.market("BTC/USDT")
    order = Placement(ID, user, market, Side.BUY, Decimal(cost), None)
    return await venue.send(order, open_gate)
