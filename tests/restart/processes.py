"""A world of real processes: the exchange and Telegram here, the proxy and the bot as children.

Alone because it ends its children by SIGKILL at chosen boundaries, or all at once while the
exchange holds an answer back.

May import: boundaries, crashing, crashing_bot, crashing_proxy, forks, judge, kills, memory,
processes, world.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from piggybot.demo import free_port
from piggybot.processes import own_environment
from tests.restart import crashing_bot, crashing_proxy
from tests.restart.boundaries import BOT, PROXY, Point
from tests.restart.crashing import FILE, arm
from tests.restart.forks import Fork, Job
from tests.restart.judge import Judge, Marks
from tests.restart.kills import Kill
from tests.restart.memory import Memory
from tests.world import PROXY_TOKEN, Outside, Time

START_SECONDS = 60.0
SETTLE_SECONDS = 60.0
STEP = 0.05
MAINS = {PROXY: crashing_proxy.run, BOT: crashing_bot.run}


class ProcessWorld:
    """Ann, who owns the bot, and what she talks to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outside = Outside(Time())
        self.exchange = self.outside.exchange
        self.ann = self.outside.telegram.person(1001, "Ann")
        self.key = self.exchange.add_key()
        self.memory = Memory(folder)
        self.judge = Judge(self.memory, self.exchange, self.ann)
        self.children: dict[str, Fork] = {}

    async def start(self) -> None:
        """Both houses run, keys are saved, and live is on."""
        self.folder.mkdir(parents=True)
        await self.outside.start()
        self._port = free_port()
        shared = {"PIGGY_DATA": str(self.folder), "PROXY_TOKEN": PROXY_TOKEN}
        proxy = {
            "ALLOW_LIVE": "1",
            "EXCHANGE_ORIGIN": self.outside.exchange_server.url,
            "PROXY_PORT": str(self._port),
        }
        bot = {
            "TELEGRAM_BOT_TOKEN": self.outside.telegram.token,
            "TELEGRAM_API_URL": self.outside.telegram_server.url,
            "BACKEND_API_URL": f"http://127.0.0.1:{self._port}",
            "TELEGRAM_CHAT_ID": str(self.ann.id),
        }
        for house, own in ((PROXY, proxy), (BOT, bot)):
            settings = {**shared, **own, FILE: str(self._file(house))}
            job = Job(house, MAINS[house], own_environment(settings), self.folder)
            self.children[house] = Fork(job)
        await self.raise_again((PROXY, BOT))
        await self.ann.say("/start")
        await self.ann.expect("Hello Ann", START_SECONDS)
        await self.ann.say(f"/setkeys binanceus {self.key.api_key} {self.key.secret}")
        await self.ann.expect("Keys saved")
        await self.ann.say("/validate")
        await self.ann.expect("validated and synced")
        await self.ann.say("/live on")
        await self.ann.expect("Enable Live Trading?")
        await self.ann.press("ENABLE LIVE TRADING")
        await self.ann.expect("Live trading enabled!")

    async def stop(self) -> None:
        self.memory.close()
        for child in reversed(self.children.values()):
            await child.end()
        await self.outside.stop()

    async def kill(self, kill: Kill) -> bool:
        """/testbuy, end the victims there, start them again; whether it was bought once."""
        since = self.judge.marks()
        if kill.point is None:
            await self._kill_while_held(kill.victims)
        else:
            arm(self._file(kill.point.house), kill.point)
            await self.ann.say("/testbuy 2")
            await self._dies(kill.point)
            self._file(kill.point.house).unlink()
            for house in kill.victims:
                if self.children[house].running:
                    await self.children[house].kill()
        self.memory.close()  # who starts after a kill finds no other reader
        await self.raise_again(kill.victims)
        await self._settled(since)
        await self.ann.say("/status")
        status = await self.ann.expect("Unresolved orders", START_SECONDS)
        assert "Unresolved orders: none" in status.text, status.text
        return self.judge.verdict(since)

    async def raise_again(self, houses: Sequence[str]) -> None:
        for house in houses:
            await self.children[house].start()
            if house == PROXY:
                await self._listens()

    async def _kill_while_held(self, victims: Sequence[str]) -> None:
        """The exchange has executed the order, and its answer finds nobody."""
        hold = self.exchange.hold("after")
        before = len(self.exchange.executed)
        await self.ann.say("/testbuy 2")
        async with asyncio.timeout(START_SECONDS):
            while not any(one.method == "POST" for one in self.exchange.executed[before:]):
                await asyncio.sleep(STEP)
        for house in victims:
            await self.children[house].kill()
        hold.release()

    async def _dies(self, point: Point) -> None:
        child = self.children[point.house]
        try:
            async with asyncio.timeout(START_SECONDS):
                await child.ended()
        except TimeoutError:
            raise AssertionError(f"never came to {point}: {child.epitaph()}") from None
        assert child.killed, child.epitaph()

    async def _settled(self, since: Marks) -> None:
        """Until all is as promised; what is not by then is said."""
        end = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while True:
            try:
                self.judge.verdict(since)
                return
            except AssertionError:
                if asyncio.get_running_loop().time() > end:
                    raise
            await asyncio.sleep(STEP)

    async def _listens(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                except OSError:
                    assert self.children[PROXY].running, self.children[PROXY].epitaph()
                    await asyncio.sleep(STEP)
                    continue
                writer.close()
                await writer.wait_closed()
                return

    def _file(self, house: str) -> Path:
        return self.folder / f"{house}.crash"
