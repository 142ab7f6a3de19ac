"""A server on loopback starts, ends and vanishes quickly.

May import: sandbox.
"""

import asyncio
import time

import httpx
import pytest

from piggybot.sandbox.serve import Message, Receive, Scope, Send, Server

pytestmark = pytest.mark.anyio


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise RuntimeError("no lifespan here")
    if scope["path"] == "/wait":
        await asyncio.sleep(60)
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}
    await send(start)
    await send({"type": "http.response.body", "body": b"hello"})


async def test_a_server_answers_and_ends_within_moments_even_while_a_request_waits():
    began = time.perf_counter()
    server = Server(hello)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/")).text == "hello"
        waiting = asyncio.ensure_future(client.get("/wait"))
        await asyncio.sleep(0.02)
        await server.stop()
        with pytest.raises(httpx.TransportError):
            await waiting
    assert time.perf_counter() - began < 1


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
