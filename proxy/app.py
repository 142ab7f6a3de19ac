"""Composition root of the proxy: builds everything, starts it, ends it. Knows every class.

May import: accounts, answers, book_rows, budget, candle_rows, candles, ccxt_line, credentials,
desk, errors, exchange, gate, known, logs, modes, needs, paper, parts, routes, settings, stopgate,
store, vault, venue_books, wire.
"""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import FastAPI
from sqlalchemy import Engine

from migrations.database import Door, open_database
from proxy import __version__
from proxy.accounts import Accounts
from proxy.answers import KnownHosts, LastResort, install
from proxy.book_rows import BookRows
from proxy.budget import UNBOUNDED, WEIGHTS, Budget
from proxy.candle_rows import CandleRows
from proxy.candles import CandleFeed
from proxy.ccxt_line import Line
from proxy.credentials import Credentials, Keyring
from proxy.desk import Desk
from proxy.errors import ProxyError
from proxy.exchange import FRESH, CcxtVenue
from proxy.gate import Gate
from proxy.known import EXCHANGES, SUPPORTED
from proxy.logs import Secrets
from proxy.needs import House
from proxy.paper import PaperVenue
from proxy.parts import Clock, LiveRules, Monotonic, Parts
from proxy.routes import router
from proxy.settings import BadSettings, Settings
from proxy.stopgate import StopGate
from proxy.store import Store
from proxy.vault import Vault
from proxy.venue_books import VenueBooks
from proxy.wire import HealthOut

ID_BYTES = 16
ID_PREFIX = "pg-"
RECOVERY_GRACE = 5.0
REFRESH_EVERY = 600.0
REFRESH_AGAIN = 15.0
RESOLVE_PAUSE = 0.5
WATCH_PAUSE = 1.0

log = structlog.get_logger(__name__)


def now() -> datetime:
    return datetime.now(UTC)


def mint() -> str:
    """A client order id: 128 random bits."""
    raw = base64.urlsafe_b64encode(secrets.token_bytes(ID_BYTES)).decode().rstrip("=")
    return ID_PREFIX + raw


@dataclass(frozen=True, slots=True)
class World:
    """What a test may replace: time, how old a price may be, where secrets are registered."""

    clock: Clock = now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Monotonic = time.monotonic
    secrets: Secrets | None = None
    fresh: timedelta = FRESH


def build(settings: Settings, world: World | None = None) -> FastAPI:
    """The proxy as an ASGI app. Opens the database and the vault; starts when its lifespan does."""
    world = world or World()
    hidden = world.secrets or Secrets()
    token = settings.token()
    hidden.register(token)
    settings.piggy_data.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url, "proxy")
    _check_origin(Store(engine), settings)
    built = _Built(settings, world, engine, hidden)
    app = FastAPI(
        title="PiggyBot proxy",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # Not include_router: it would read every endpoint anew, 20 ms in the first request.
        routes=router.routes,
        lifespan=built.lifespan,
    )
    app.state.house = built.house
    install(app)
    app.add_middleware(LastResort)
    app.add_middleware(Gate, token=token, touched=built.house.accounts.touched)
    app.add_middleware(KnownHosts, hosts=settings.hosts)
    return app


def _check_origin(store: Store, settings: Settings) -> None:
    """What was bought at a sandbox is not held at the real venue: there it would be your own."""
    here = bool(settings.exchange_origin)
    if store.journal.is_of(here):
        return
    now, before = ("a sandbox", "the real exchange") if here else ("the real exchange", "a sandbox")
    raise BadSettings(
        "other_origin",
        f"This data folder holds orders of {before}, and EXCHANGE_ORIGIN says {now} now.",
        "What the bot bought there is not held here, so give this one its own PIGGY_DATA, or set "
        "EXCHANGE_ORIGIN back.",
    )


class _Built:
    """The parts of one running proxy, and how they start and end."""

    def __init__(self, settings: Settings, world: World, engine: Engine, hidden: Secrets) -> None:
        self._settings = settings
        self._world = world
        self._engine = engine
        self._door = Door()
        store, vault = Store(engine), Vault(settings.folder)
        keyring = Keyring(store, self._door, vault, hidden)
        self._venues = {name: self._venue(name, keyring) for name in SUPPORTED}
        confirm = settings.live_confirm_token
        if confirm is not None:
            hidden.register(confirm.get_secret_value())
        self._parts = Parts(
            store=store,
            door=self._door,
            gate=StopGate(settings.stop_file, world.monotonic),
            venues=self._venues,
            paper=self._papers(store),
            vault=vault,
            limits=settings.limits(),
            live=LiveRules(
                settings.allow_live, None if confirm is None else confirm.get_secret_value()
            ),
            clock=world.clock,
            monotonic=world.monotonic,
        )
        accounts = Accounts(self._parts)
        self._desk = Desk(self._parts, accounts)
        self._candles = CandleFeed(self._venues, CandleRows(engine), self._door)
        self.house = self._front(accounts, keyring)

    def lifespan(self, _app: FastAPI) -> AbstractAsyncContextManager[None]:
        """Start by recovering; end by cutting what only waits and finishing what is sent."""
        return self._running()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._refresh(one)) for one in self._venues.values()]
        recovered = asyncio.Event()
        tasks.append(asyncio.create_task(self._recover(recovered)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(recovered.wait(), RECOVERY_GRACE)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._desk.idle()
            await self._candles.close()
            for venue in self._venues.values():
                await venue.close()
            self._door.close()
            self._engine.dispose()

    async def _recover(self, recovered: asyncio.Event) -> None:
        """Recover, however long it takes; only then look after orders and modes for ever."""
        while True:
            try:
                await self._desk.recover()
                break
            except Exception:
                log.exception("recovery failed; it is tried again")
                await self._world.sleep(REFRESH_AGAIN)
        recovered.set()
        await asyncio.gather(
            self._ever(self._desk.resolve_once, RESOLVE_PAUSE),
            self._ever(self._desk.watch_once, WATCH_PAUSE),
        )

    async def _ever(self, look: Callable[[], Awaitable[None]], pause: float) -> None:
        """Again and again, for ever; a fault in it is logged, and it goes on."""
        while True:
            try:
                await look()
            except Exception:
                log.exception("background work failed; it goes on", work=look.__name__)
            await self._world.sleep(pause)

    async def _refresh(self, venue: CcxtVenue) -> None:
        """Markets and clock, again and again; trading uses them only while they are fresh."""
        while True:
            try:
                await venue.refresh()
                pause = REFRESH_EVERY
            except ProxyError as error:
                log.warning("venue not ready", venue=venue.name, code=error.code)
                pause = REFRESH_AGAIN
            await self._world.sleep(pause)

    def _venue(self, name: str, keyring: Keyring) -> CcxtVenue:
        settings, clock, monotonic = self._settings, self._world.clock, self._world.monotonic
        weights = WEIGHTS[name] if settings.rate_limit else UNBOUNDED
        budget = Budget(weights, monotonic, self._world.sleep)
        line = Line(name, settings.exchange_origin, settings.exchange_timeout, monotonic, budget)
        return CcxtVenue(name, line, keyring.key_of, clock, self._world.fresh)

    def _front(self, accounts: Accounts, keyring: Keyring) -> House:
        """What the routes call."""
        credentials = Credentials(
            self._parts,
            accounts.modes,
            keyring,
            self._venues,
            allow_withdraw=self._settings.allow_withdraw_keys,
        )
        books = VenueBooks(self._parts, accounts.modes, BookRows(self._engine))
        return House(
            self._desk,
            accounts,
            credentials,
            self._venues,
            self._candles,
            books,
            self._health,
            mint,
        )

    def _papers(self, store: Store) -> dict[str, PaperVenue]:
        door, clock = self._door, self._world.clock
        return {name: PaperVenue(venue, store, door, clock) for name, venue in self._venues.items()}

    def _health(self) -> HealthOut:
        return HealthOut(
            version=__version__,
            keyId=self._parts.vault.key_id,
            publicKey=self._parts.vault.public_key,
            liveAllowed=self._parts.live.allowed,
            liveTokenRequired=self._parts.live.confirm_token is not None,
            exchanges=list(EXCHANGES),
            sandbox=bool(self._settings.exchange_origin),
            stopped=self._parts.gate.stopped,
            recovering=self._desk.recovering,
        )
