"""The bot's wire: every request to the proxy, by httpx, and to Telegram, by aiohttp.

Alone because only the bot's process has it.

May import: boundaries, hooks, telegram_http.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx

from piggybot.chat.telegram_http import Requests
from tests.restart.boundaries import AFTER, BEFORE, BOT, Fate
from tests.restart.hooks import what_is


@contextmanager
def bots_wire(fate: Fate) -> Iterator[None]:
    """Before: nothing has left. After: the answer has begun to come, or never will."""
    send, post = httpx.AsyncHTTPTransport.handle_async_request, Requests._post

    @asynccontextmanager
    async def watched(method: str, path: str) -> AsyncIterator[None]:
        what = what_is(method, path)
        fate.alive(BOT)
        await fate.on_wire(BOT, BOT, what, BEFORE)
        try:
            yield
        finally:
            fate.alive(BOT)
            await fate.on_wire(BOT, BOT, what, AFTER)

    async def sent(self: Any, request: httpx.Request) -> httpx.Response:
        async with watched(request.method, request.url.path):
            return await send(self, request)

    async def posted(self: Requests, url: str, *form: Any) -> tuple[int, bytes]:
        async with watched("POST", urlsplit(url).path):
            return await post(self, url, *form)

    with (
        patch.object(httpx.AsyncHTTPTransport, "handle_async_request", sent),
        patch.object(Requests, "_post", posted),
    ):
        yield
