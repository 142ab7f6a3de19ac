"""The recipes done step by step in an empty folder, with the very commands that they name.

An absolute path of a recipe becomes one below that folder, a port a free one, and the name of the
proxy's container this machine; nothing else is changed. As root each process runs as a user of its
own, as it would there.

May import: nothing of ours.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.recipes import ROOT, Line, environment, let_in

PLACES = re.compile(
    r"(?<![\w.])(/src|/opt/piggybot|/data|/line|/var/lib|/etc/piggybot|/etc/systemd/system)"
    r"(?=[/\s:\";]|$)"
)
SYSTEM = "/usr/local/bin:/usr/bin:/bin"
ROOT_USER = os.getuid() == 0
PATIENCE = 60.0
PAUSE = 0.2
CONFINED = """
import ctypes, os, sys
prctl = ctypes.CDLL(None).prctl
prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG: it ends with the test
prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, as NoNewPrivileges=yes does
prctl(65, 1, 0, 0, 0)  # PR_SET_MDWE, as MemoryDenyWriteExecute=yes does
os.execvpe(sys.argv[1], sys.argv[1:], os.environ)
"""


@dataclass
class Place:
    """An empty folder that stands for a machine; `moved` says where a volume is instead."""

    folder: Path
    port: int
    moved: Mapping[str, str] = field(default_factory=dict)

    def path(self, absolute: str) -> Path:
        top = next((one for one in self.moved if absolute.startswith(one)), "")
        if top:
            return self.folder / self.moved[top] / absolute.removeprefix(top).lstrip("/")
        return self.folder / absolute.lstrip("/")

    def here(self, text: str) -> str:
        """The text with its places, its port and its host moved into this folder."""
        text = PLACES.sub(lambda hit: str(self.path(hit[1])), text)
        return re.sub(r"//proxy:", "//localhost:", text).replace(":8000", f":{self.port}")

    def all_here(self, command: Sequence[str]) -> list[str]:
        return [self.here(one) for one in command]

    def keep(self, path: str, user: int) -> None:
        """Make a private folder of that user, as a volume or a StateDirectory is made."""
        folder = self.path(path)
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        if ROOT_USER:
            os.chown(folder, user, user)


def build(place: Place, lines: Sequence[Line]) -> None:
    """Do COPY and RUN of an image, in order. What another stage has made must be there already."""
    work = "/"
    for at, line in enumerate(lines):
        match line.name:
            case "WORKDIR":
                work = line.text
                place.path(work).mkdir(parents=True)
            case "COPY" if line.text.startswith("--from="):
                source, target = line.text.split()[1:]
                assert source == target
                assert place.path(source).is_dir()
            case "COPY":
                source, target = line.text.split()
                _copy(source, place.path(work) / place.here(target))
            case "RUN":
                words = place.here(line.command[-1])
                words = words if ROOT_USER else words.replace("10001", str(os.getuid()))
                known = os.environ | environment(lines[:at], SYSTEM)
                run(["/bin/sh", "-c", words], known, place.path(work))
            case "ENV" | "USER" | "CMD" | "HEALTHCHECK":
                continue
            case unknown:
                raise AssertionError(f"do {unknown} here, too")


def _copy(source: str, target: Path) -> None:
    names = let_in() if source == "." else [source]
    assert set(names) <= set(let_in())
    for name in names:
        to = target / name if source == "." else target
        to.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, to)


def run(
    command: Sequence[str], env: Mapping[str, str], folder: Path, user: int | None = None
) -> str:
    """What the command prints; it must succeed."""
    status, said = tried(command, env, folder, user)
    assert status == 0, f"{command}: exit status {status}\n{said}"
    return said


def tried(
    command: Sequence[str], env: Mapping[str, str], folder: Path, user: int | None = None
) -> tuple[int, str]:
    """Exit status and words of the command."""
    done = subprocess.run(
        command,
        env=env,
        cwd=folder,
        user=user if ROOT_USER else None,
        group=user if ROOT_USER else None,
        extra_groups=[] if ROOT_USER and user else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )
    return done.returncode, done.stdout


@dataclass
class House:
    """One service or unit: its command, its environment, its user, how it is looked after."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    user: int
    log: Path
    python: Path
    healthy: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.python), "-c", CONFINED, *self.command],
                env=self.env,
                cwd="/",
                user=self.user if ROOT_USER else None,
                group=self.user if ROOT_USER else None,
                extra_groups=[] if ROOT_USER else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait(self.healthy)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Look again and again, as whoever runs it does, until it is so."""
        assert self.process is not None, "start it first"
        end = time.monotonic() + PATIENCE
        while not ready():
            assert self.process.poll() is None, f"{self.name} has ended:\n{self.said()}"
            assert time.monotonic() < end, f"{self.name} is not ready:\n{self.said()}"
            time.sleep(PAUSE)

    def stop(self) -> int:
        """Its exit status after SIGTERM."""
        assert self.process is not None, "start it first"
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def send(self, what: signal.Signals) -> None:
        assert self.process is not None, "start it first"
        self.process.send_signal(what)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace")
