"""The listeners that both houses share: SQLAlchemy's engines, and what a request is called.

Alone because they hang on a library from outside, so that the product holds no hook for tests.
The wires of the two houses are beside this file: a house's own process loads only its own.

May import: boundaries.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from tests.restart.boundaries import AFTER, BEFORE, BOT, DONE, PROXY, Fate

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
def commits(fate: Fate) -> Iterator[None]:
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
