"""The listeners: SQLAlchemy's engines, httpx (the bot's wire) and aiohttp (the proxy's wire).

Alone because they hang on three libraries from outside, so that the product holds no hook for
tests. The same ones serve both houses in one process and each house in its own.

May import: ccxt_line.
"""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiohttp
import httpx
from aiohttp.client_reqrep import ClientRequest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from proxy.ccxt_line import Line
from tests.restart.boundaries import AFTER, BEFORE, BOT, DONE, OUTSIDE, PROXY, Dead, Fate

NAMED = re.compile(r"(/api/(?:account|orders|balance)/)[^/]+")
TELEGRAM = re.compile(r"/bot[^/]+/(\w+)")
CHANGE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
NOTED = "changes of this transaction"


def what_is(method: str, path: str) -> str:
    """A request's name, the same on both sides of the wire."""
    if path.startswith("/api/v3") or path.startswith("/sapi"):
        return f"exchange {method} {path}"
    if telegram := TELEGRAM.match(path):
        return f"Telegram {telegram[1]}"
    plain = NAMED.sub(r"\1{id}", path)
    return f"proxy {method} {plain}"


@contextmanager
def listening(fate: Fate) -> Iterator[None]:
    """Everything that the houses commit or send passes `fate` meanwhile."""
    with _commits(fate), _bots_wire(fate), _proxys_wire(fate):
        yield


def answering(app: Any, fate: Fate, own: str, house: str) -> Any:
    """`app`, which passes a boundary of `house` when a request is done, and not answered yet."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                await fate.on_wire(own, house, what_is(scope["method"], scope["path"]), DONE)
            await send(message)

        await app(scope, receive, told if scope["type"] == "http" else send)

    return asgi


def _house_of(db: Connection) -> str:
    return PROXY if "/proxy/" in str(db.engine.url.database) else BOT


@contextmanager
def _commits(fate: Fate) -> Iterator[None]:
    now = threading.local()
    do_commit = DefaultDialect.do_commit

    def begin(db: Connection) -> None:
        fate.alive(_house_of(db))
        db.info[NOTED] = []

    def execute(db: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        if change := CHANGE.match(statement):
            noted = db.info.setdefault(NOTED, [])
            if (name := f"{change[1].split()[0]} {change[2]}") not in noted:
                noted.append(name)

    def commit(db: Connection) -> None:
        house, changes = _house_of(db), db.info.get(NOTED) or ["nothing"]
        now.name = (house, f"commit of {', '.join(changes)}")
        fate.alive(house)
        fate.in_thread(*now.name, BEFORE)

    def committed(self: DefaultDialect, connection: Any) -> None:
        do_commit(self, connection)
        name, now.name = getattr(now, "name", None), None
        if name is not None:
            fate.in_thread(*name, AFTER)

    listeners = {"begin": begin, "before_cursor_execute": execute, "commit": commit}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        with patch.object(DefaultDialect, "do_commit", committed):
            yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


@contextmanager
def _bots_wire(fate: Fate) -> Iterator[None]:
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def sent(self: Any, request: httpx.Request) -> httpx.Response:
        what = what_is(request.method, request.url.path)
        return await _around(fate, BOT, what, lambda: send(self, request))

    with patch.object(httpx.AsyncHTTPTransport, "handle_async_request", sent):
        yield


@contextmanager
def _proxys_wire(fate: Fate) -> Iterator[None]:
    """Before: the gate has let it through, and no byte has left. After: the answer is whole."""
    send, exchange = ClientRequest.send, Line.exchange

    async def sent(self: Any, connection: Any) -> aiohttp.ClientResponse:
        fate.alive(PROXY)
        await fate.on_wire(PROXY, PROXY, what_is(self.method, self.url.path), BEFORE)
        return await send(self, connection)

    async def exchanged(self: Any, method: str, url: str, *more: Any) -> Any:
        answer = await exchange(self, method, url, *more)
        fate.alive(PROXY)
        what = what_is(method, re.sub(r"^\w+://[^/]+|\?.*", "", url))
        await fate.on_wire(PROXY, PROXY, what, AFTER)
        return answer

    with patch.object(ClientRequest, "send", sent), patch.object(Line, "exchange", exchanged):
        yield


async def _around(fate: Fate, house: str, what: str, call: Callable[[], Any]) -> Any:
    fate.alive(house)
    await fate.on_wire(house, house, what, BEFORE)
    try:
        return await call()
    finally:
        await _answered(fate, house, what)


async def _answered(fate: Fate, house: str, what: str) -> None:
    fate.alive(house)
    await fate.on_wire(house, house, what, AFTER)


__all__ = ["OUTSIDE", "Dead", "answering", "listening", "what_is"]
