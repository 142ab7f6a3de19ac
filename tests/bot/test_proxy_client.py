"""The client against a server on loopback that answers as told, or not at all.

May import: errors, proxy_client, wire.
"""

import asyncio
import base64
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from piggybot.errors import BrokerDown, BrokerRefused
from piggybot.proxy_client import MOST_AT_ONCE, ProxyClient
from proxy.wire import CredentialsIn, PendingOut, Side, Status, StopIn, TradeIn, TradeOut

pytestmark = pytest.mark.anyio
TOKEN = "k3Jx" * 10
ORDER = TradeIn(
    userId="anna", exchange="binanceus", side=Side.BUY, symbol="BTC/USDT", amountUsd=Decimal("2.10")
)
FILLED = {
    "orderId": "991",
    "clientOrderId": "pg-12345678",
    "status": "FILLED",
    "mode": "LIVE",
    "symbol": "BTC/USDT",
    "side": "BUY",
    "price": "64000.01",
    "executedQty": "0.00003125",
    "cummulativeQuoteQty": "2.00000031",
    "fee": "0.002",
    "transactTime": 1772366400000,
}
STOPPED = {
    "closed": True, "settled": False, "epoch": 4, "inFlight": 1, "cancelled": 0, "unknown": 0
}  # fmt: skip
REFUSED = {"error": {"code": "below_minimum", "message": "$1.00 is below $2.00.", "hint": "Use 2."}}


@dataclass
class Server:
    """Answers every request with the same bytes, and keeps what it was asked."""

    answer: bytes = b""
    hang: bool = False
    asked: list[str] = field(default_factory=list)

    def say(self, status: int, body: object, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answer = "\r\n".join([*lines, "", ""]).encode() + content

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        self.asked.append(head + body.decode())
        if self.hang and "/api/stop" not in head:
            await reader.read()
        writer.write(self.answer)
        writer.close()


@asynccontextmanager
async def proxy(user: str = "") -> AsyncIterator[tuple[Server, ProxyClient]]:
    told = Server()
    server = await asyncio.start_server(told.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = ProxyClient(f"http://{user}127.0.0.1:{port}", TOKEN, 0.2)
    try:
        yield told, client
    finally:
        await client.close()
        server.close()


async def down(call: Callable[[], Awaitable[Any]]) -> BrokerDown:
    with pytest.raises(BrokerDown) as raised:
        await call()
    assert TOKEN not in str(raised.value)
    assert raised.value.hint
    return raised.value


async def test_an_order_is_posted_once_with_its_id_and_our_token() -> None:
    async with proxy() as (server, client):
        server.say(200, FILLED)
        done = await client.place(ORDER, "pg-12345678")

    assert isinstance(done, TradeOut)
    assert done.executedQty == Decimal("0.00003125")
    assert len(server.asked) == 1
    assert server.asked[0].startswith("POST /api/trade HTTP/1.1\r\n")
    assert "idempotency-key: pg-12345678" in server.asked[0].lower()
    assert f"Authorization: Bearer {TOKEN}" in server.asked[0]
    assert '"amountUsd":"2.10"' in server.asked[0]


async def test_a_url_with_a_password_is_used_as_basic_and_never_shown() -> None:
    async with proxy("piggy:hunter2hunter2@") as (server, client):
        server.say(200, {"status": "ok"})
        await client.health()
    basic = base64.b64encode(b"piggy:hunter2hunter2").decode()
    assert f"Authorization: Basic {basic}" in server.asked[0]
    assert TOKEN not in server.asked[0]


@pytest.mark.parametrize("user", ["", "piggy:hunter2hunter2@"])
async def test_no_log_holds_the_token_or_the_password(
    user: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with proxy(user) as (server, client):
        server.say(200, {"status": "ok"})
        await client.health()
        server.answer = b"garbage\r\n\r\n"
        logging.getLogger("test").exception("down", exc_info=await down(client.health))
    basic = base64.b64encode(b"piggy:hunter2hunter2").decode()
    assert "BrokerDown" in caplog.text
    assert not [one for one in (TOKEN, "hunter2", basic) if one in caplog.text]


async def test_questions_that_hang_leave_a_stop_its_way() -> None:
    """As many as may be asked at once, and more: those have not been sent, and it is said."""
    async with proxy() as (server, client):
        server.hang = True
        server.say(200, STOPPED)
        asked = [client.price("binanceus", "BTC/USDT") for _ in range(MOST_AT_ONCE + 8)]
        hanging = asyncio.gather(*asked, return_exceptions=True)
        while len(server.asked) < MOST_AT_ONCE:
            await asyncio.sleep(0)
        stopped = await client.stop(StopIn(userId=None))
        assert stopped.closed
        assert (await client.stop_state("anna")).closed
        assert not hanging.done(), "neither the stop nor the look after it waited for them"
        found = await hanging
    assert all(isinstance(one, BrokerDown) for one in found)
    assert not found[-1].sent
    assert "busy" in found[-1].message


async def test_an_order_that_is_not_known_yet_is_pending() -> None:
    async with proxy() as (server, client):
        server.say(202, {"status": "UNKNOWN", "clientOrderId": "pg-12345678"})
        answer = await client.place(ORDER, "pg-12345678")
    assert answer == PendingOut(status="UNKNOWN", clientOrderId="pg-12345678")


@pytest.mark.parametrize("status", ["DENIED", "NOT_SENT", "REJECTED", "ABSENT"])
async def test_a_refused_order_carries_its_reason_and_its_status(status: str) -> None:
    async with proxy() as (server, client):
        server.say(409, REFUSED | {"clientOrderId": "pg-12345678", "status": status})
        with pytest.raises(BrokerRefused) as refused:
            await client.place(ORDER, "pg-12345678")
    assert refused.value.status is Status(status)
    assert refused.value.http_status == 409
    assert refused.value.problem.code == "below_minimum"
    assert refused.value.message == "$1.00 is below $2.00."


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>gateway</html>"),
        (200, b""),
        (200, {}),
        (200, {**FILLED, "executedQty": "much"}),
        (200, {**FILLED, "clientOrderId": "pg-of-another"}),
        (202, {"status": "UNKNOWN", "clientOrderId": "pg-of-another"}),
        (202, {"status": "FILLED", "clientOrderId": "pg-12345678"}),
        (204, b""),
        (302, b""),
        (400, b"Bad Request"),
        (404, {"detail": "Not Found"}),
        (500, {"error_id": "a1"}),
        (502, b"<html>502</html>"),
        (503, REFUSED),
    ],
)
async def test_any_other_answer_leaves_an_order_unknown(status: int, body: object) -> None:
    async with proxy() as (server, client):
        server.say(status, body, Location="http://127.0.0.1:1/elsewhere")
        error = await down(lambda: client.place(ORDER, "pg-12345678"))
    assert error.sent
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"],
)  # fmt: skip
async def test_an_answer_that_breaks_off_leaves_an_order_unknown(answer: bytes) -> None:
    async with proxy() as (server, client):
        server.answer = answer
        error = await down(lambda: client.place(ORDER, "pg-12345678"))
    assert error.sent
    assert len(server.asked) == 1


async def test_a_proxy_that_does_not_answer_in_time_leaves_an_order_unknown() -> None:
    async with proxy() as (server, client):
        server.hang = True
        error = await down(lambda: client.place(ORDER, "pg-12345678"))
    assert error.sent
    assert len(server.asked) == 1


async def test_where_nobody_listens_provably_nothing_left() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        client = ProxyClient(f"http://127.0.0.1:{held.getsockname()[1]}", TOKEN, 1)
        error = await down(lambda: client.place(ORDER, "pg-12345678"))
        await client.close()
    assert not error.sent
    assert "piggybot up" in error.hint


async def test_our_own_token_refused_is_not_taken_for_the_venues() -> None:
    async with proxy() as (server, client):
        server.say(401, {"error": {"code": "invalid_token", "message": "No.", "hint": ""}})
        with pytest.raises(BrokerRefused) as refused:
            await client.account("anna")
    assert refused.value.problem.code == "invalid_token"
    assert "not your exchange key" in refused.value.message
    assert "PROXY_TOKEN" in refused.value.hint


async def test_a_key_that_the_venue_refuses_comes_with_the_venues_reason() -> None:
    no = {
        "ok": False,
        "validated": False,
        "error": "invalid_signature",
        "message": "M",
        "hint": "H",
    }
    async with proxy() as (server, client):
        server.say(401, no)
        with pytest.raises(BrokerRefused) as refused:
            await client.credentials(
                CredentialsIn(userId="anna", exchange="binanceus", apiKey="k", sealed="hpke1:a:b")
            )
    problem = refused.value.problem
    assert (problem.code, problem.message, problem.hint) == ("invalid_signature", "M", "H")
    assert refused.value.http_status == 401


async def test_an_order_that_is_not_there_is_told_by_its_404() -> None:
    async with proxy() as (server, client):
        server.say(404, {"error": {"code": "not_found", "message": "No such order.", "hint": ""}})
        with pytest.raises(BrokerRefused) as refused:
            await client.order("anna", "pg-12345678")
    assert refused.value.http_status == 404
    assert server.asked[0].startswith("GET /api/orders/pg-12345678?userId=anna ")


async def test_a_stop_for_all_and_its_state_name_nobody() -> None:
    async with proxy() as (server, client):
        server.say(200, STOPPED)
        assert (await client.stop(StopIn())).closed
        assert (await client.stop_state(None)).epoch == 4
        await client.stop_state("anna")
    assert server.asked[0].startswith("POST /api/stop ")
    assert server.asked[0].endswith("{}")
    assert server.asked[1].startswith("GET /api/stop ")
    assert server.asked[2].startswith("GET /api/stop?userId=anna ")


async def test_a_balance_is_asked_of_an_exchange_by_name() -> None:
    async with proxy() as (server, client):
        server.say(200, {"balances": {}, "totalUsd": "10000", "mode": "PAPER"})
        await client.balance("anna", "binance")
    assert server.asked[0].startswith("GET /api/balance/anna?exchange=binance ")
