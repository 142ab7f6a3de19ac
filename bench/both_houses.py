"""Both houses as processes of their own, for benchmarks; the exchange and Telegram are in this one.

`Witness` stands before the sandbox Telegram and notes when a bot's message comes in, so that what
is measured is the bot and not who looks for its answer.

May import: process, processes, sandbox.
"""

import asyncio
import contextlib
import re
import socket
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

from bench.process import Process
from piggybot.processes import Child, Job, own_environment
from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.serve import ASGIApp, Receive, Scope, Send, Server
from piggybot.sandbox.telegram import TelegramSandbox
from piggybot.sandbox.telegram_shown import NoButton

OWNER = 1001
PATIENCE = 60.0
STEP = 0.002
TOKEN = "proxy-token-of-the-benchmarks-0123456789"
CHAT = re.compile(rb'name="chat_id"\r\n\r\n(\d+)')
"""As a picture brings it."""
REPLIES = ("/sendMessage", "/sendPhoto", "/sendDocument")


class Witness:
    """The sandbox Telegram's app, and when each chat's messages came in."""

    def __init__(self, app: ASGIApp) -> None:
        self.replies: dict[int, deque[tuple[float, str]]] = defaultdict(deque)
        self.count = 0
        self._news = asyncio.Event()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not str(scope.get("path", "")).endswith(REPLIES):
            await self._app(scope, receive, send)
            return
        begun, body = time.perf_counter(), b""

        async def heard() -> MutableMapping[str, Any]:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        await self._app(scope, heard, send)
        said = dict(parse_qsl(body.decode(errors="replace")))
        chat = said.get("chat_id") or CHAT.findall(body)[0]
        self.replies[int(chat)].append((begun, said.get("text", "")))
        self.count += 1
        self._news.set()

    async def reply(self, chat_id: int, text: str = "", seconds: float = PATIENCE) -> float:
        """When the next message to this chat that holds `text` came in; earlier ones are gone."""
        async with asyncio.timeout(seconds):
            while True:
                waiting = self.replies[chat_id]
                while waiting:
                    when, said = waiting.popleft()
                    if text in said:
                        return when
                self._news.clear()
                await self._news.wait()

    async def quiet(self, seconds: float = 3.0) -> None:
        """Return when nothing has come in for a while."""
        before = -1
        while before != self.count:
            before = self.count
            await asyncio.sleep(seconds)


@dataclass
class Outside:
    """What is not ours."""

    telegram: TelegramSandbox = field(default_factory=TelegramSandbox)
    exchange: ExchangeSandbox = field(default_factory=ExchangeSandbox)

    def __post_init__(self) -> None:
        self.witness = Witness(self.telegram.app)
        self.telegram_server = Server(self.witness)
        self.exchange_server = ExchangeServer(self.exchange)
        self.key = self.exchange.add_key()

    async def say(self, person: int, text: str, expect: str = "") -> float:
        """Seconds from the message to the first answer that holds `expect`."""
        self.witness.replies[person].clear()
        begun = time.perf_counter()
        await self.telegram.person(person).say(text)
        return await self.witness.reply(person, expect) - begun

    async def press(self, person: int, label: str) -> None:
        """Press the newest such button as soon as it is there; wait for what the bot says."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(NoButton):
                    self.witness.replies[person].clear()
                    await self.telegram.person(person).press(label)
                    break
                await asyncio.sleep(STEP)
        await self.witness.reply(person)


class Houses:
    """The proxy and the bot, each started when it is asked for."""

    def __init__(self, folder: Path, outside: Outside, members: Sequence[int] = ()) -> None:
        self.outside = outside
        self.port = free_port()
        shared = {"PIGGY_DATA": str(folder), "PROXY_TOKEN": TOKEN}
        self._folder = folder
        self._proxy = shared | {
            "ALLOW_LIVE": "1",
            "EXCHANGE_ORIGIN": outside.exchange_server.url,
            "PROXY_PORT": str(self.port),
            "EXCHANGE_TIMEOUT": "20",
            "MAX_TRADES_PER_DAY": "100000",
        }
        self._bot = shared | {
            "TELEGRAM_BOT_TOKEN": outside.telegram.token,
            "TELEGRAM_API_URL": outside.telegram_server.url,
            "BACKEND_API_URL": f"http://127.0.0.1:{self.port}",
            "TELEGRAM_CHAT_ID": str(OWNER),
            "MEMBER_IDS": ",".join(map(str, members)),
        }
        self.children: dict[str, Child] = {}
        self.heard: Callable[[str], None] | None = None
        """Every line of the bot."""

    async def start_proxy(self) -> None:
        """Return when it answers."""
        await self._start("proxy", ["proxy"], self._proxy)
        await self.answered()

    async def start_bot(self, module: Sequence[str] = ("piggybot", "bot")) -> None:
        """Return when it is a process; it may not listen yet."""
        await self._start("bot", module, self._bot)

    async def start_other(self, name: str, module: str, settings: Mapping[str, str]) -> None:
        await self._start(name, [module], settings)

    def process(self, name: str) -> Process:
        return Process(self.children[name].pid)

    async def answered(self) -> None:
        """Return when the proxy has answered /api/health with 200."""
        async with asyncio.timeout(PATIENCE):
            while not await self._healthy():
                await asyncio.sleep(STEP)

    async def end(self) -> None:
        for child in reversed(self.children.values()):
            await child.end()
            if child.died:
                raise RuntimeError(child.epitaph())

    async def _start(
        self, name: str, arguments: Sequence[str], settings: Mapping[str, str]
    ) -> None:
        environment = own_environment(settings)
        heard = self.heard if name == "bot" else None
        self.children[name] = Child(Job(name, list(arguments), environment, self._folder), heard)
        await self.children[name].start()

    async def _healthy(self) -> bool:
        """By bare sockets: a client's own start must not count."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        head = f"GET /api/health HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        try:
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            return (await reader.readline()).startswith(b"HTTP/1.1 200")
        except OSError:
            return False
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    """The sandbox, listening."""
    world = Outside()
    await world.exchange_server.start()
    await world.telegram_server.start()
    try:
        yield world
    finally:
        await world.exchange.misbehave("ok")
        await world.telegram_server.stop()
        await world.exchange_server.stop()


@contextmanager
def folder() -> Iterator[Path]:
    """On the disk that the project is on: a temporary folder may be in memory."""
    home = Path(".bench").absolute()
    home.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=home) as name:
        yield Path(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
