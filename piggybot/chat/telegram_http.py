"""How Telegram's library sends: words by aiohttp, all else by httpx as it would.

Alone because it is the one place that decides which of the two a request takes. httpx takes eight
times the work for a request, and that was half of a command's.

May import: settings, trust.
"""

import asyncio
from typing import Any
from urllib.request import getproxies

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from piggybot.chat.hearing import Timing
from piggybot.trust import trusted

AT_ONCE = 32
IDLE_SECONDS = 5.0
"""So long an unused connection is kept: Telegram and what stands between may forget it then."""
HEAD = {"Content-Type": "application/x-www-form-urlencoded"}
FAILURES = (aiohttp.ClientError, OSError, ValueError)


class Requests(HTTPXRequest):
    """For one use, hearing or speaking. A file, a proxy and a password are httpx's affair."""

    __slots__ = ("_detour", "_session", "_timing")

    def __init__(self, origin: str, timing: Timing) -> None:
        super().__init__(
            connection_pool_size=AT_ONCE,
            read_timeout=timing.answer,
            write_timeout=timing.answer,
            connect_timeout=timing.connect,
            pool_timeout=timing.answer,
            httpx_kwargs={"verify": trusted()},
        )
        self._timing = timing
        self._detour = bool(getproxies().keys() - {"no"}) or "@" in origin
        self._session: aiohttp.ClientSession | None = None

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
        if self._detour or method != "POST" or data.contains_files:
            return await super().do_request(
                *(url, method, request_data),
                *(read_timeout, write_timeout, connect_timeout, pool_timeout),
            )
        given = read_timeout is not BaseRequest.DEFAULT_NONE
        seconds = read_timeout if given else self._timing.answer
        try:
            return await self._post(url, data.url_encoded_parameters(), seconds)
        except TimeoutError:
            raise TimedOut from None
        except FAILURES as error:
            raise NetworkError(type(error).__name__) from None

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
        await super().shutdown()

    async def _post(self, url: str, form: str, seconds: float) -> tuple[int, bytes]:
        """Sent once: aiohttp repeats no POST, whatever becomes of its connection."""
        session = self._session = self._session or self._opened()
        patience = aiohttp.ClientTimeout(sock_connect=self._timing.connect, sock_read=seconds)
        async with (
            asyncio.timeout(self._timing.connect + seconds),
            session.post(url, data=form, timeout=patience, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.read()

    @staticmethod
    def _opened() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=AT_ONCE, ssl=trusted(), keepalive_timeout=IDLE_SECONDS
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=HEAD,
        )
