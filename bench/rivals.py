"""Rivals for the benchmark of backtests: made in environments of their own, and told what to do.

May import: nothing of ours.
"""

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parent / "rival.py"
INSTALL_SECONDS = 900


class Missing(Exception):
    """Why a rival does not run; a sentence."""


@dataclass(frozen=True, slots=True)
class Trades:
    """The candles at whose opens its ended trades began and ended."""

    entries: list[int]
    exits: list[int]


def installed(folder: Path, name: str) -> Path:
    """The Python that has this package; made in `folder` where it is not there yet."""
    python = folder / name / "bin" / "python"
    if not _has(python, name):
        sys.stdout.write(f"Installing {name} into {folder / name} (once) …\n")
        sys.stdout.flush()
        venv.create(folder / name, with_pip=True, clear=True)
        _pip(python, name)
    if not _has(python, name):
        raise Missing(f"{name} was installed and cannot be imported.")
    return python


def _has(python: Path, name: str) -> bool:
    if not python.exists():
        return False
    command = [python, "-W", "ignore", "-c", f"import {name}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _pip(python: Path, name: str) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"{name} was not installed within {INSTALL_SECONDS} s.") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Missing(f"{name} could not be installed: {last}")


class Rival:
    """A rival's process, with its candles loaded."""

    def __init__(self, python: Path, name: str, candles: Path) -> None:
        self.name = name
        command = [str(python), "-W", "ignore", str(SCRIPT), name, str(candles)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.version = self._answer()["version"]

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    def run(self, what: str) -> float:
        """One round; its seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._answer()["seconds"]

    def end(self) -> Trades:
        """Its trades, and its end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        told = self._answer()
        self._process.wait()
        return Trades(told["entries"], told["exits"])

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Missing(f"{self.name} ended by itself (status {self._process.wait()}).")
        return json.loads(line)
