"""The bot's wire: every request that httpx sends, to the proxy and to Telegram.

Alone because only the bot's process has it.

May import: boundaries, hooks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx

from tests.restart.boundaries import AFTER, BEFORE, BOT, Fate
from tests.restart.hooks import what_is


@contextmanager
def bots_wire(fate: Fate) -> Iterator[None]:
    """Before: nothing has left. After: the answer has begun to come, or never will."""
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def sent(self: Any, request: httpx.Request) -> httpx.Response:
        what = what_is(request.method, request.url.path)
        fate.alive(BOT)
        await fate.on_wire(BOT, BOT, what, BEFORE)
        try:
            return await send(self, request)
        finally:
            fate.alive(BOT)
            await fate.on_wire(BOT, BOT, what, AFTER)

    with patch.object(httpx.AsyncHTTPTransport, "handle_async_request", sent):
        yield
