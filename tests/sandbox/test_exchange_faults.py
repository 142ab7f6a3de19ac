"""Every fault by its name: what the client gets, and what the exchange's books say afterwards.

May import: sandbox.
"""

import asyncio
import time

import httpx
import pytest

from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.faults import NAMES
from piggybot.sandbox.lies import LIES
from tests.sandbox.exchange_client import ORDER, exchange

pytestmark = pytest.mark.anyio

CUT, LATE, TWICE = "the connection ends", "no answer in time", "two answers"
PAGES = {str(status): status for status in (400, 403, 418, 429, 500, 502, 503, 504, 522, 524, 529)}
CODES = {1000: 500, 1001: 500, 1003: 429, 1006: 500, 1007: 504, 1008: 503, 1015: 429}
CODES |= {1021: 400, 1022: 400, 2015: 401}
EXPECTED: dict[str, object] = {
    "closed": CUT,
    "reset": CUT,
    "truncated": CUT,
    "garbage": CUT,
    "bad-gzip": CUT,
    "duplicated": TWICE,
    "timeout": LATE,
    "slow": LATE,
    "html": 200,
    "empty": 200,
    "empty-object": 200,
    "empty-list": 200,
    "half-json": 200,
    "redirect": 307,
    "redirect-302": 302,
    **PAGES,
    **{f"code-{code}": status for code, status in CODES.items()},
}
SIDED = [f"{kind}-{side}" for kind in EXPECTED for side in ("before", "after")]
BODIES = {"empty": b"", "empty-object": b"{}", "empty-list": b"[]"}


def test_the_table_here_knows_every_fault_there_is():
    standing = ["ok", "refused", "clock-skew", "candles-young", "not-found", "trades-empty"]
    assert sorted(NAMES) == sorted([*standing, *LIES, *SIDED])


async def send(client, name: str) -> object:
    """What a client sees of one order: a status, or how it never got one."""
    waits = EXPECTED[name.rsplit("-", 1)[0]] == LATE
    client.http.timeout = httpx.Timeout(5, read=0.05 if waits else 5)
    try:
        answer = await client.buy("pig-1")
    except httpx.TimeoutException:
        return LATE
    except (httpx.TransportError, httpx.DecodingError):
        return CUT
    kind = name.rsplit("-", 1)[0]
    if kind in BODIES:
        assert answer.content == BODIES[kind]
    if kind == "half-json":
        with pytest.raises(ValueError):
            answer.json()
    if kind.startswith("code-"):
        assert answer.json()["code"] == -int(kind.removeprefix("code-"))
    if kind == "html":
        assert answer.text.startswith("<html>")
    if answer.status_code in (418, 429):
        assert answer.headers["retry-after"] == "7"
    if "redirect" in kind:
        assert answer.headers["location"] == ORDER
    return answer.status_code


@pytest.mark.parametrize("name", SIDED)
async def test_a_fault_spoils_the_answer_and_the_books_tell_whether_it_was_executed(name: str):
    async with exchange() as (sandbox, client):
        await sandbox.misbehave(name, count=1, seconds=0.2)
        expected = EXPECTED[name.rsplit("-", 1)[0]]
        seen = await send(client, name)
        assert seen == (200 if expected == TWICE else expected)
        await sandbox.arrived()
        if name == "slow-before":
            assert not sandbox.books.orders
        executed = name.endswith("-after") or name == "slow-before"
        if executed:
            await sandbox.done()
        assert len(sandbox.books.orders) == (1 if executed else 0)
        assert sandbox.count() == 1
        assert sandbox.faults.met == [name]
        assert not sandbox.faults.standing


async def test_a_reply_that_comes_twice_is_there_twice_on_the_wire():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("duplicated-before", count=1)
        reader, writer = await asyncio.open_connection("127.0.0.1", client.http.base_url.port)
        writer.write(b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.read()).count(b"HTTP/1.1 200 OK") == 2
        writer.close()
        await writer.wait_closed()


async def test_a_reset_is_a_reset_and_not_a_polite_end():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("reset-before", count=1)
        reader, writer = await asyncio.open_connection("127.0.0.1", client.http.base_url.port)
        writer.write(b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_a_truncated_answer_promises_more_than_it_brings():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("truncated-after")
        with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
            await client.buy("pig-1")


async def test_a_redirect_that_is_followed_sends_the_order_again_and_buys_twice():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("redirect-after", count=1)
        client.http.follow_redirects = True
        await client.buy("pig-1")
        assert sandbox.count() == 2
        assert len(sandbox.books.orders) == 2


async def test_a_fault_counts_down_and_faults_queue_up():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("500-after", count=2)
        await sandbox.misbehave("html-before", count=1)
        statuses = [(await client.buy(f"pig-{n}")).status_code for n in range(4)]
        assert statuses == [500, 500, 200, 200]
        ids = [order.wanted.client_id for order in sandbox.books.orders]
        assert ids == ["pig-0", "pig-1", "pig-3"]


async def test_a_timeout_answers_when_the_exchange_is_told_to_be_well_again():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("timeout-after")
        waiting = asyncio.ensure_future(client.buy("pig-1"))
        await sandbox.done()
        assert not waiting.done()
        assert len(sandbox.books.orders) == 1
        await client.http.post("/sandbox/fault", json={"name": "ok"})
        assert (await waiting).json()["status"] == "FILLED"


async def test_refused_means_that_nobody_listens_until_it_is_well_again():
    async with exchange() as (sandbox, client):
        await client.call("GET", "/api/v3/account")
        await sandbox.misbehave("refused")
        with pytest.raises(httpx.ConnectError):
            await client.buy("pig-1")
        assert sandbox.count() == 0
        await sandbox.misbehave("ok")
        assert (await client.buy("pig-1")).status_code == 200


async def test_without_a_server_of_its_own_an_exchange_cannot_refuse():
    with pytest.raises(ValueError, match="only an ExchangeServer"):
        await ExchangeSandbox().misbehave("refused")


async def test_an_exchange_whose_clock_is_off_finds_our_time_wrong():
    async with exchange() as (sandbox, client):
        await sandbox.misbehave("clock-skew", seconds=30)
        before = int(time.time() * 1000)
        told = (await client.http.get("/api/v3/time")).json()["serverTime"]
        assert before <= told - 30_000 <= time.time() * 1000
        assert (await client.buy("pig-1")).json()["code"] == -1021
        await sandbox.misbehave("clock-skew", seconds=-30)
        assert "ahead of the server" in (await client.buy("pig-1")).json()["msg"]
        assert not sandbox.books.orders


async def test_a_lagging_index_does_not_find_an_order_for_so_many_questions():
    async with exchange() as (sandbox, client):
        await client.buy("pig-1")
        await sandbox.misbehave("not-found", count=2)
        codes = [(await client.ask("pig-1")).json().get("code") for _ in range(3)]
        assert codes == [-2013, -2013, None]


async def test_trades_can_be_missing_and_any_read_can_fail():
    async with exchange() as (sandbox, client):
        await client.buy("pig-1")
        await sandbox.misbehave("trades-empty", count=1)
        path = "/api/v3/myTrades"
        assert (await client.call("GET", path, symbol="BTCUSDT")).json() == []
        assert len((await client.call("GET", path, symbol="BTCUSDT")).json()) == 1
        await sandbox.misbehave("503-before", count=1, method="GET", path="/api/v3/account")
        assert (await client.call("GET", "/api/v3/account")).status_code == 503
        assert (await client.call("GET", "/api/v3/account")).status_code == 200


async def test_a_request_is_held_before_and_after_it_is_executed():
    async with exchange() as (sandbox, client):
        before, after = sandbox.hold("before"), sandbox.hold("after")
        waiting = asyncio.ensure_future(client.buy("pig-1"))
        await before.arrived()
        await sandbox.arrived()
        assert not sandbox.books.orders
        before.release()
        await after.arrived()
        assert len(sandbox.books.orders) == 1
        assert not waiting.done()
        after.release()
        assert (await waiting).json()["status"] == "FILLED"
