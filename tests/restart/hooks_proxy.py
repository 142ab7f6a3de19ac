"""The proxy's wire: every request that aiohttp sends to an exchange.

Alone because only the proxy's process has it.

May import: boundaries, ccxt_line, hooks.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import aiohttp
from aiohttp.client_reqrep import ClientRequest

from proxy.ccxt_line import GatedRequest, Line
from tests.restart.boundaries import AFTER, BEFORE, PROXY, Fate
from tests.restart.hooks import what_is


@contextmanager
def proxys_wire(fate: Fate) -> Iterator[None]:
    """Before: the gate has let it through, and no byte has left. After: the answer is whole."""
    send, exchange = ClientRequest.send, Line.exchange

    async def sent(self: Any, connection: Any) -> aiohttp.ClientResponse:
        if not isinstance(self, GatedRequest):  # the bot's, in one process with the proxy
            return await send(self, connection)
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
