"""The exchange's ASGI door: bytes in, an answer out, or the bare connection cut.

Alone because only here the transport is touched, which broken answers need.

May import: nothing of ours.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from piggybot.sandbox.faults import Answer, Garbled
from piggybot.sandbox.market import Clock
from piggybot.sandbox.requests import Request
from piggybot.sandbox.serve import TRANSPORT, Receive, Scope, Send

CONTROL = "/sandbox/"
NO_LINGER = struct.pack("ii", 1, 0)

Meet = Callable[[Request], Awaitable[Answer | Garbled]]
Answering = Callable[[Request], Awaitable[Answer]]


class Door:
    """An ASGI app: `/sandbox/…` goes to `control`, everything else to `meet`."""

    def __init__(self, meet: Meet, control: Answering, clock: Clock) -> None:
        self._meet = meet
        self._control = control
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        request = await self._read(scope, receive)
        if request.path.startswith(CONTROL):
            return await _write(await self._control(request), send)
        answer = await self._meet(request)
        if isinstance(answer, Answer):
            return await _write(answer, send)
        await _cut(answer, scope["extensions"][TRANSPORT], receive)
        return None

    async def _read(self, scope: Scope, receive: Receive) -> Request:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.lower(): value for name, value in scope["headers"]}
        return Request(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            body.decode("utf-8", "replace"),
            headers.get(b"x-mbx-apikey", b"").decode("latin-1"),
            self._clock(),
        )


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _write(answer: Answer, send: Send) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(answer: Garbled, transport: asyncio.Transport, receive: Receive) -> None:
    """Write what there is to write and end the connection, with a reset if asked."""
    transport.write(answer.raw)
    if answer.reset:
        bare: socket.socket = transport.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        transport.abort()
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        continue
