"""Composition root of the bot: builds everything, starts it, ends it. Knows every class.

May import: alerts, cards, charts, chat, choosing, desk, errors, left_behind, logs, market,
matching, parts, ports, proxy_client, settings, store, strategies, summaries, ticks, trading,
unasked, unlisted, unwritten.
"""

import asyncio
import base64
import fcntl
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrations.database import Door, open_database
from piggybot.alerts import AlertWatch
from piggybot.cards import Cards
from piggybot.charts import Studio
from piggybot.chat.ask import House
from piggybot.chat.hearing import Timing
from piggybot.chat.outgoing import Bell
from piggybot.chat.telegram import TelegramDoor
from piggybot.choosing import Choosing
from piggybot.desk import Desk
from piggybot.errors import BadSettings
from piggybot.left_behind import LeftBehind
from piggybot.logs import set_up
from piggybot.market import FRESH, MarketData
from piggybot.matching import Matching
from piggybot.parts import Parts
from piggybot.ports import Clock, Ids, Sleep
from piggybot.proxy_client import ProxyClient
from piggybot.settings import TOKEN_REFUSED, Settings
from piggybot.store import Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.summaries import Summaries
from piggybot.ticks import Ticks
from piggybot.trading import Needs, trading
from piggybot.unasked import Unasked
from piggybot.unlisted import Unlisted
from piggybot.unwritten import Unwritten

ID_BYTES = 16
CODES = 10**6
ALERT_SECONDS = 15
SUMMARY_SECONDS = 60
MATCH_SECONDS = 60
SOON_SECONDS = 1
CARD_SECONDS = 5
ALIVE_SECONDS = 15
LOST_SECONDS = 15
CODE_LIFE = timedelta(minutes=10)
Announce = Callable[[str], None]


def now() -> datetime:
    return datetime.now(UTC)


def fresh_id() -> str:
    """128 random bits as 22 characters of base64url."""
    return base64.urlsafe_b64encode(secrets.token_bytes(ID_BYTES)).decode().rstrip("=")


def announce_here(text: str) -> None:
    """Say it on the terminal that the bot runs in."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class World:
    """What a test may replace: time, chance, how patient the door is, how old a price may be."""

    clock: Clock = now
    ids: Ids = fresh_id
    timing: Timing = field(default_factory=Timing)
    sleep: Sleep = asyncio.sleep
    fresh: timedelta = FRESH


class Bot:
    """One running bot, and how it starts and ends."""

    def __init__(self, settings: Settings, world: World | None = None) -> None:
        world = world or World()
        self._settings = settings
        self._clock = world.clock
        self._engine = open_database(settings.database_url, "bot")
        self._door = Door()
        self._bell = Bell()
        self.store = Store(self._engine)
        self._broker = ProxyClient(
            settings.backend_api_url, settings.token(), settings.backend_timeout
        )
        parts = Parts(self.store, self._door, self._broker, world.clock, world.ids, self._bell)
        self._market = MarketData(self._broker, world.clock, world.sleep, world.fresh)
        self._studio = Studio(settings.piggy_data / "bot" / "matplotlib")
        desk = Desk(parts)
        self._registry = Registry()
        self._panel = Panel(self._registry)
        self.trading = trading(Needs(parts, desk, self._market, self._panel, self._registry))
        self._choosing = Choosing(parts, self._market)
        self.telegram = TelegramDoor(self._house(parts, desk), self._bell, world.timing)
        polling_down = lambda: self.telegram.polling_down  # noqa: E731
        self.ticks = Ticks(parts, desk, polling_down, settings.health_seconds, self.trading)
        self._also(parts, desk)

    def _also(self, parts: Parts, desk: Desk) -> None:
        """Jobs of the clock that nobody else needs."""
        store, door, clock = self.store, self._door, self._clock
        unasked = Unasked(store, door, clock, parts.ids, self._bell, desk, self._market)
        self.alerts, self.summaries = AlertWatch(unasked), Summaries(unasked)
        self.cards = Cards(unasked)
        self.matching = Matching(parts, self._choosing)
        self.left_behind = LeftBehind(parts)
        self._unlisted = Unlisted(self._settings, parts)
        self.ticks.also(ALERT_SECONDS, self.alerts.check)
        self.ticks.also(SUMMARY_SECONDS, self.summaries.check)
        self.ticks.also(CARD_SECONDS, self.cards.refresh)
        self.ticks.also(MATCH_SECONDS, self.matching.tick)
        self.ticks.also(SOON_SECONDS, self.matching.hasten)
        self.ticks.also(ALIVE_SECONDS, self.show_alive)
        self.ticks.also(LOST_SECONDS, self.left_behind.check)
        self.unwritten = Unwritten(store, door, clock, self.telegram.tell, self._bell)
        self.ticks.also(ALIVE_SECONDS, self.unwritten.check)

    def _house(self, parts: Parts, desk: Desk) -> House:
        return House(
            desk=desk,
            broker=self._broker,
            store=self.store,
            door=self._door,
            clock=self._clock,
            ids=parts.ids,
            settings=self._settings,
            notifier=self._bell,
            registry=self._registry,
            panel=self._panel,
            market=self._market,
            choosing=self._choosing,
            studio=self._studio,
            runs=self.trading.runs,
            whynot=self.trading.whynot,
            flattening=self.trading.flattening,
        )

    async def start(self, announce: Announce) -> None:
        """Name what could not be loaded, pair if nobody is the owner yet, then listen."""
        for name, why in self._registry.failed().items():
            announce(f"The strategy {name} could not be loaded: {why}")
        paired = await self._paired()
        if not paired:
            await self._pair(announce)
        await self._unlisted.pause()
        await self.ticks.health()
        await self.telegram.start()
        self.ticks.start()
        if paired:
            announce("The bot runs, and has its owner: write to it in Telegram.")

    async def stop(self) -> None:
        """Let what runs finish for a moment; what does not is taken up at the next start."""
        self.ticks.stop()
        await self.telegram.stop()
        await self.trading.acting.close()
        self._registry.close()
        self._panel.close()
        await self._market.close()
        await self._broker.close()
        self._studio.close()
        self._door.close()
        self._engine.dispose()

    async def show_alive(self) -> None:
        """Leave a sign that the clock turns: who watches from outside looks at the file's age."""
        (self._settings.piggy_data / "bot" / "alive").touch()

    async def _paired(self) -> bool:
        people = await self._door(self.store.people.everyone)
        return self._settings.telegram_chat_id is not None or any(one.owner for one in people)

    async def _pair(self, announce: Announce) -> None:
        code = f"{secrets.randbelow(CODES):06d}"
        await self._door(self.store.pairing.open_code, code, self._clock() + CODE_LIFE)
        announce(
            f"To become this bot's owner, send it in Telegram, within 10 minutes:  /start {code}"
        )


async def run(settings: Settings, announce: Announce = announce_here) -> None:
    """The whole bot, until it is cancelled or Telegram refuses its token."""
    hidden = (settings.telegram_bot_token.get_secret_value(), settings.token())
    set_up(hidden)
    with only_one(settings.piggy_data / "bot"):
        bot = Bot(settings)
        try:
            await bot.start(announce)
            await bot.telegram.wrong_token.wait()
            raise BadSettings(*TOKEN_REFUSED)
        finally:
            await asyncio.shield(bot.stop())


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One bot per data folder: two would each obey every message."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with open(folder / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadSettings(
                f"Another bot is using {folder}.",
                "Stop it, or give this one its own PIGGY_DATA.",
            ) from None
        yield
