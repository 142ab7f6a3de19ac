"""While a handler takes its time, the chat shows that somebody is at work on it.

Alone because the sign is the one thing that need not arrive: it is not kept, and never tried again.

May import: nothing of ours.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from piggybot.chat.border import Wire, WireError

TYPING = "typing"
DRAWING = "upload_photo"
SHOWN_FOR = 4.5
"""Telegram shows it for five seconds."""
AT_ONCE = 2
"""Of all chats: hundreds who begin to wait in the same moment do not hold up a stop's answer."""
Still = Callable[[], Awaitable[None]]
log = structlog.get_logger()


class Busy:
    """`after` so many seconds of work it is shown, until the work ends; so much `later` it is said
    too, by `still`.
    """

    def __init__(self, wire: Wire, after: float, later: float) -> None:
        self._wire = wire
        self._after = after
        self._later = later
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def shown(self, chat_id: int, action: str, still: Still) -> AsyncIterator[None]:
        begun: list[asyncio.Task[None]] = []

        def begin() -> None:
            begun.append(asyncio.create_task(self._show(chat_id, action, still)))

        # Most work ends before: a timer costs a tenth of a task.
        waiting = asyncio.get_running_loop().call_later(self._after, begin)
        try:
            yield
        finally:
            waiting.cancel()
            for showing in begun:
                showing.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    async def _show(self, chat_id: int, action: str, still: Still) -> None:
        await self._sign(chat_id, action)
        await asyncio.sleep(self._later)
        async with self._turns:
            await still()
        while True:
            await self._sign(chat_id, action)
            await asyncio.sleep(SHOWN_FOR)

    async def _sign(self, chat_id: int, action: str) -> None:
        try:
            async with self._turns:
                await self._wire.action(chat_id, action)
        except WireError as error:
            log.info("not shown as busy", chat=chat_id, why=str(error))
