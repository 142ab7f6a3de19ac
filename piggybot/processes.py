"""A process of ours as a child: started, listened to, ended, and killed when a script says so.

A child has a session of its own, so that Ctrl-C in the terminal reaches only the parent, which
then ends its children in order. What a child prints is kept for the moment when it dies.

May import: nothing of ours.
"""

import asyncio
import contextlib
import ctypes
import gc
import os
import re
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LINES_KEPT = 200
LAST_WORDS = 12
PATIENCE_SECONDS = 8.0
LONGEST_LINE = 2**20
PARENT = "PIGGY_PARENT"
PR_SET_PDEATHSIG = 1
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


class ChildTrouble(Exception):
    """A child did not start or is not there; the text is a sentence and its last words."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to run: a module of ours, with its own environment and folder."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path | None = None

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", *self.arguments]


class Child:
    """One job; it may be started again after its end."""

    def __init__(self, job: Job, heard: Callable[[str], None] | None = None) -> None:
        self.job = job
        self._heard = heard
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._news = asyncio.Event()
        self._ended_on_purpose = False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def died(self) -> bool:
        """It ended, and nobody here ended it."""
        return self._process is not None and not self.running and not self._ended_on_purpose

    @property
    def pid(self) -> int:
        assert self._process is not None, "start it first"
        return self._process.pid

    def epitaph(self) -> str:
        """That it ended, how, and what it said last."""
        code = None if self._process is None else self._process.returncode
        head = f"The {self.job.name} has ended by itself ({_how(code)})."
        words = list(self._lines)[-LAST_WORDS:]
        if not words:
            return f"{head} It printed nothing."
        return "\n".join([f"{head} Its last lines:", *(f"  {line}" for line in words)])

    async def start(self) -> None:
        """Start it; ChildTrouble where it runs already."""
        if self.running:
            raise ChildTrouble(f"The {self.job.name} runs already.")
        self._lines.clear()
        self._process = await asyncio.create_subprocess_exec(
            *self.job.command,
            env={**self.job.environment, PARENT: str(os.getpid())},
            cwd=self.job.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        self._ended_on_purpose = False
        self._listening = asyncio.create_task(self._listen(self._process))

    async def said(self, pattern: re.Pattern[str], seconds: float) -> re.Match[str]:
        """The newest line that matches; waits for one. ChildTrouble at its death, or in the end."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            self._news.clear()
            for line in reversed(self._lines):
                if hit := pattern.search(line):
                    return hit
            if not self.running:
                raise ChildTrouble(self.epitaph())
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise ChildTrouble(f"The {self.job.name} has not become ready in {seconds:g} s.")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)

    async def ended(self) -> None:
        """Wait until it has ended and all its words are read."""
        if self._process is not None:
            await self._process.wait()
        if self._listening is not None:
            await asyncio.shield(self._listening)

    async def kill(self) -> None:
        """End it as a power cut would: SIGKILL, at once."""
        if not self.running:
            raise ChildTrouble(f"The {self.job.name} does not run.")
        self._send(signal.SIGKILL)
        await self.ended()

    async def end(self, patience: float = PATIENCE_SECONDS) -> None:
        """Ask it to end; insist after a while. Does no harm to one that has ended."""
        if not self.running:
            return
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.ended(), patience)
        except TimeoutError:
            self._send(signal.SIGKILL)
            await self.ended()

    def _send(self, what: signal.Signals) -> None:
        self._ended_on_purpose = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, what)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None, "started with a pipe"
        async for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self._lines.append(line)
            if self._heard is not None:
                self._heard(line)
            self._news.set()
        await process.wait()
        self._news.set()


def end_with_parent() -> None:
    """In a child: be told to end when the parent is lost, which could no longer end it.

    A house that nobody looks after would keep its lock, and a new start would find it taken. Where
    the system has no such call, it lives on.
    """
    parent = os.environ.get(PARENT)
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):  # it was lost before it could be watched
        raise SystemExit(1)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """What is loaded in here stays: to look through it for garbage takes a third of a start, and
    later 50 ms of the event loop each time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def without(package: str) -> Iterator[None]:
    """What is loaded in here goes on as if this were not installed, where it is not loaded yet."""
    found = sys.modules.setdefault(package, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if found is None:
            del sys.modules[package]


def own_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """A clean environment with these settings: nothing of the real set-up leaks into it."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    here = str(Path(__file__).resolve().parent.parent)
    return {**kept, "PYTHONPATH": here, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **settings}


def _how(code: int | None) -> str:
    if code is None:
        return "still running"
    if code < 0:
        return f"signal {-code}"
    return f"exit status {code}"
