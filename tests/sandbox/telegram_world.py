"""A sandbox Telegram behind a real socket, a real bot that talks to it, and a clock to turn.

May import: sandbox.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from piggybot.sandbox.serve import Server
from piggybot.sandbox.telegram import TelegramSandbox
from piggybot.sandbox.telegram_people import Person

TOKEN = "1234567890:sandbox_token_of_the_real_shape"
PATIENCE = 10


class HandClock:
    """Time that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(slots=True)
class World:
    telegram: TelegramSandbox
    server: Server
    bot: Bot
    ann: Person
    clock: HandClock

    async def arrived(self, method: str) -> None:
        """Return when such a call has reached Telegram, answered or not."""
        async with asyncio.timeout(PATIENCE):
            while not self.telegram.calls(method):
                await asyncio.sleep(0)

    def other_bot(self, token: str = TOKEN) -> Bot:
        return make_bot(self.server, token)


def make_bot(server: Server, token: str) -> Bot:
    return Bot(
        token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=_plain_http(),
        get_updates_request=_plain_http(),
    )


def _plain_http() -> HTTPXRequest:
    """Without loading certificates, which loopback does not need and which takes a while."""
    return HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False})


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    clock = HandClock()
    telegram = TelegramSandbox(TOKEN, clock)
    server = Server(telegram.app)
    await server.start()
    ann = telegram.person(1001, "Ann")
    ann.open()
    try:
        async with make_bot(server, TOKEN) as bot:
            yield World(telegram, server, bot, ann, clock)
    finally:
        await server.stop()


def buttons(*labels: str) -> InlineKeyboardMarkup:
    """One row of buttons whose data is d:label."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(one, callback_data=f"d:{one}")] for one in labels]
    )


async def refusal(call: Awaitable[object]) -> TelegramError:
    """The error with which a call ends."""
    try:
        answer = await call
    except TelegramError as problem:
        return problem
    raise AssertionError(f"it was accepted: {answer!r}")
