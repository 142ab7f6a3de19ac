"""The page on a port of this machine, for as long as the demo runs.

May import: page, sandbox.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piggybot.page.border import House, Telegram, Who
from piggybot.page.site import Site
from piggybot.sandbox.serve import Server


@asynccontextmanager
async def page(telegram: Telegram, house: House, you: Who, port: int = 0) -> AsyncIterator[str]:
    """Serve the page; its address."""
    server = Server(Site(telegram, house, you).app, port)
    await server.start()
    try:
        yield f"{server.url}/"
    finally:
        await server.stop()
