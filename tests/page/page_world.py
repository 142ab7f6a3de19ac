"""The page in front of a sandbox Telegram, a bot that a test plays, and a house that only tells.

May import: page, remote, sandbox, stage.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from telegram import Bot, CallbackQuery

from piggybot.page.border import Json, Who
from piggybot.page.site import Site
from piggybot.remote import RemoteTelegram
from piggybot.sandbox.serve import Server
from piggybot.sandbox.telegram import TelegramSandbox
from piggybot.sandbox.telegram_people import Person
from piggybot.stage import StageError
from tests.sandbox.telegram_world import TOKEN, make_bot

YOU = Who(7001, "You")


def order(**what: Any) -> Json:
    """An order as the exchange's glance has it."""
    plain = {"side": "BUY", "symbol": "BTCUSDT", "status": "FILLED", "executedQty": "0.00021000"}
    return {**plain, "clientOrderId": "pig-1", "time": 1_772_366_400_000, **what}


@dataclass
class FakeHouse:
    """What is behind the chat, as a test wants it."""

    run: dict[str, bool] = field(default_factory=lambda: {"proxy": True, "bot": True})
    done: list[tuple[str, str]] = field(default_factory=list)
    dead: str = ""
    refusal: str = ""
    exchange: Json = field(
        default_factory=lambda: {
            "orders": [],
            "counts": {"orders": 0, "trades": 0, "posts": 0, "requests": 0},
            "balances": {"USDT": {"free": "10000.00000000", "locked": "0.00000000"}},
            "prices": {"BTCUSDT": "9139.66000000"},
            "faults": ["ok", "timeout-after", "refused"],
            "standing": [],
        }
    )

    def values(self) -> Mapping[str, str]:
        return {"code": "482913", "key": "K1", "secret": "S1"}

    def running(self) -> Mapping[str, bool]:
        return self.run

    def trouble(self) -> str:
        return self.dead

    async def glance(self) -> Json:
        return self.exchange

    async def misbehave(self, who: str, what: str) -> None:
        if self.refusal:
            raise StageError(self.refusal)
        self.done.append((who, what))
        if who in self.run:
            self.run = {**self.run, who: what == "start"}


@dataclass
class PageWorld:
    telegram: TelegramSandbox
    house: FakeHouse
    server: Server
    bot: Bot
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def you(self) -> Person:
        return self.telegram.person(YOU.id, YOU.name)

    async def chat(self, name: str = "") -> Json:
        answer = await self.http.get("/api/chat", params={"as": name})
        assert answer.status_code == 200, answer.text
        plain: Json = answer.json()
        return plain

    async def pressed(self) -> CallbackQuery:
        """The next press that the bot gets; what is typed meanwhile is passed over."""
        offset = 0
        while True:
            for update in await self.bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                if update.callback_query:
                    return update.callback_query

    async def post(self, action: str, /, **body: Any) -> httpx.Response:
        return await self.http.post(f"/api/{action}", json=body)


@asynccontextmanager
async def page_world() -> AsyncIterator[PageWorld]:
    telegram, house = TelegramSandbox(TOKEN), FakeHouse()
    behind = Server(telegram.app)
    await behind.start()
    remote = RemoteTelegram(behind.url)
    server = Server(Site(remote, house, YOU).app)
    await server.start()
    telegram.person(YOU.id, YOU.name).open()
    try:
        async with (
            make_bot(behind, TOKEN) as bot,
            httpx.AsyncClient(base_url=server.url, verify=False) as http,
        ):
            yield PageWorld(telegram, house, server, bot, http)
    finally:
        await server.stop()
        await remote.aclose()
        await behind.stop()
