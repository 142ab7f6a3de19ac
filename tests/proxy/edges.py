"""A whole proxy on a real socket, before a sandbox exchange, for the tests of the edges."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from piggybot.sandbox.books import Account
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.serve import Server
from proxy.app import World, build, now
from proxy.logs import Secrets
from proxy.needs import House
from proxy.parts import Clock
from proxy.settings import Settings, load
from proxy.vault import Vault

TOKEN = "t" * 20 + "0123456789abcdefghijklmnop"


@dataclass
class Proxy:
    exchange: ExchangeServer
    server: Server
    client: httpx.AsyncClient
    secrets: Secrets
    settings: Settings
    house: House

    @property
    def vault(self) -> Vault:
        return Vault(self.settings.folder)

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.client.request(method, path, **more)

    async def save(self, key: Account, exchange: str = "binance", user: str = "u1") -> Any:
        body = {"userId": user, "exchange": exchange}
        body |= {"apiKey": key.api_key, "apiSecret": key.secret}
        return await self.call("POST", "/api/credentials", json=body)

    async def buy(self, amount: str = "5", **more: Any) -> httpx.Response:
        body = {"userId": "u1", "exchange": "binance", "side": "buy", "symbol": "BTC/USDT"}
        headers = more.pop("headers", {})
        body |= {"amountUsd": amount} | more
        return await self.call("POST", "/api/trade", json=body, headers=headers)


def settings_for(folder: Path, origin: str, **more: Any) -> Settings:
    given: dict[str, Any] = {"proxy_token": TOKEN, "rate_limit": False, "allow_live": True}
    return load(_env_file=None, piggy_data=folder, exchange_origin=origin, **(given | more))


@asynccontextmanager
async def running(folder: Path, clock: Clock = now, **more: Any) -> AsyncIterator[Proxy]:
    """The proxy, started as it would be for real but for the process."""
    exchange = ExchangeServer(ExchangeSandbox(clock))
    await exchange.start()
    secrets = Secrets()
    settings = settings_for(folder, exchange.url, **more)
    app = build(settings, World(clock=clock, secrets=secrets))
    server = Server(app)
    await server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as client:
        yield Proxy(exchange, server, client, secrets, settings, app.state.house)
    await server.stop()
    await exchange.stop()
