"""How Telegram's library sends: each of its requests by the bot's own connections.

Alone because it is the one place that knows both the library's requests and the way they take.
httpx, which the library would use by itself, takes eight times the work for a request.

May import: connections, errors, settings.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from piggybot.chat.hearing import Timing
from piggybot.connections import Connections
from piggybot.errors import BadSettings

AT_ONCE = 32
FILE_SECONDS = 20.0
"""How long a part of a file may take to leave, as the library has it."""
PART = 2**16
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FAILURES = (aiohttp.ClientError, OSError, ValueError)


class Requests(BaseRequest):
    """For one use, hearing or speaking. `named` is a header for all of them."""

    __slots__ = ("_connections", "_timing")

    def __init__(self, origin: str, named: dict[str, str], timing: Timing) -> None:
        headers = {"User-Agent": self.USER_AGENT, **named}
        self._connections = Connections(AT_ONCE, headers, proxy_for(origin))
        self._timing = timing

    @property
    def read_timeout(self) -> float:
        """To this the library adds the length of a poll."""
        return self._timing.answer

    async def initialize(self) -> None:
        self._connections.reopen()

    async def shutdown(self) -> None:
        await self._connections.close()

    async def do_request(  # noqa: PLR0913, PLR0917
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Its status and its body. Errors are the library's and hold no address."""
        data = request_data or RequestData()
        connect = _or(connect_timeout, self._timing.connect)
        silence = _or(read_timeout, self._timing.answer)
        patience = aiohttp.ClientTimeout(sock_connect=connect, sock_read=silence)
        try:
            async with asyncio.timeout(_sum(connect, silence)) as end:
                pause = _sum(_or(write_timeout, FILE_SECONDS), silence)
                headers, body = await _written(data, end, pause)
                answer = await self._connections.ask(
                    method, url, patience, headers=headers, data=body
                )
        except TimeoutError:
            raise TimedOut from None
        except FAILURES as error:
            raise NetworkError(type(error).__name__) from None
        return answer.status, answer.content


async def _written(
    data: RequestData, end: asyncio.Timeout, pause: float | None
) -> tuple[dict[str, str], str | AsyncIterator[bytes]]:
    """Headers and body. With files it may take as long as it moves on."""
    if not data.contains_files:
        return FORM, data.url_encoded_parameters()
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (called, content, kind) in data.multipart_data.items():
        # As a file: aiohttp warns of many bytes in one piece.
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=called, content_type=kind)
    whole = form()
    body = await whole.as_bytes()
    headers = {"Content-Type": whole.content_type, "Content-Length": str(len(body))}
    return headers, _parts(body, end, pause)


async def _parts(body: bytes, end: asyncio.Timeout, pause: float | None) -> AsyncIterator[bytes]:
    """Each is taken when those before it have left."""
    loop = asyncio.get_running_loop()
    for first in range(0, len(body), PART):
        end.reschedule(None if pause is None else loop.time() + pause)
        yield body[first : first + PART]


def _or(given: Any, usual: float) -> float | None:
    """What the library was given for this request; None is no limit."""
    return usual if given is BaseRequest.DEFAULT_NONE else given


def _sum(*seconds: float | None) -> float | None:
    total = 0.0
    for one in seconds:
        if one is None:
            return None
        total += one
    return total


def proxy_for(origin: str) -> str | None:
    """The HTTP proxy that the environment names for it, if one; BadSettings for another kind."""
    parts = urlsplit(origin)
    named = getproxies()
    proxy = named.get(parts.scheme) or named.get("all")
    if not proxy or proxy_bypass(parts.netloc):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(proxy).scheme not in {"http", "https"}:
        raise BadSettings(
            "The environment names a proxy for Telegram that the bot cannot use: it knows HTTP "
            "proxies, not SOCKS.",
            "Set HTTPS_PROXY to an HTTP proxy, or NO_PROXY=api.telegram.org to use none.",
        )
    return proxy
