"""Sandbox and proxy as processes of their own, as in life, for benchmarks that talk to them.

May import: demo, processes.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from piggybot.demo import HOST, free_port
from piggybot.processes import Child, Job, own_environment

READY_SECONDS = 60.0
PAUSE = 0.02
OK = 200
TICK = os.sysconf("SC_CLK_TCK")
TOKEN = "a-token-for-the-benchmark-and-nothing-else"
"""At least as long as the proxy wants it."""


@dataclass(frozen=True, slots=True)
class Houses:
    """Where they listen, and the process that is measured."""

    exchange: str
    control: str
    proxy: str
    proxy_process: Child
    http: aiohttp.ClientSession

    async def at_sandbox(self, path: str, body: Mapping[str, Any]) -> Any:
        """The exchange's other side; what it answers."""
        async with self.http.post(f"{self.control}{path}", json=body) as answer:
            return await _told(answer)

    async def at_proxy(self, path: str, body: Mapping[str, Any]) -> Any:
        """The proxy's HTTP, as the bot calls it; what it answers."""
        async with self.http.post(f"{self.proxy}{path}", json=body) as answer:
            return await _told(answer)


def cpu_seconds(child: Child) -> float:
    """What a process has worked so far: user and system."""
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@asynccontextmanager
async def started(settings: Mapping[str, str]) -> AsyncIterator[Houses]:
    """Both, in a folder here that goes away with them; `settings` are the proxy's."""
    with TemporaryDirectory(dir=".") as place:
        folder, children = Path(place).resolve(), list[Child]()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        line = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(headers=headers, connector=line) as http:
            try:
                yield await _start(folder, settings, children, http)
            finally:
                for child in reversed(children):
                    await child.end()


async def _start(
    folder: Path, settings: Mapping[str, str], children: list[Child], http: aiohttp.ClientSession
) -> Houses:
    ready, port = folder / "sandbox.json", free_port()
    sandbox = await _run("sandbox", ["piggybot.sandbox", "--ready-file", str(ready)], {}, folder)
    children.append(sandbox)
    async with asyncio.timeout(READY_SECONDS):
        while not ready.exists():
            await asyncio.sleep(PAUSE)
    ports = json.loads(ready.read_text())
    exchange, control = (f"http://{HOST}:{ports[name]}" for name in ("exchange", "control"))
    own = {
        "EXCHANGE_ORIGIN": exchange,
        "PROXY_PORT": str(port),
        "PROXY_TOKEN": TOKEN,
        "PIGGY_DATA": str(folder),
    }
    proxy = await _run("proxy", ["proxy"], own | dict(settings), folder)
    children.append(proxy)
    address = f"http://{HOST}:{port}"
    async with asyncio.timeout(READY_SECONDS):
        while not await _answers(http, address):
            assert proxy.running, proxy.epitaph()
            await asyncio.sleep(PAUSE)
    return Houses(exchange, control, address, proxy, http)


async def _run(name: str, module: list[str], settings: Mapping[str, str], folder: Path) -> Child:
    child = Child(Job(name, module, own_environment(settings), folder))
    await child.start()
    return child


async def _answers(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(f"{address}/api/health") as answer:
            told = await answer.json()
    except aiohttp.ClientConnectionError:
        return False
    return bool(answer.status == OK and not told["recovering"])


async def _told(answer: aiohttp.ClientResponse) -> Any:
    told = await answer.json()
    assert answer.status == OK, f"{answer.url.path}: {answer.status} {told}"
    return told
