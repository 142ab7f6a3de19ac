"""Real processes whose modules are loaded already: forked from a server that has loaded them once.

Alone because a house takes more than a second to load and is killed and started again and again.
Each is a process of its own, with its own session, environment and folder, ended by a signal.

May import: crashing_bot, crashing_proxy.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

LAST_WORDS = 30
STEP = 0.01
PATIENCE_SECONDS = 30.0
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.restart.crashing_proxy", "tests.restart.crashing_bot"])


@dataclass(frozen=True, slots=True)
class Job:
    """What to run, and in which environment and folder."""

    name: str
    run: Callable[[], None]
    environment: Mapping[str, str]
    folder: Path

    @property
    def words(self) -> Path:
        """Where all that it prints goes."""
        return self.folder / f"{self.name}.words"


class Fork:
    """One job; it may be started again after its end."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._process: ForkServerProcess | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.is_alive()

    async def start(self) -> None:
        assert not self.running, f"the {self._job.name} runs already"
        self._process = SERVER.Process(target=_become, args=(self._job,))
        self._process.start()

    async def kill(self) -> None:
        """End it as a power cut would: SIGKILL, at once."""
        self._send(signal.SIGKILL)
        await self.ended()

    async def end(self) -> None:
        """Ask it to end, and wait."""
        if self.running:
            self._send(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.ended()

    async def ended(self) -> None:
        """Wait until it has ended."""
        while self.running:
            await asyncio.sleep(STEP)

    @property
    def killed(self) -> bool:
        """Whether SIGKILL has ended it."""
        return self._process is not None and self._process.exitcode == -signal.SIGKILL

    def epitaph(self) -> str:
        """How it stands with it, and what it said last."""
        code = None if self._process is None else self._process.exitcode
        said = self._job.words.read_text(errors="replace") if self._job.words.exists() else ""
        last = "\n".join(said.splitlines()[-LAST_WORDS:])
        return f"the {self._job.name}, exit {code}, said last:\n{last}"

    def _send(self, what: signal.Signals) -> None:
        assert self._process is not None and self._process.pid is not None, "start it first"
        os.kill(self._process.pid, what)


def _become(job: Job) -> None:
    """Be this job, and nothing of what the server was."""
    os.setsid()
    os.chdir(job.folder)
    os.environ.clear()
    os.environ.update(job.environment)
    with job.words.open("ab") as words:
        os.dup2(words.fileno(), 1)
        os.dup2(words.fileno(), 2)
    job.run()
