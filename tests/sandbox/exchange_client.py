"""A client that signs as Binance asks, for tests of the sandbox exchange that need the raw answer.

May import: sandbox.
"""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from urllib.parse import urlencode

import httpx

from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer

KEY, SECRET = "k" * 64, "not-so-secret"
ORDER = "/api/v3/order"


class Client:
    """One key at one exchange."""

    def __init__(self, http: httpx.AsyncClient, key: str = KEY, secret: str = SECRET) -> None:
        self.http = http
        self.key = key
        self.secret = secret

    async def call(self, method: str, path: str, **params: object) -> httpx.Response:
        """A signed request; a POST carries its parameters as a form."""
        params.setdefault("timestamp", int(time.time() * 1000))
        text = urlencode({name: value for name, value in params.items() if value is not None})
        sign = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        signed = f"{text}&signature={sign}"
        headers = {"X-MBX-APIKEY": self.key}
        if method != "POST":
            return await self.http.request(method, f"{path}?{signed}", headers=headers)
        headers["content-type"] = "application/x-www-form-urlencoded"
        return await self.http.post(path, content=signed, headers=headers)

    async def buy(self, client_id: str, quote: str = "60", **more: object) -> httpx.Response:
        wanted: dict[str, object] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}
        wanted |= {"quoteOrderQty": quote, "newClientOrderId": client_id}
        return await self.call("POST", ORDER, **wanted | more)

    async def ask(self, client_id: str) -> httpx.Response:
        return await self.call("GET", ORDER, symbol="BTCUSDT", origClientOrderId=client_id)


@asynccontextmanager
async def exchange() -> AsyncIterator[tuple[ExchangeSandbox, Client]]:
    """A started exchange with one key of 10,000 USDT, and bitcoin at 10,000."""
    sandbox = ExchangeSandbox()
    sandbox.add_key(KEY, SECRET)
    sandbox.market.set_price("BTCUSDT", Decimal(10_000))
    server = ExchangeServer(sandbox)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, verify=False) as http:
            yield sandbox, Client(http)
    finally:
        await server.stop()
