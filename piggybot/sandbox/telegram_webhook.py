"""Delivery by webhook: each update is posted, one after the other, until it is taken.

Alone, because here Telegram is the one who calls. Only addresses of this machine are called: the
sandbox reaches nothing beyond it, so any other webhook is remembered and gets nothing. What is not
answered with success is posted again, sooner than the real Telegram would.

May import: nothing of ours.
"""

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from piggybot.sandbox.telegram_chats import Clock, Json
from piggybot.sandbox.telegram_errors import ApiError, DropConnection
from piggybot.sandbox.telegram_faults import Faults
from piggybot.sandbox.telegram_updates import Updates

METHOD = "webhook"
"""Its name for `lose_next_answer`, `drop_next_request` and `slow`."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
HERE = ("127.0.0.1", "localhost")
PATIENCE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
IDLE = 60.0


class Webhook:
    """Posts the updates of one bot. `error` is the last refusal, and when it was."""

    def __init__(self, updates: Updates, faults: Faults, clock: Clock) -> None:
        self.error: tuple[datetime, str] | None = None
        self._updates = updates
        self._faults = faults
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def point(self, url: str, secret: str) -> None:
        """Deliver there from now on; nowhere, where the address is empty."""
        self.error = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if urlsplit(url).hostname in HERE:
            self._task = asyncio.create_task(self._deliver(url, secret))

    async def close(self) -> None:
        """Deliver nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _deliver(self, url: str, secret: str) -> None:
        headers = {SECRET_HEADER: secret} if secret else {}
        pause = FIRST_PAUSE
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=PATIENCE) as http:
            while True:
                update = self._updates.oldest
                if update is None:
                    await self._updates.bell.wait(IDLE)
                elif await self._post(http, url, headers, update):
                    self._updates.confirm(update["update_id"] + 1)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(LONGEST_PAUSE, pause * 2)

    async def _post(
        self, http: httpx.AsyncClient, url: str, headers: dict[str, str], update: Json
    ) -> bool:
        """Whether it was taken, as far as Telegram can tell."""
        try:
            await self._faults.before(METHOD, 0)
            answer = await http.post(url, json=update, headers=headers)
            self._faults.after(METHOD)
        except (httpx.HTTPError, DropConnection, ApiError) as problem:
            self.error = (self._clock(), f"Connection failed: {type(problem).__name__}")
            return False
        if not answer.is_success:
            self.error = (self._clock(), f"Wrong response from the webhook: {answer.status_code}")
        return answer.is_success
