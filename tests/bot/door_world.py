"""The whole door over a Telegram on loopback: real store, desk and handlers, a fake proxy.

May import: charts, chat, choosing, core, desk, market, sandbox, settings, store, strategies, wire.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import SecretStr

from migrations.database import Door
from piggybot.charts import Studio
from piggybot.chat.ask import House
from piggybot.chat.hearing import Timing
from piggybot.chat.outgoing import Bell
from piggybot.chat.pace import Pace
from piggybot.chat.telegram import TelegramDoor
from piggybot.choosing import Choosing
from piggybot.core.mail import Outgoing
from piggybot.desk import Desk
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.sandbox.serve import Server
from piggybot.sandbox.telegram import TelegramSandbox
from piggybot.seal import SUITE, info
from piggybot.settings import Settings
from piggybot.store import Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.trading import Needs, trading
from tests.bot.fake_broker import FakeBroker
from tests.databases import opened

OWNER, MEMBER, STRANGER = 1001, 1002, 6666
QUICK = Timing(
    poll=2, answer=2, first_retry=0.02, longest_retry=0.05, grace=0.5, pace=Pace(50, 50, 100, 0.02)
)


class DoorWorld:
    """`bot` is the running door; `crash` and `begin` are a process that dies and starts again."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.folder = folder
        self.telegram = TelegramSandbox()
        self.server = Server(self.telegram.app)
        self.ann = self.telegram.person(OWNER, "Ann")
        self.bob = self.telegram.person(MEMBER, "Bob")
        self.eve = self.telegram.person(STRANGER, "Eve")
        self.broker = FakeBroker()
        self.skew = timedelta(0)
        self.timing = QUICK
        self._given: dict[str, Any] = {"telegram_chat_id": OWNER, "member_ids": (MEMBER,)} | given
        self._private = X25519PrivateKey.generate()
        self.engine = opened(folder / "bot.db", "bot")
        self.store = Store(self.engine)
        self.bot: TelegramDoor
        self.house: House

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.skew

    async def begin(self) -> None:
        """Start the bot, as a new process would."""
        token = SecretStr(self.telegram.token)
        given: dict[str, Any] = {"_env_file": None, "telegram_bot_token": token} | self._given
        settings = Settings(telegram_api_url=self.server.url, **given)
        bell, door = Bell(), Door()
        parts = Parts(self.store, door, self.broker, self.clock, fresh_id, bell)
        self.registry, desk = Registry(), Desk(parts)
        panel, market = Panel(self.registry), MarketData(self.broker, self.clock, asyncio.sleep)
        built = trading(Needs(parts, desk, market, panel, self.registry))
        self.house = House(
            desk=desk,
            broker=self.broker,
            store=self.store,
            door=door,
            clock=self.clock,
            ids=fresh_id,
            settings=settings,
            notifier=bell,
            registry=self.registry,
            panel=panel,
            market=market,
            choosing=Choosing(parts, market),
            studio=Studio(self.folder / "matplotlib"),
            runs=built.runs,
            whynot=built.whynot,
            flattening=built.flattening,
        )
        self.bot = TelegramDoor(self.house, bell, self.timing)
        await self.bot.start()

    async def crash(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.bot._timing = replace(self.timing, grace=0.0)
        await self.bot.stop()
        self.house.studio.close()
        self.house.door.close()

    def give_key(self) -> None:
        """The proxy's public key is known."""
        public = base64.b64encode(self._private.public_key().public_bytes_raw()).decode()
        self.store.flags.put("sealing_key", json.dumps({"publicKey": public, "keyId": "ab12cd34"}))

    def opened(self, sealed: str, exchange: str, field: str) -> str:
        """What the proxy would read."""
        person = self.store.people.find(OWNER)
        assert person is not None
        about = info(person.user_id, exchange, field).encode()
        return SUITE.decrypt(
            base64.b64decode(sealed.split(":", 2)[2]), self._private, about
        ).decode()

    def letter(self, text: str, **other: Any) -> Outgoing:
        now = self.clock()
        row = Outgoing(0, OWNER, "text", {"text": text}, 3, fresh_id(), None, now, now)
        return replace(row, **other)

    async def post(self, *letters: Outgoing) -> None:
        await self.house.door(self.store.outbox.add, list(letters))
        self.house.notifier.wake()

    async def delivered(self) -> None:
        """Return when no handler runs and no letter waits."""
        await self.bot.idle()
        async with asyncio.timeout(4):
            while self.store.outbox.next_due() is not None:
                await asyncio.sleep(0.01)

    async def cut_off(self) -> None:
        """Return when the bot knows that it cannot reach Telegram."""
        async with asyncio.timeout(4):
            while self.bot.polling_down is None:
                await asyncio.sleep(0.01)

    def bytes_on_disk(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.iterdir() if file.is_file())


def fresh_id() -> str:
    return secrets.token_urlsafe(16)


@asynccontextmanager
async def door_world(folder: Path, **given: Any) -> AsyncIterator[DoorWorld]:
    """A running world; its bot is ended at the end."""
    world = DoorWorld(folder, **given)
    await world.server.start()
    await world.begin()
    try:
        yield world
    finally:
        await world.crash()
        await world.server.stop()
        world.engine.dispose()
