"""How Telegram's library sends: words over our own connections, all else over httpx as it would.

Alone because it is the one place that decides which of the two a request takes.

May import: settings, trust.
"""

from typing import Any
from urllib.request import getproxies

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from piggybot.chat.connections import FAILURES, Connections
from piggybot.chat.hearing import Timing
from piggybot.trust import trusted

AT_ONCE = 32


class Requests(HTTPXRequest):
    """For one use, hearing or speaking. A file, a proxy and a password are httpx's affair."""

    __slots__ = ("_connections", "_timing")

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
        detour = getproxies().keys() - {"no"} or "@" in origin
        self._connections = None if detour else Connections(origin, trusted(), AT_ONCE)

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
        if self._connections is None or method != "POST" or data.contains_files:
            return await super().do_request(
                *(url, method, request_data),
                *(read_timeout, write_timeout, connect_timeout, pool_timeout),
            )
        given = read_timeout is not BaseRequest.DEFAULT_NONE
        seconds = read_timeout if given else self._timing.answer
        form = data.url_encoded_parameters()
        try:
            answer = await self._connections.post(url, form, seconds, self._timing.connect)
        except TimeoutError:
            raise TimedOut from None
        except FAILURES as error:
            raise NetworkError(type(error).__name__) from None
        return answer.status, answer.payload

    async def shutdown(self) -> None:
        if self._connections is not None:
            await self._connections.close()
        await super().shutdown()
