"""The whole proxy: how it starts, recovers and ends, and what it says when it breaks."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.serve import Server
from proxy.app import World, build, mint
from proxy.logs import QUIET, set_up
from tests.proxy.edges import TOKEN, running, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, written = root.handlers[:], root.level, structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield io.StringIO()
    root.handlers, root.level = before, level
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.configure(**written)


def test_a_minted_id_is_random_and_fits_the_venues() -> None:
    ids = {mint() for _ in range(1000)}

    assert len(ids) == 1000
    assert all(len(one) == 25 and one.startswith("pg-") for one in ids)


async def test_a_fault_inside_is_an_id_outside_and_a_line_in_the_log(
    tmp_path: Path, log: io.StringIO
) -> None:
    async with running(tmp_path) as proxy:
        set_up(proxy.secrets, log)
        key = proxy.exchange.sandbox.add_key()
        proxy.secrets.register(key.secret)

        async def broken(_: object) -> None:
            raise ZeroDivisionError(f"with {key.secret}")

        proxy.house.credentials.save = broken  # type: ignore[assignment]
        answer = await proxy.save(key)
        proxy.house.accounts.account = broken  # type: ignore[assignment]
        other = await proxy.call("GET", "/api/account/u1")

    assert answer.status_code == other.status_code == 500
    assert answer.json()["error"] == other.json()["error"]["code"] == "internal"
    error_id = other.json()["error"]["hint"].split()[-1].rstrip(".")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [logged] = [line for line in lines if line.get("error_id") == error_id]
    assert "ZeroDivisionError" in logged["exception"]
    assert key.secret not in log.getvalue() + answer.text + other.text


async def test_a_restart_keeps_accounts_keys_and_a_stop(tmp_path: Path) -> None:
    async with running(tmp_path) as proxy:
        await proxy.save(proxy.exchange.sandbox.add_key())
        await proxy.call("POST", "/api/stop", json={})
    async with running(tmp_path) as proxy:
        health = (await proxy.call("GET", "/api/health")).json()
        account = (await proxy.call("GET", "/api/account/u1")).json()

    assert (health["stopped"], health["recovering"]) == (True, False)
    assert account["mode"] == "HALTED"
    assert [one["exchange"] for one in account["keys"]] == ["binance"]


async def call(server: Server, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}"} | more.pop("headers", {})
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        return await client.request(method, path, headers=headers, **more)


async def until_filled(server: Server, client_id: str) -> None:
    async with asyncio.timeout(5):
        while True:
            found = await call(server, "GET", f"/api/orders/{client_id}?userId=u1")
            if found.json()["status"] == "FILLED":
                return
            await asyncio.sleep(0.05)


async def test_an_order_of_unknown_end_is_resolved_after_a_restart(tmp_path: Path) -> None:
    exchange = ExchangeServer(ExchangeSandbox())
    await exchange.start()
    key = exchange.sandbox.add_key()
    settings = settings_for(tmp_path, exchange.url)
    mine = {"Idempotency-Key": "pg-my-own-id-000001"}
    who = {"userId": "u1", "exchange": "binance"}
    order = who | {"side": "buy", "symbol": "BTC/USDT", "amountUsd": "5"}

    first = Server(build(settings, World()))
    await first.start()
    secrets = {"apiKey": key.api_key, "apiSecret": key.secret}
    await call(first, "POST", "/api/credentials", json=who | secrets)
    await call(first, "POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    await exchange.sandbox.misbehave("closed-after", count=1)
    await exchange.sandbox.misbehave("500-before", method="GET", path="/api/v3/order")
    pending = await call(first, "POST", "/api/trade", json=order, headers=mine)
    await first.stop()
    await exchange.sandbox.misbehave("ok")

    second = Server(build(settings, World()))
    await second.start()
    await until_filled(second, "pg-my-own-id-000001")
    again = await call(second, "POST", "/api/trade", json=order, headers=mine)
    await second.stop()
    await exchange.stop()

    assert (pending.status_code, again.json()["status"]) == (202, "FILLED")
    assert exchange.sandbox.count() == len(exchange.sandbox.books.orders) == 1


async def test_a_fault_in_the_work_of_the_background_is_logged_and_the_work_goes_on(
    tmp_path: Path, log: io.StringIO
) -> None:
    async with running(tmp_path) as proxy:
        set_up(proxy.secrets, log)
        looks = 0
        looked_again = asyncio.Event()

        async def broken_once() -> None:
            nonlocal looks
            looks += 1
            if looks == 1:
                raise ZeroDivisionError("a look that failed")
            looked_again.set()

        proxy.house.accounts.modes.watch = broken_once  # type: ignore[method-assign]
        async with asyncio.timeout(30):
            await looked_again.wait()

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [logged] = [line for line in lines if "it goes on" in line["event"]]
    assert logged["work"] == "watch_once"
    assert "a look that failed" in logged["exception"]


async def test_it_starts_without_its_venue_and_stays_of_use(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "http://127.0.0.1:9")
    server = Server(build(settings, World()))
    await server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as client:
        health = await client.get("/api/health")
        stop = await client.post("/api/stop", json={})
        price = await client.get("/api/price?exchange=binance&symbol=BTC/USDT")
    await server.stop()

    assert health.json()["recovering"] is False
    assert stop.json()["closed"] is True
    assert (price.status_code, price.json()["error"]["code"]) == (503, "venue_unavailable")


async def test_every_authenticated_call_is_a_sign_of_life(tmp_path: Path) -> None:
    async with running(tmp_path) as proxy:
        seen: list[str] = []
        proxy.house.accounts.modes.touched = lambda: seen.append("touched")  # type: ignore[method-assign]
        await proxy.call("GET", "/api/health")
        await proxy.call("GET", "/api/stop")
        async with httpx.AsyncClient(base_url=proxy.server.url, trust_env=False) as stranger:
            await stranger.get("/api/health")
            await stranger.get("/api/stop")

    assert seen == ["touched", "touched"]
