"""Who is shown as busy: everybody who waits, a few at a time.

May import: busy.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest

from piggybot.chat.busy import AT_ONCE, TYPING, Busy

pytestmark = pytest.mark.anyio
CHATS = range(20)


class Slow:
    """A Telegram that takes a while, and those who are at it now."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.shown: list[int] = []
        self.told = asyncio.Event()

    async def action(self, chat_id: int, action: str) -> None:
        assert action == TYPING
        await self._visit()
        self.shown.append(chat_id)

    async def still(self) -> None:
        await self._visit()
        self.told.set()

    async def _visit(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0.001)
        finally:
            self.now -= 1


async def test_hundreds_who_begin_to_wait_together_are_shown_a_few_at_a_time() -> None:
    telegram = Slow()
    busy = Busy(cast(Any, telegram), after=0.0, later=0.0)
    async with AsyncExitStack() as waiting:
        for chat in CHATS:
            await waiting.enter_async_context(busy.shown(chat, TYPING, telegram.still))
        async with asyncio.timeout(5):
            await telegram.told.wait()
            while set(telegram.shown) != set(CHATS):
                await asyncio.sleep(0.001)
    assert telegram.most == AT_ONCE
