"""Hearing Telegram by webhook: it delivers, and is answered when the update is in the inbox.

Alone because here Telegram decides when. Updates are taken one after the other, and it is told to
send one at a time: their order is that of the person who wrote them. The secret is new at each
start. The webhook stays when the bot ends: Telegram keeps what comes, and delivers it later.

May import: nothing of ours.
"""

import asyncio
import secrets
from urllib.parse import urlsplit

import structlog

from piggybot.chat import refusals
from piggybot.chat.ask import House
from piggybot.chat.border import HookState, Line, Undelivered, WireError
from piggybot.chat.guard import unbroken
from piggybot.chat.hearing import OUR_WEBHOOK, Ear, Timing
from piggybot.chat.webhook import HookServer, Place

SECRET_BYTES = 32
log = structlog.get_logger()


class Hooked:
    """Sets the webhook, keeps it set, and takes what comes."""

    def __init__(self, house: House, line: Line, ear: Ear, timing: Timing) -> None:
        settings = house.settings
        self._url = settings.telegram_webhook_url
        self._secret = secrets.token_urlsafe(SECRET_BYTES)
        self._house = house
        self._line = line
        self._ear = ear
        self._timing = timing
        self._one = asyncio.Lock()
        self._set = False
        host, port = settings.telegram_webhook_host, settings.telegram_webhook_port
        place = Place(host, port, urlsplit(self._url).path or "/", self._secret)
        self._server = HookServer(place, self._deliver)

    async def open(self) -> None:
        """Listen, before Telegram is told where."""
        await self._server.start()

    async def close(self) -> None:
        """Take nothing new."""
        await self._server.stop()

    async def run(self) -> None:
        while True:
            if await unbroken("webhook", self._once()) is not None:
                self._ear.failures += 1
            failures = self._ear.failures
            patience = self._timing.backoff(failures) if failures else self._timing.hook
            await asyncio.sleep(patience)

    async def _once(self) -> None:
        try:
            await self._look()
        except WireError as error:
            await self._ear.unheard(error)

    async def _look(self) -> None:
        """Whether the webhook is ours, and Telegram reaches it; set it where it is not."""
        state = await self._line.hook_state()
        if await self._strange(state):
            log.error("somebody changed our webhook", host=state.host)
            await self._ear.warn("webhook", refusals.WEBHOOK_CHANGED)
        if not self._set or state.url != self._url:
            await self._hook()
        elif state.trouble:
            raise Undelivered(state.trouble)
        self._ear.heard()

    async def _strange(self, state: HookState) -> bool:
        """None at the start, or one that we have set in an earlier run, is not."""
        if self._set:
            return state.url != self._url
        ours = await self._house.door(self._house.store.flags.get, OUR_WEBHOOK)
        return state.url not in ("", ours, self._url)

    async def _hook(self) -> None:
        await self._house.door(self._house.store.flags.put, OUR_WEBHOOK, self._url)
        await self._line.hook(self._url, self._secret)
        self._set = True

    async def _deliver(self, body: bytes) -> bool:
        """Whether it is in the inbox, or is nothing for us; otherwise Telegram sends it again."""
        try:
            number, arrival = self._line.read(body)
        except (ValueError, TypeError, LookupError, AttributeError):
            log.critical("a delivery cannot be read and is passed over", size=len(body))
            return True
        async with self._one:
            if arrival is None:
                return True
            failed = await unbroken("delivery", self._ear.take([(number, arrival)]))
        if failed is None:
            self._ear.heard()
        return failed is None
