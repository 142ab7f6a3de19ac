"""The demo: sandbox, proxy and bot as they run for real, and a person to talk to them.

A composition root: three processes on loopback, each with an environment of its own, in a
temporary folder that goes away with them. Nothing of a real set-up is read, no real venue reached.

May import: page, processes, remote, script, stage.
"""

import asyncio
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from piggybot.page.border import Json, Who
from piggybot.page.people import People
from piggybot.processes import Child, ChildTrouble, Job, own_environment
from piggybot.remote import DemoKey, RemoteExchange, RemotePhone, RemoteTelegram
from piggybot.script import Books
from piggybot.stage import Printer, StageError, Tone

HOST = "127.0.0.1"
YOU = Who(7001, "You")
BOB = People(YOU).called("Bob")
"""A member, so that two people can be tried; everybody else is a stranger."""
READY_SECONDS = 60.0
PAUSE = 0.05
CODE = re.compile(r"/start (\d{6})\b")
NAMES = ("sandbox", "proxy", "bot")


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything listens, and the token that the sandbox's Telegram accepts."""

    exchange: str
    control: str
    telegram: str
    proxy_port: int
    bot_token: str

    @property
    def proxy(self) -> str:
        return f"http://{HOST}:{self.proxy_port}"


class Demo:
    """A running demo: the Stage that the player and the line chat use."""

    def __init__(self, folder: Path, show: Printer) -> None:
        self.folder = folder
        self.key = DemoKey("", "")
        self.code = ""
        self.children: dict[str, Child] = {}
        self._show = show
        self._http = httpx.AsyncClient(timeout=PAUSE * 40, trust_env=False)
        self._places: Places | None = None
        self._phone: RemotePhone | None = None
        self._exchange: RemoteExchange | None = None
        self._telegram: RemoteTelegram | None = None

    @property
    def phone(self) -> RemotePhone:
        assert self._phone is not None, "start it first"
        return self._phone

    @property
    def telegram(self) -> RemoteTelegram:
        assert self._telegram is not None, "start it first"
        return self._telegram

    @property
    def places(self) -> Places:
        assert self._places is not None, "start it first"
        return self._places

    @property
    def exchange(self) -> RemoteExchange:
        assert self._exchange is not None, "start it first"
        return self._exchange

    @property
    def files(self) -> Path:
        return self.folder / "received"

    def values(self) -> Mapping[str, str]:
        """The code is the newest that the bot has printed; a bot that knows its owner has none."""
        return {"code": self.code, "key": self.key.key, "secret": self.key.secret}

    async def start(self) -> None:
        """Start all three, each when the one before it is ready."""
        self._show("Starting the sandbox, the proxy and the bot …", Tone.NOTE)
        await self._start_sandbox()
        known = (self.folder / "bot" / "bot.db").exists()
        await self._start_proxy()
        await self._wait_for("proxy", self._proxy_answers)
        await self._start_bot()
        if not known:  # a new bot prints a pairing code; one with kept data may know its owner
            await self.children["bot"].said(CODE, READY_SECONDS)

    async def close(self) -> None:
        """End the bot, the proxy and the sandbox, in this order."""
        for child in reversed(self.children.values()):
            await child.end()
        for client in (self._phone, self._telegram, self._exchange, self._http):
            if client is not None:
                await client.aclose()

    def trouble(self) -> str:
        return "\n".join(child.epitaph() for child in self.children.values() if child.died)

    def running(self) -> Mapping[str, bool]:
        return {name: self.children[name].running for name in ("proxy", "bot")}

    async def books(self) -> Books:
        return await self.exchange.books(self.key)

    async def glance(self) -> Json:
        return await self.exchange.glance(self.key)

    async def misbehave(self, who: str, what: str) -> None:
        try:
            await self._misbehave(who, what)
        except ChildTrouble as problem:
            raise StageError(str(problem)) from problem

    async def _misbehave(self, who: str, what: str) -> None:
        match (who, what):
            case ("exchange", _):
                await self.exchange.misbehave(what)
            case ("telegram", "down"):
                await self.phone.take_down()
            case ("telegram", _):
                await self.phone.bring_up()
            case (_, "kill"):
                await self.children[who].kill()
            case ("proxy", _):
                await self.children[who].start()
                await self._wait_for("proxy", self._proxy_answers)
            case ("bot", _):
                await self.children[who].start()

    async def _start_sandbox(self) -> None:
        ready = self.folder / "sandbox.json"
        ready.unlink(missing_ok=True)
        await self._run("sandbox", ["piggybot.sandbox", "--ready-file", str(ready)], {})
        await self._wait_for("sandbox", lambda: _exists(ready))
        told = json.loads(ready.read_text())
        url = f"http://{HOST}:{{}}".format
        self._places = Places(
            exchange=url(told["exchange"]),
            control=url(told["control"]),
            telegram=url(told["telegram"]),
            proxy_port=free_port(),
            bot_token=str(told["telegram_token"]),
        )
        self._phone = RemotePhone(self.places.telegram, YOU.id, YOU.name)
        self._telegram = RemoteTelegram(self.places.telegram)
        self._exchange = RemoteExchange(self.places.control)
        self.key = await self._same_key()

    async def _same_key(self) -> DemoKey:
        """The key of the last demo in this folder, or the sandbox's own, kept for the next."""
        kept = self.folder / "demo-key.json"
        if kept.exists():
            key = DemoKey(*json.loads(kept.read_text()))
            await self.exchange.add_key(key)
            return key
        key = await self.exchange.first_key()
        with os.fdopen(os.open(kept, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump([key.key, key.secret], file)
        return key

    async def _start_proxy(self) -> None:
        settings = {
            "ALLOW_LIVE": "1",
            "EXCHANGE_ORIGIN": self.places.exchange,
            "PROXY_PORT": str(self.places.proxy_port),
            "PIGGY_DATA": str(self.folder),
        }
        await self._run("proxy", ["proxy"], settings)

    async def _start_bot(self) -> None:
        settings = {
            "TELEGRAM_BOT_TOKEN": self.places.bot_token,
            "TELEGRAM_API_URL": self.places.telegram,
            "MEMBER_IDS": str(BOB.id),
            "BACKEND_API_URL": self.places.proxy,
            "PIGGY_DATA": str(self.folder),
        }
        await self._run("bot", ["piggybot", "bot"], settings)

    async def _run(self, name: str, arguments: list[str], settings: Mapping[str, str]) -> None:
        job = Job(name, arguments, own_environment(settings), self.folder)
        self.children[name] = Child(job, self._hear if name == "bot" else None)
        await self.children[name].start()

    def _hear(self, line: str) -> None:
        if hit := CODE.search(line):
            self.code = hit[1]
            self._show(f"Pairing code: type  /start {self.code}", Tone.NOTE)

    async def _wait_for(self, name: str, ready: Callable[[], Awaitable[bool]]) -> None:
        """Return when it is ready; ChildTrouble where it dies before, or takes too long."""
        child, loop = self.children[name], asyncio.get_running_loop()
        end = loop.time() + READY_SECONDS
        while not await ready():
            if child.died:
                await child.ended()
                raise ChildTrouble(child.epitaph())
            if loop.time() > end:
                raise ChildTrouble(f"The {name} has not become ready in {READY_SECONDS:g} s.")
            await asyncio.sleep(PAUSE)

    async def _proxy_answers(self) -> bool:
        try:
            answer = await self._http.get(f"{self.places.proxy}/api/health")
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK


@asynccontextmanager
async def demo(data: Path | None, show: Printer) -> AsyncIterator[Demo]:
    """A started demo, in `data` or in a temporary folder; ended whatever happens inside."""
    with TemporaryDirectory(prefix="piggybot-") if data is None else nullcontext(data) as name:
        folder = Path(name).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stage = Demo(folder, show)
        try:
            await stage.start()
            yield stage
        finally:
            await stage.close()


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


async def _exists(path: Path) -> bool:
    return path.exists()
