"""A feed of candles over a real database, before a sandbox exchange, on a clock that is set.

May import: candle_rows, candles, exchange, sandbox.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from migrations.database import Door
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.requests import Request
from proxy.candle_rows import CandleRows
from proxy.candles import CandleFeed
from proxy.exchange import CcxtVenue
from proxy.tables import candles
from proxy.wire import Candle
from tests.databases import opened
from tests.proxy.loopback_venue import venue_at

KLINES = "/api/v3/klines"
HALF_PAST = datetime(2031, 5, 6, 12, 30, tzinfo=UTC)
HOUR = 3_600_000


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@dataclass
class CandleWorld:
    folder: Path
    now: datetime = HALF_PAST
    rooms: list[tuple[CandleFeed, CcxtVenue, Door, Engine]] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def after(self, **more: float) -> None:
        self.now += timedelta(**more)

    async def open(self) -> None:
        self.exchange = ExchangeSandbox(self.clock)
        self.server = ExchangeServer(self.exchange)
        await self.server.start()
        await self.start()

    async def start(self) -> None:
        """A proxy starts on the database as it is."""
        engine, door = opened(self.folder / "p.db", "proxy"), Door()
        self.venue = venue_at(self.server.url, clock=self.clock)
        self.feed = CandleFeed({"binanceus": self.venue}, CandleRows(engine), door)
        self.rooms.append((self.feed, self.venue, door, engine))
        self.engine = engine

    async def close(self) -> None:
        await self.exchange.misbehave("ok")
        for feed, venue, door, engine in self.rooms:
            await feed.close()
            await venue.close()
            door.close()
            engine.dispose()
        await self.server.stop()

    async def another_exchange(self) -> None:
        """The sandbox ends, and another one, with another past, takes its place."""
        port = self.server.port
        await self.server.stop()
        self.exchange = ExchangeSandbox(lambda: self.now - timedelta(days=3))
        self.exchange.market._clock = self.clock
        self.server = ExchangeServer(self.exchange, port)
        await self.server.start()

    async def ask(
        self, count: int, end: int | None = None, timeframe: str = "1h", symbol: str = "BTC/USDT"
    ) -> list[Candle]:
        answer = await self.feed.candles("binanceus", symbol, timeframe, count, end)
        return answer.candles

    @property
    def asked(self) -> list[Request]:
        """The exchange's own list of what it was asked about candles."""
        return [one for one in self.exchange.requests if one.path == KLINES]

    def kept(self) -> int:
        with self.engine.connect() as db:
            return db.execute(select(func.count()).select_from(candles)).scalar_one()


@asynccontextmanager
async def candle_world(folder: Path) -> AsyncIterator[CandleWorld]:
    world = CandleWorld(folder)
    await world.open()
    yield world
    await world.close()
