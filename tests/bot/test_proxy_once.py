"""An order on its way to the proxy leaves once; and only where nothing left is it said so.

May import: errors, proxy_client, trust, wire.
"""

import asyncio
import gzip
import json
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from piggybot.errors import BrokerDown
from piggybot.proxy_client import MOST_AT_ONCE, ProxyClient
from proxy.wire import StopIn, TradeOut
from tests.bot.test_proxy_client import FILLED, ORDER, STOPPED, TOKEN, down
from tests.bot.wire_server import CUT, OK, serving, whole

pytestmark = pytest.mark.anyio
ID = "pg-12345678"
DONE = whole(json.dumps(FILLED).encode())
WELL = whole(b'{"status":"ok"}')
CLOSED = whole(json.dumps(STOPPED).encode())
Ask = Callable[[ProxyClient], Awaitable[Any]]


async def order(client: ProxyClient) -> Any:
    return await client.place(ORDER, ID)


async def question(client: ProxyClient) -> Any:
    return await client.order("anna", ID)


async def stop(client: ProxyClient) -> Any:
    return await client.stop(StopIn())


@pytest.mark.parametrize("ask", [order, question, stop])
@pytest.mark.parametrize("used", [0, 1, 3])
async def test_a_request_whose_connection_is_cut_never_arrives_twice(ask: Ask, used: int) -> None:
    """Also not where the connection had served others before."""
    async with serving(*[WELL] * used, *[CLOSED] * (ask is stop), CUT, DONE) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        for _ in range(used):
            await client.health()
        if ask is stop:
            await stop(client)
        before, opened = len(server.requests), server.opened
        error = await down(lambda: ask(client))
        assert error.sent
        assert len(server.requests) == before + 1
        assert server.opened == opened if used or ask is stop else 1
        assert isinstance(await order(client), TradeOut), "the next takes a new connection"
        assert len(server.requests) == before + 2
        await client.close()


class Hasty:
    """Answers one request on each connection and closes it at once, in a thread of its own."""

    def __init__(self, *answers: bytes) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.answers = answers
        self.requests: list[bytes] = []
        self.closed = threading.Event()

    def run(self) -> None:
        for answer in self.answers:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as came:
                head = b"".join(iter(came.readline, b"\r\n"))
                length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                self.requests.append(head + came.read(int(length or b"0")))
                connection.sendall(answer)
            self.closed.set()


@contextmanager
def hasty(*answers: bytes) -> Iterator[Hasty]:
    server = Hasty(*answers)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.listener.close()
    thread.join(5)


@pytest.mark.parametrize("ask", [order, question])
async def test_a_connection_that_was_closed_unnoticed_is_not_used(ask: Ask) -> None:
    """Its end has arrived here, and the event loop has not come round to see it."""
    found = whole(json.dumps(FILLED | {"userId": "anna", "exchange": "binanceus"}).encode())
    with hasty(WELL, DONE if ask is order else found) as server:
        client = ProxyClient(f"http://127.0.0.1:{server.port}", TOKEN, 5)
        await client.health()
        server.closed.wait(5)
        try:
            await ask(client)
        except BrokerDown as error:
            assert "understand" in error.message, "it was answered"
        await client.close()
    assert len(server.requests) == 2


@pytest.mark.parametrize("over_tls", [False, True], ids=["http", "https"])
async def test_a_connection_that_stands_is_used_again(over_tls: bool, tls: ssl.SSLContext) -> None:
    async with serving(WELL, DONE, tls=tls if over_tls else None) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        await client.health()
        for _ in range(5):
            await order(client)
        await client.close()
    assert (server.opened, len(server.requests)) == (1, 6)


async def test_a_connection_that_does_not_come_about_in_time_proves_that_nothing_left() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(address)
            client = ProxyClient(f"http://127.0.0.1:{address[1]}", TOKEN, 0.1)
            error = await down(lambda: order(client))
            await client.close()
    assert not error.sent
    assert "cannot be reached" in error.message


async def test_a_name_that_nobody_knows_proves_that_nothing_left() -> None:
    client = ProxyClient("https://nobody.invalid", TOKEN, 5)
    assert not (await down(lambda: order(client))).sent
    await client.close()


@pytest.mark.parametrize("word", [b"", b"HTTP/1.1 400 What\r\n\r\n", None])
async def test_a_handshake_that_comes_to_nothing_proves_that_nothing_left(
    word: bytes | None,
) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(2**16))
        if word is None:
            await reader.read()
        writer.write(word or b"")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = ProxyClient(f"https://localhost:{server.sockets[0].getsockname()[1]}", TOKEN, 0.3)
    error = await down(lambda: order(client))
    await client.close()
    server.close()
    assert not error.sent
    assert all(TOKEN.encode() not in one for one in heard)


async def test_a_connection_that_breaks_after_its_handshake_leaves_an_order_unknown(
    tls: ssl.SSLContext,
) -> None:
    async with serving(CUT, tls=tls) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        assert (await down(lambda: order(client))).sent
        await client.close()
    assert len(server.requests) == 1


async def test_an_answer_that_drips_for_ever_is_given_up_and_leaves_an_order_unknown() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 1000000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.02)
        ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = ProxyClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", TOKEN, 0.2)
    assert (await down(lambda: order(client))).sent
    await client.close()
    await ended.wait()
    server.close()


async def test_more_than_may_be_asked_at_once_wait_for_their_turn() -> None:
    async with serving(WELL) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        server.go.clear()
        asked = asyncio.gather(*(client.health() for _ in range(MOST_AT_ONCE * 2)))
        while len(server.requests) < MOST_AT_ONCE:
            await asyncio.sleep(0)
        assert server.opened == MOST_AT_ONCE
        server.go.set()
        assert len(await asked) == MOST_AT_ONCE * 2
        await client.close()
    assert server.opened == MOST_AT_ONCE


async def test_a_place_that_somebody_gave_up_is_free_again() -> None:
    async with serving(WELL) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        server.go.clear()
        asked = [asyncio.create_task(client.health()) for _ in range(MOST_AT_ONCE * 2)]
        while len(server.requests) < MOST_AT_ONCE:
            await asyncio.sleep(0)
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        server.go.set()
        assert len(await asyncio.gather(*(client.health() for _ in asked))) == len(asked)
        await client.close()


async def test_the_environments_proxies_and_names_are_not_for_this_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login piggy password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with serving(DONE) as other, serving(DONE) as server:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, other.url)
        client = ProxyClient(server.url, TOKEN, 5)
        await order(client)
        await client.close()
    assert other.opened == 0
    assert f"Authorization: Bearer {TOKEN}".encode() in server.requests[0]


async def test_an_answer_that_was_packed_on_the_way_is_read_and_no_cookie_goes_back() -> None:
    packed = gzip.compress(json.dumps(FILLED).encode())
    head = b"Set-Cookie: a=b\r\nContent-Encoding: gzip\r\nContent-Type: text/html; charset=latin-7"
    answer = OK + head + b"\r\nContent-Length: %d\r\n\r\n%s" % (len(packed), packed)
    async with serving(answer) as server:
        client = ProxyClient(server.url, TOKEN, 5)
        assert isinstance(await order(client), TradeOut)
        await order(client)
        await client.close()
    assert b"cookie" not in server.requests[1].lower()


async def test_a_proxy_behind_a_path_is_asked_there() -> None:
    async with serving(DONE) as server:
        client = ProxyClient(f"{server.url}/piggy/", TOKEN, 5)
        await order(client)
        await client.close()
    assert server.requests[0].startswith(b"POST /piggy/api/trade HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "answer",
    [CUT, b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", whole(b"{")],
)
@pytest.mark.parametrize("named", [b"", b"piggy:hunter2hunter2@"])
async def test_no_failure_holds_the_token_or_the_password(named: bytes, answer: bytes) -> None:
    async with serving(answer) as server:
        client = ProxyClient(server.url.replace("//", f"//{named.decode()}"), TOKEN, 5)
        error: BaseException | None = await down(lambda: order(client))
        await client.close()
    (request,) = server.requests
    secret = request.partition(b"Authorization: ")[2].split()[1].decode()
    while error is not None:
        for hidden in (TOKEN, "hunter2", secret):
            assert hidden not in f"{error} {error!r} {vars(error)!r}"
        error = error.__cause__ or error.__context__


def test_a_client_may_be_made_and_closed_where_no_event_loop_runs_yet() -> None:
    client = ProxyClient("http://127.0.0.1:1", TOKEN, 5)

    async def later() -> bool:
        try:
            return (await down(client.health)).sent
        finally:
            await client.close()

    assert asyncio.run(later()) is False
