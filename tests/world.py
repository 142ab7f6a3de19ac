"""The whole world on loopback, in one process: exchange, Telegram, proxy, bot, and people.

Nothing inside the two houses is replaced; only the outside is the sandbox's, and time may run
faster than life.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from piggybot import app as bot_app
from piggybot.chat.hearing import Timing
from piggybot.chat.pace import Pace
from piggybot.sandbox.books import Account
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.serve import Server
from piggybot.sandbox.telegram import TelegramSandbox
from piggybot.sandbox.telegram_people import Person
from piggybot.settings import Settings as BotSettings
from proxy import app as proxy_app
from proxy.exchange import FRESH
from proxy.settings import Settings as ProxySettings
from tests.databases import lay

PROXY_TOKEN = "proxy-token-of-the-tests-0123456789abcdef"


class Time:
    """A clock that runs `speed` times as fast as life; time may be skipped, and the clock set."""

    fresh = FRESH
    """How old a price may be."""

    def __init__(self, begins: datetime | None = None) -> None:
        self._real = time.monotonic()
        self._now = begins or datetime.now(UTC)
        self._passed = 0.0
        self._speed = 1.0

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=self._since())

    def monotonic(self) -> float:
        return self._passed + self._since()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    def run(self, speed: float) -> None:
        self._now, self._passed = self(), self.monotonic()
        self._real, self._speed = time.monotonic(), speed

    def jump(self, seconds: float) -> None:
        """So much time passes at once."""
        self._now += timedelta(seconds=seconds)
        self._passed += seconds

    def set_wall(self, seconds: float) -> None:
        """The wall clock is set forward or back; no time passes."""
        self._now += timedelta(seconds=seconds)

    def _since(self) -> float:
        return (time.monotonic() - self._real) * self._speed


class Still(Time):
    """A clock that stands until it is set. Waits are as long as in life; no price is kept."""

    fresh = timedelta(0)

    def __init__(self, begin: datetime) -> None:
        super().__init__()
        self._begin = self.now = begin

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - self._begin).total_seconds()


class ProxyHouse:
    """The proxy on its port; `kill` ends it as a lost process ends, `start` starts it again."""

    def __init__(self, folder: Path, clock: Time, origin: str, **settings: object) -> None:
        self.folder = folder
        self.clock = clock
        self.settings: dict[str, object] = {
            "piggy_data": folder,
            "proxy_token": PROXY_TOKEN,
            "allow_live": True,
            "exchange_origin": origin,
            "exchange_timeout": 2,
            "rate_limit": False,
            **settings,
        }
        self.app: FastAPI | None = None
        self.server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        lay(self.folder / "proxy" / "proxy.db", "proxy")
        settings = ProxySettings(_env_file=None, **self.settings)
        world = proxy_app.World(
            clock=self.clock,
            sleep=self.clock.sleep,
            monotonic=self.clock.monotonic,
            fresh=self.clock.fresh,
        )
        self.app = proxy_app.build(settings, world)
        self.server = Server(self.app, self.port)
        await self.server.start()
        self.port = self.server.port

    async def stop(self) -> None:
        if self.server is not None:
            server, self.server = self.server, None
            await server.stop()


class Outside:
    """What is not ours: the exchange and Telegram."""

    def __init__(
        self,
        clock: Time,
        exchange: ExchangeSandbox | None = None,
        telegram: TelegramSandbox | None = None,
    ) -> None:
        self.exchange = exchange or ExchangeSandbox(clock)
        self.exchange_server = ExchangeServer(self.exchange)
        self.telegram = telegram or TelegramSandbox(clock=clock)
        self.telegram_server = Server(self.telegram.app)

    async def start(self) -> None:
        await self.exchange_server.start()
        await self.telegram_server.start()

    async def stop(self) -> None:
        await self.exchange.misbehave("ok")
        await self.telegram_server.stop()
        await self.exchange_server.stop()


class BotHouse:
    """The bot; `stop` ends it, `start` starts it again on the same memory."""

    def __init__(self, folder: Path, clock: Time, **settings: object) -> None:
        self.folder = folder
        self.clock = clock
        self.settings: dict[str, object] = {
            "piggy_data": folder,
            "proxy_token": PROXY_TOKEN,
            "backend_timeout": 5,
            "health_seconds": 60,  # the most there is: tests look for themselves
            **settings,
        }
        self.bot: bot_app.Bot | None = None
        self.said: list[str] = []

    async def start(self) -> None:
        lay(self.folder / "bot" / "bot.db", "bot")
        pace = Pace(burst=100, per_second=100.0, overall=1000, first_retry=0.05, longest_retry=0.5)
        timing = Timing(poll=2, first_retry=0.05, longest_retry=0.2, grace=0.2, pace=pace)
        world = bot_app.World(clock=self.clock, timing=timing, sleep=self.clock.sleep)
        self.bot = bot_app.Bot(BotSettings(_env_file=None, **self.settings), world)
        await self.bot.start(self.said.append)

    async def stop(self) -> None:
        if self.bot is not None:
            bot, self.bot = self.bot, None
            await bot.stop()

    @property
    def code(self) -> str:
        """The pairing code that was printed last."""
        return self.said[-1].rsplit(" ", maxsplit=1)[-1]


class World:
    """All of it, and Ann, who owns the bot."""

    def __init__(
        self,
        folder: Path,
        clock: Time | None = None,
        outside: Outside | None = None,
        **proxy: object,
    ) -> None:
        self.clock = clock or Time()
        self.outside = outside or Outside(self.clock)
        self.exchange = self.outside.exchange
        self.telegram = self.outside.telegram
        self.ann = self.telegram.person(1001, "Ann")
        self.key = self.exchange.add_key()
        self.folder = folder
        self._proxy_settings = proxy

    async def start(self, **bot: object) -> None:
        await self.outside.start()
        origin = self.outside.exchange_server.url
        self.proxy = ProxyHouse(self.folder, self.clock, origin, **self._proxy_settings)
        await self.proxy.start()
        token, url = self.telegram.token, self.outside.telegram_server.url
        self.bot = BotHouse(
            self.folder,
            self.clock,
            telegram_bot_token=token,
            telegram_api_url=url,
            backend_api_url=self.proxy.url,
            **bot,
        )
        await self.bot.start()

    async def stop(self) -> None:
        await self.bot.stop()
        await self.proxy.stop()
        await self.outside.stop()

    async def pair(self) -> None:
        await self.ann.say(f"/start {self.bot.code}")
        await self.ann.expect("Hello Ann")

    async def keys(self, person: Person | None = None, key: Account | None = None) -> None:
        """Ann's key is saved and checked, or that of somebody else."""
        who, key = person or self.ann, key or self.key
        await who.say(f"/setkeys binanceus {key.api_key} {key.secret}")
        await who.expect("Keys saved")
        await who.say("/validate")
        await who.expect("validated and synced")
        assert self.bot.bot is not None
        await self.bot.bot.matching.idle()  # no time may jump while it asks for the time

    async def live(self, person: Person | None = None) -> None:
        who = person or self.ann
        await who.say("/live on")
        await who.expect("Enable Live Trading?")
        await who.press("ENABLE LIVE TRADING")
        await who.expect("Live trading enabled!")

    @property
    def posts(self) -> int:
        """How many orders the exchange was sent."""
        return self.exchange.count()
