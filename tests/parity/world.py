"""The real bot and the real proxy with its paper venue, on a clock that is set, not waited for.

Alone because parity needs no Telegram and no timer: the test is the clock, and calls what the
clock would call.

May import: app, core, runs, sandbox, store, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path as Folder

from piggybot import app as bot_app
from piggybot.core.positions import Filled
from piggybot.core.runs import Cause, Run
from piggybot.runs import Spec
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.settings import Settings
from piggybot.store import Person
from proxy.wire import MarketOut, Side
from tests.databases import lay
from tests.parity.path import MS, Path, Watched
from tests.world import PROXY_TOKEN, ProxyHouse, Still

MINUTE = timedelta(minutes=1)
ANN = Person(1001, 1001, "Ann", True, "ann", "binanceus")
FREE = {"max_trades_per_day": 100_000, "max_trade_usd": Decimal(100)}


@dataclass(frozen=True, slots=True)
class Traded:
    """One order of a run, as its books have it."""

    number: int
    slot: datetime | None
    at: datetime
    side: Side
    cause: Cause
    seen: Decimal
    price: Decimal
    units: Decimal
    fee: Decimal


class ParityWorld:
    def __init__(self, folder: Folder, begin: datetime) -> None:
        self.clock = Still(begin)
        self._folder = folder
        self._path = Path(begin)
        self._exchange = ExchangeServer(ExchangeSandbox(self.clock))

    async def start(self) -> None:
        await self._exchange.start()
        self._proxy = ProxyHouse(self._folder, self.clock, self._exchange.url, **FREE)
        await self._proxy.start()
        lay(self._folder / "bot" / "bot.db", "bot")
        settings = Settings(
            _env_file=None,
            telegram_bot_token="1234567890:nobody-listens-to-this-one-here",
            piggy_data=self._folder,
            proxy_token=PROXY_TOKEN,
            backend_api_url=self._proxy.url,
        )
        world = bot_app.World(clock=self.clock, fresh=self.clock.fresh)
        self.bot = bot_app.Bot(settings, world)
        self.bot.store.people.join(ANN)

    async def stop(self) -> None:
        await self.bot.stop()
        await self._proxy.stop()
        await self._exchange.stop()

    async def begin(self, spec: Spec, name: str) -> Run:
        return await self.bot.trading.runs.start(ANN, spec, name)

    async def slot(self, at: datetime) -> None:
        """What the clock does at a candle's close."""
        self.clock.now = at
        await self.bot.ticks.slots()
        await self.bot.trading.acting.idle()

    async def minute(self, at: datetime) -> None:
        """The minute after a slot: the watcher looks at each moment that matters."""
        watched = self._watched()
        after = 0
        while watched:
            moments = [
                self._path.next(each, await self._rules(market), at, after)
                for market, each in watched.items()
            ]
            after = min((each for each in moments if each is not None), default=0)
            if not after:
                return
            self.clock.now = at + after * MS
            await self.bot.ticks.exits()
            await self.bot.trading.acting.idle()
            watched = self._watched()

    def fresh(self, run: Run) -> Run:
        """The run as it is now."""
        found = self.bot.store.runs.get(run.id)
        assert found is not None
        return found

    def traded(self, run: Run) -> list[Traded]:
        """The run's orders from its own books: intents and fills."""
        orders = [one for one in self.bot.store.orders.all_of(run.user_id)]
        mine = {one.intent.client_id: one.intent for one in orders if one.intent.run_id == run.id}
        positions = self.bot.store.ledger.of_run(run.id)
        fills: Sequence[Filled] = []
        if positions:
            book = positions[0].key.book
            fills = self.bot.store.ledger.fills(run.user_id, book, run_id=run.id)
        assert len(fills) == len(mine), "paper fills each order at once and whole"
        found = [(mine[fill.client_id], fill) for fill in fills]
        return sorted(
            (
                Traded(
                    intent.number or 0,
                    intent.slot,
                    fill.at,
                    fill.side,
                    intent.cause,
                    intent.seen_price or Decimal(0),
                    fill.price,
                    fill.qty,
                    fill.fee,
                )
                for intent, fill in found
            ),
            key=lambda one: one.number,
        )

    def _watched(self) -> dict[str, list[Watched]]:
        markets: dict[str, list[Watched]] = {}
        for due in self.bot.store.slots.load(self.bot.store.ledger.armed()):
            held = [(due.run, one) for one in due.positions if one.entries]
            markets.setdefault(due.run.symbol, []).extend(held)
        return markets

    async def _rules(self, symbol: str) -> MarketOut:
        return await self.bot._market.rules(ANN.exchange, symbol)
