"""Connections for orders: a new one for each, opened while the order is still written down.

One that was kept alive may be dead already, and its order would seem to be lost; one that was
opened this moment is as good as new, and whoever waits for the disk need not wait for the venue's
handshake afterwards. Alone because it reaches into aiohttp. No byte of a request is written here.

May import: nothing of ours.
"""

import asyncio
from collections import deque

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.tracing import Trace
from yarl import URL

NEW = 2.0
"""Seconds for which a connection that no order took is kept: shorter than any server's patience."""
Opening = asyncio.Task[ResponseHandler]


class Connector(aiohttp.TCPConnector):
    """Never uses a connection twice. All that it opens leads to `origin`."""

    def __init__(self, origin: str, timeout: aiohttp.ClientTimeout) -> None:
        super().__init__(force_close=True)
        self._origin = URL(origin).origin()
        self._timeout = timeout
        self._ahead: deque[Opening] = deque()

    def open_ahead(self) -> None:
        """Begin to open the connection of an order that will probably come."""
        opening = asyncio.create_task(self._open())
        self._ahead.append(opening)
        self._loop.call_later(NEW, self._drop, opening)

    async def _open(self) -> ResponseHandler:
        request = ClientRequest("POST", self._origin, loop=self._loop)
        async with asyncio.timeout(self._timeout.total):
            return await super()._create_connection(request, [], self._timeout)

    async def _create_connection(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> ResponseHandler:
        """The oldest that was opened ahead, while it stands; otherwise a new one."""
        while self._ahead and req.url.origin() == self._origin:
            opening = self._ahead.popleft()
            try:
                protocol = await opening
            except (aiohttp.ClientError, OSError):
                continue
            if protocol.is_connected():
                return protocol
        return await super()._create_connection(req, traces, timeout)

    async def close(self, *, abort_ssl: bool = False) -> None:
        """Also what nobody has taken."""
        for opening in list(self._ahead):
            self._drop(opening)
        await super().close(abort_ssl=abort_ssl)

    def _drop(self, opening: Opening) -> None:
        if opening in self._ahead:
            self._ahead.remove(opening)
            opening.add_done_callback(_close)
            opening.cancel()


def _close(opening: Opening) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
