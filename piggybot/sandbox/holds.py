"""Points at which a request waits, so that a test can look at the books in between.

May import: nothing of ours.
"""

import asyncio
from dataclasses import dataclass, field

from piggybot.sandbox.requests import Request


@dataclass(eq=False, slots=True)
class Hold:
    """A point at which requests wait: `await arrived()`, look at the books, then `release()`."""

    point: str
    method: str
    path: str
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def meets(self, point: str, request: Request) -> bool:
        same = self.method in ("*", request.method) and self.path in ("*", request.path)
        return same and point == self.point

    async def arrived(self) -> None:
        await self._arrived.wait()

    def release(self) -> None:
        self._released.set()

    async def wait(self) -> None:
        self._arrived.set()
        await self._released.wait()
