"""A world whose houses can be ended as a killed process ends, and started again on their memory.

Alone because "abruptly" must be right before any test of it counts: after the chosen boundary
nothing of an ended house runs, commits, sends or answers; what it has committed stays, and what
it has sent is on its way.

May import: boundaries, hooks, sandbox, world.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

from sqlalchemy import text

from tests.restart.boundaries import BOT, OUTSIDE, PROXY, Dead, Point, Tape
from tests.restart.hooks import answering, commits
from tests.restart.hooks_bot import bots_wire
from tests.restart.hooks_proxy import proxys_wire
from tests.world import BotHouse, ProxyHouse, World

FUNERAL_SECONDS = 5.0
SETTLE_SECONDS = 20.0
STEP = 0.02
FAST = 20.0
UNRESOLVED, UNTOLD = "orders that the proxy asks about", "orders that the bot asks about"
HEARD_SECONDS = 1.0
HOUSE: ContextVar[str] = ContextVar("house", default=OUTSIDE)


class Reaper:
    """The Fate of houses that share a process: ends those that a boundary was chosen for."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.died = asyncio.Event()
        self.buried = asyncio.Event()
        self._dead: set[str] = set()
        self._victims: frozenset[str] = frozenset()
        self._buried = threading.Event()
        self._loop = asyncio.get_running_loop()
        self.cut: dict[str, Any] = {}
        """How each house's own sockets are closed at once, without a word."""

    def choose(self, fuse: Point | None, *victims: str) -> None:
        self._victims = frozenset(victims)
        for event in (self.died, self.buried, self._buried):
            event.clear()
        self.tape.run(fuse)

    def raise_again(self, house: str) -> None:
        """A new process of this house."""
        self._dead.discard(house)

    def survivors_go_on(self) -> None:
        self.buried.set()
        self._buried.set()

    def end(self, *houses: str) -> None:
        """They are dead from here on."""
        self._dead |= set(houses)

    def alive(self, own: str) -> None:
        if own in self._dead:
            raise Dead

    def in_thread(self, own: str, what: str, when: str) -> None:
        if self._dies(own, what, when):
            self._loop.call_soon_threadsafe(self._fall)
            self.alive(own)
            self._buried.wait(FUNERAL_SECONDS)

    async def on_wire(self, own: str, house: str, what: str, when: str) -> None:
        if self._dies(house, what, when):
            self._fall()
            self.alive(own)
            await self.buried.wait()
        self.alive(own)

    def _dies(self, house: str, what: str, when: str) -> bool:
        if not self.tape.passed(house, what, when):
            return False
        self._dead |= self._victims
        return True

    def _fall(self) -> None:
        for house in self._victims:
            self.cut[house]()
        self.died.set()


class TappedProxy(ProxyHouse):
    """The proxy, whose answers to the bot are boundaries of the bot's wire."""

    reaper: Reaper

    async def start(self) -> None:
        await super().start()
        assert self.server is not None
        server = self.server
        config: Any = server._config
        config.loaded_app = answering(config.loaded_app, self.reaper, PROXY, BOT)

        def cut() -> None:
            if server._listener is not None:
                server._listener.close()
            for connection in list(server._state.connections):
                connection.transport.abort()

        self.reaper.cut[PROXY] = cut


class RestartWorld(World):
    """A world with a reaper in it; `reaper` and the listeners must be in place before `start`."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        super().__init__(folder, max_trades_per_day=10**6)
        self.reaper = reaper
        self._tasks: dict[str, WeakSet[asyncio.Task[Any]]] = {BOT: WeakSet(), PROXY: WeakSet()}

    async def start(self, **bot: object) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(self._task)
        loop.set_exception_handler(_quiet)
        exchange, telegram = self.outside.exchange_server, self.outside.telegram_server
        exchange._app = answering(exchange._app, self.reaper, OUTSIDE, PROXY)
        telegram._app = answering(telegram._app, self.reaper, OUTSIDE, BOT)
        self.reaper.cut[BOT] = lambda: None
        await self.outside.start()
        self.proxy = TappedProxy(
            self.folder, self.clock, self.outside.exchange_server.url, **self._proxy_settings
        )
        self.proxy.reaper = self.reaper
        with _as(PROXY):
            await self.proxy.start()
        self.bot = BotHouse(
            self.folder,
            self.clock,
            telegram_bot_token=self.telegram.token,
            telegram_api_url=self.outside.telegram_server.url,
            backend_api_url=self.proxy.url,
            **bot,
        )
        with _as(BOT):
            await self.bot.start()

    async def stop(self) -> None:
        await super().stop()
        loop = asyncio.get_running_loop()
        loop.set_task_factory(None)
        loop.set_exception_handler(None)

    async def bury(self, house: str) -> None:
        """End what is left of a dead house: its tasks, its sockets, its database handle."""
        self.reaper.end(house)
        tasks = [task for task in self._tasks[house] if not task.done()]
        for task in tasks:
            if not _accepts(task):
                task.cancel()
        await asyncio.wait([*tasks, asyncio.create_task(asyncio.sleep(0))], timeout=1)
        self.reaper.cut[house]()
        await (self.bot if house == BOT else self.proxy).stop()
        self._tasks[house].clear()

    async def raise_again(self, house: str) -> None:
        """Start it as a new process on the same folder."""
        self.reaper.raise_again(house)
        with _as(house):
            await (self.bot if house == BOT else self.proxy).start()

    async def settle(self) -> None:
        """Let time run until nobody has anything left to do."""
        assert self.bot.bot is not None
        loop = asyncio.get_running_loop()
        end, heard = loop.time() + SETTLE_SECONDS, loop.time()
        while left := self.left():
            assert loop.time() < end, f"not settled: there are still {left}"
            self.clock.run(FAST if left == UNRESOLVED else 1.0)
            if loop.time() - heard > HEARD_SECONDS:  # the proxy ends live after a silent minute
                heard = loop.time()
                await self.bot.bot.ticks.health()
            if left == UNTOLD:
                await self.bot.bot.ticks.settle()
            await asyncio.sleep(STEP)
        self.clock.run(1.0)

    def left(self) -> str:
        """What is still to be done, looked for in the order of an order's path; or nothing."""
        assert self.bot.bot is not None
        store = self.bot.bot.store
        if self.telegram.updates.pending:
            return "messages to be read"
        if self.journal.open():
            return UNRESOLVED
        if store.inbox.unfinished():
            return "messages to be worked on"
        if store.orders.open():
            return UNTOLD
        return "messages to be sent" if store.outbox.next_due() else ""

    @property
    def journal(self) -> Any:
        assert self.proxy.app is not None
        return self.proxy.app.state.house.desk._journal

    def forget_the_day(self) -> None:
        """The next order is the day's first again, and no valuation is kept from the last."""
        with self.journal._engine.begin() as db:
            db.execute(text("DELETE FROM days"))
        self.clock.jump(20)

    def _task(self, loop: Any, coro: Any, context: Any = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=loop, context=context)
        house = HOUSE.get() if context is None else context.get(HOUSE, OUTSIDE)
        if house in self._tasks:
            self._tasks[house].add(task)
        return task


def _accepts(task: asyncio.Task[Any]) -> bool:
    """Whether it takes a connection in: cancelled, it would leave the socket open for ever."""
    return "_accept_connection" in getattr(task.get_coro(), "__qualname__", "")


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The deaths that a test asked for are no news."""
    if not isinstance(context.get("exception"), Dead):
        loop.default_exception_handler(context)


@contextmanager
def _as(house: str) -> Iterator[None]:
    """Tasks begun meanwhile, and by them, belong to this house."""
    token = HOUSE.set(house)
    try:
        yield
    finally:
        HOUSE.reset(token)


@contextmanager
def _one_tls() -> Iterator[None]:
    """Certificates are loaded once, not at each of hundreds of starts: loopback speaks HTTP."""
    shared = ssl.create_default_context()
    with patch("httpx._transports.default.create_ssl_context", lambda **_: shared):
        yield


@contextmanager
def _server_silent() -> Iterator[None]:
    """uvicorn writes a traceback for each request that ends with its house."""
    server = logging.getLogger("uvicorn.error")
    with patch.object(server, "disabled", True):
        yield


@asynccontextmanager
async def restart_world(folder: Path) -> AsyncIterator[RestartWorld]:
    """A started world in which Ann has paired, saved keys and turned live on."""
    reaper = Reaper()
    with commits(reaper), bots_wire(reaper), proxys_wire(reaper), _one_tls(), _server_silent():
        world = RestartWorld(folder, reaper)
        await world.start(health_seconds=60)
        try:
            await world.pair()
            await world.keys()
            await world.live()
            yield world
        finally:
            reaper.survivors_go_on()
            await world.stop()
