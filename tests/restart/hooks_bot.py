"""The bot's wire: every request to the proxy and to Telegram.

Alone because only the bot's process has it.

May import: boundaries, connections, hooks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from piggybot.connections import Answer, Connections
from tests.restart.boundaries import AFTER, BEFORE, BOT, Fate
from tests.restart.hooks import what_is


@contextmanager
def bots_wire(fate: Fate) -> Iterator[None]:
    """Before: nothing has left. After: the answer has come, or never will."""
    ask = Connections.ask

    async def watched(self: Connections, method: str, url: str, *more: Any, **sent: Any) -> Answer:
        what = what_is(method, urlsplit(url).path)
        fate.alive(BOT)
        await fate.on_wire(BOT, BOT, what, BEFORE)
        try:
            return await ask(self, method, url, *more, **sent)
        finally:
            fate.alive(BOT)
            await fate.on_wire(BOT, BOT, what, AFTER)

    with patch.object(Connections, "ask", watched):
        yield
