"""A server on loopback starts, ends and vanishes without waiting for what still waits.

May import: sandbox.
"""

import asyncio

import httpx
import pytest

from piggybot.sandbox.serve import Message, Receive, Scope, Send, Server

pytestmark = pytest.mark.anyio
PATIENCE = 10


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise RuntimeError("no lifespan here")
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}
    await send(start)
    await send({"type": "http.response.body", "body": b"hello"})


class Endless:
    """An app whose answer to /wait never comes, which tells what becomes of it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.asked = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/wait":
            self.seen.append("asked")
            self.asked.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.seen.append("ended")
                raise
        await hello(scope, receive, send)


async def test_a_server_answers_and_ends_also_while_a_request_waits():
    app = Endless()
    server = Server(app)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as client, asyncio.timeout(PATIENCE):
        assert (await client.get("/")).text == "hello"
        waiting = asyncio.ensure_future(client.get("/wait"))
        await app.asked.wait()
        await server.stop()
        assert app.seen == ["asked", "ended"], "it ended with the server, not by itself"
        with pytest.raises(httpx.TransportError):
            await waiting


async def test_a_closed_listener_refuses_and_an_opened_one_answers_on_the_same_port():
    server = Server(hello)
    await server.start()
    port = server.port
    async with httpx.AsyncClient(base_url=server.url) as client:
        await client.get("/")
        await server.close_listener()
        with pytest.raises(httpx.ConnectError):
            await client.get("/")
        await server.open_listener()
        assert server.port == port
        assert (await client.get("/")).text == "hello"
    await server.stop()


async def test_a_stopped_server_starts_again_on_its_port():
    server = Server(hello)
    await server.start()
    port = server.port
    await server.stop()
    await server.start()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "hello"
    await server.stop()
