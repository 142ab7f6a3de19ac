"""HTTP as both of the bot's lines speak it: to the proxy, and to Telegram.

Alone because what it promises must hold for both: a request is sent once and never again, an answer
is whole or a failure, leads nowhere else, and leaves no cookie.

May import: trust.
"""

import asyncio
import base64
import select
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from piggybot.trust import trusted

IDLE_SECONDS = 5.0
"""So long an unused connection is kept: the proxy, and whatever stands between, keeps it longer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came, whole."""

    status: int
    content: bytes


class Connections:
    """At most `most` at a time, all with `headers`, all by way of `proxy` where there is one."""

    def __init__(self, most: int, headers: Mapping[str, str], proxy: str | None = None) -> None:
        self._most, self._headers, self._proxy = most, headers, proxy
        self._trust = trusted()
        self._session: aiohttp.ClientSession | None = None

    async def ask(  # noqa: PLR0913
        self,
        method: str,
        url: str,
        timeout: aiohttp.ClientTimeout,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: str | AsyncIterator[bytes] | None = None,
    ) -> Answer:
        """One request, sent once. The first of all opens a session, as it has an event loop."""
        session = self._session = self._session or self._opened()
        async with session.request(
            method,
            url,
            timeout=timeout,
            headers=headers,
            params=params,
            data=data,
            allow_redirects=False,
        ) as answer:
            return Answer(answer.status, await answer.read())

    def reopen(self) -> None:
        """Let them be used again after a `close`."""
        if self._session is not None and self._session.closed:
            self._session = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=Connector(limit=self._most, ssl=self._trust, keepalive_timeout=IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            proxy=self._proxy,
            middlewares=(once,),
        )


class Connector(aiohttp.TCPConnector):
    """Uses no connection again that the other side has closed, be it a moment ago."""

    async def _get(self, key: ConnectionKey, traces: list[Trace]) -> Connection | None:
        """What can be read where nothing was asked is an end that the loop has yet to see."""
        while (kept := await super()._get(key, traces)) is not None:
            if kept.transport is not None and not _readable(kept.transport):
                return kept
            kept.close()
        return None


def _readable(transport: asyncio.Transport) -> bool:
    look = select.poll()
    look.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(look.poll(0))


async def once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send it once: by itself aiohttp repeats a GET, though no POST, whose connection was cut."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as cut:
        raise aiohttp.ClientConnectionError(type(cut).__name__) from cut


def apart(url: str) -> tuple[str, dict[str, str]]:
    """The address as errors may show it, and the header for the user:password that it had."""
    parts = urlsplit(url)
    named, _, place = parts.netloc.rpartition("@")
    if not named:
        return url, {}
    user, _, password = named.partition(":")
    basic = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return urlunsplit(parts._replace(netloc=place)), {"Authorization": f"Basic {basic}"}
