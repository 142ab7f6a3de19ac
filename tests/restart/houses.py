"""A world whose houses can be ended abruptly and started again on their memory, on standing time.

Alone because it is where the reaper's boundaries meet the real houses: their tasks, their sockets
and their clock. Between two boundaries it only lets things happen, and turns the time on where
everybody waits for it.

May import: boundaries, hooks, hourglass, memory, quiet, reaper, sandbox, world.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakSet

from migrations.database import EPOCH, bundled
from tests.restart.boundaries import BOT, HOUSE, OUTSIDE, PROXY, Dead
from tests.restart.hooks import answering, commits
from tests.restart.hooks_bot import bots_wire
from tests.restart.hooks_proxy import proxys_wire
from tests.restart.hourglass import Hourglass
from tests.restart.memory import Memory
from tests.restart.quiet import no_obituaries, quiet
from tests.restart.reaper import Reaper
from tests.world import BotHouse, ProxyHouse, World

SECONDS = 60.0
"""How long anything may take, on a machine that has much else to do."""
STEP = 0.003
TURNS = 5
"""So many turns of the loop after its start the bot's own jobs have begun."""
REUSE = 10.0
"""More seconds than a valuation is kept for."""
READ, UNRESOLVED = "messages to be read", "orders that the proxy asks about"
WORK, UNTOLD = "messages to be worked on", "orders that the bot asks about"
LETTERS, JOBS = "messages to be sent", "work of the bot on its own"
AWAKE = "work of the proxy on its own"


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

    @property
    def serving(self) -> bool:
        """Whether it works on a request."""
        return self.server is not None and bool(self.server._state.tasks)


class RestartWorld(World):
    """A world with a reaper in it; `reaper` and the listeners must be in place before `start`."""

    def __init__(self, folder: Path, reaper: Reaper) -> None:
        self.glass = Hourglass()
        super().__init__(folder, self.glass, max_trades_per_day=10**6)
        self.reaper = reaper
        self.memory = Memory(folder)
        self._tasks: dict[str, WeakSet[asyncio.Task[Any]]] = {BOT: WeakSet(), PROXY: WeakSet()}
        self._loops = 0
        self._settling: asyncio.Task[None] | None = None
        self._down: set[str] = set()

    async def start(self, **bot: object) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(self._task)
        loop.set_exception_handler(quiet)
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
        await self._only_the_first_jobs()

    async def stop(self) -> None:
        self.memory.close()
        await super().stop()
        loop = asyncio.get_running_loop()
        loop.set_task_factory(None)
        loop.set_exception_handler(None)

    async def let(self, job: str) -> None:
        """One call of the bot's clock, `slots` or `exits`; none while a house is down."""
        if self.bot.bot is None or self._down:
            return
        with _as(BOT):
            work = getattr(self.bot.bot.ticks, job)
            called = asyncio.create_task(_unless_dead(work))
        await asyncio.wait([called])

    async def bury(self, house: str) -> None:
        """End what is left of a dead house: its tasks, its sockets, its database handle."""
        self.reaper.end(house)
        self._down.add(house)
        end = asyncio.get_running_loop().time() + SECONDS
        while tasks := [task for task in self._tasks[house] if not task.done()]:
            assert asyncio.get_running_loop().time() < end, f"does not die: {tasks}"
            accepting = [task for task in tasks if _accepts(task)]
            for task in tasks:
                if task not in accepting:
                    task.cancel()
            await asyncio.wait(tasks, timeout=1)
        self.reaper.cut[house]()
        await (self.bot if house == BOT else self.proxy).stop()
        self._tasks[house].clear()

    async def raise_again(self, house: str) -> None:
        """Start it as a new process on the same folder."""
        self.reaper.raise_again(house)
        with _as(house):
            await (self.bot if house == BOT else self.proxy).start()
        if house == BOT:
            await self._only_the_first_jobs()
        self._down.discard(house)

    async def _only_the_first_jobs(self) -> None:
        """The bot's clock runs as life does: what it begins later would be there at random.

        Here it begins what it begins at a start; the rest is asked for.
        """
        assert self.bot.bot is not None
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.bot.bot.ticks._scheduler.pause()

    async def settle(self) -> None:
        """Let everything happen until nobody has anything left to do."""
        await self.rest()
        assert self.bot.bot is not None and self.proxy.app is not None
        # A commit may be seen before the thread that made it has come back from it.
        for door in (self.bot.bot._door, self.proxy.app.state.house.desk._parts.door):
            await door(int)

    async def rest(self) -> None:
        """The same, also while a house is down: until it stands again."""

        def busy() -> str:
            return ", ".join([*self._down, self.left()])

        await self.live_until(lambda: not busy(), lambda: f"there are still {busy()}")

    async def live_until(self, reached: Callable[[], bool], trouble: Callable[[], str]) -> None:
        """Let everything happen until then. Time passes only where everybody waits for it."""
        end = asyncio.get_running_loop().time() + SECONDS
        while not reached():
            assert asyncio.get_running_loop().time() < end, trouble()
            left = self.left()
            if left == UNRESOLVED and self._asleep():
                self.glass.turn()
            if left == LETTERS:
                self._to_the_next_letter()
            if left == UNTOLD:
                self._let_the_bot_ask()
            await asyncio.sleep(STEP)

    def left(self) -> str:
        """What is still to be done, looked for in the order of an order's path; or nothing."""
        if self.telegram.updates.pending:
            return READ
        if self.memory.open_orders(PROXY):
            return UNRESOLVED
        if self.memory.unread():
            return WORK
        if self.memory.open_orders(BOT):
            return UNTOLD
        if self.memory.next_letter() is not None:
            return LETTERS
        return self._alone()

    def _alone(self) -> str:
        """What a house does without any order; or nothing."""
        if any(not task.done() and _is_job(task) for task in self._tasks[BOT]):
            return JOBS
        return "" if self._asleep() else AWAKE

    async def begin_anew(self) -> None:
        """The next order is the day's first again, and no valuation is kept from the last."""
        valued = -1
        while valued != self._valuations():  # the proxy's own look at the day may be due
            valued = self._valuations()
            self.glass.jump(REUSE)
            await self.settle()
        db = bundled.connect(self.folder / PROXY / f"{PROXY}.db", timeout=SECONDS)
        with db:
            db.execute("DELETE FROM days")
        db.close()

    def _valuations(self) -> int:
        return sum(one.path == "/api/v3/account" for one in self.exchange.executed)

    def _asleep(self) -> bool:
        """Whether the proxy works on nothing, and its own loops wait for time to pass."""
        asleep = self.glass.asleep(PROXY)
        self._loops = max(self._loops, asleep)
        return asleep == self._loops and not self.proxy.serving

    def _to_the_next_letter(self) -> None:
        due = self.memory.next_letter()
        wait = timedelta(0) if due is None else _moment(due) - self.glass()
        if wait > timedelta(0):
            self.glass.jump(wait.total_seconds())

    def _let_the_bot_ask(self) -> None:
        """As its clock would make it ask, which runs as life does."""
        if self.bot.bot is None or (self._settling is not None and not self._settling.done()):
            return
        with _as(BOT):
            self._settling = asyncio.create_task(_unless_dead(self.bot.bot.ticks.settle))

    def _task(self, loop: Any, coro: Any, context: Any = None) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=loop, context=context)
        house = HOUSE.get() if context is None else context.get(HOUSE, OUTSIDE)
        if house in self._tasks:
            self._tasks[house].add(task)
        return task


async def _unless_dead(work: Callable[[], Awaitable[None]]) -> None:
    with suppress(Dead):
        await work()


def _moment(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def _accepts(task: asyncio.Task[Any]) -> bool:
    """Whether it takes a connection in: cancelled, it would leave the socket open for ever."""
    return "_accept_connection" in getattr(task.get_coro(), "__qualname__", "")


def _is_job(task: asyncio.Task[Any]) -> bool:
    """Whether the bot's own clock has begun it."""
    return "run_coroutine_job" in getattr(task.get_coro(), "__qualname__", "")


@contextmanager
def _as(house: str) -> Iterator[None]:
    """Tasks begun meanwhile, and by them, belong to this house."""
    token = HOUSE.set(house)
    try:
        yield
    finally:
        HOUSE.reset(token)


@asynccontextmanager
async def restart_world(folder: Path) -> AsyncIterator[RestartWorld]:
    """A started world in which Ann has paired, saved keys and turned live on."""
    reaper = Reaper()
    with commits(reaper), bots_wire(reaper), proxys_wire(reaper), no_obituaries():
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
