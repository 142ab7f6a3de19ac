"""How a real process kills itself at a boundary.

Alone because the two launchers share it: crashing_proxy and crashing_bot are the real mains under
the same listeners as the tests in process. They only count from the moment when the file CRASH_AT
names a boundary, and at that boundary the process sends itself SIGKILL. Without the file each is
its house, and nothing else.

May import: boundaries.
"""

import json
import os
import signal
from dataclasses import asdict
from pathlib import Path

from tests.restart.boundaries import Point, Tape

FILE = "CRASH_AT"


def arm(file: Path, point: Point) -> None:
    """Tell the running house where to end; whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(point)))
    fresh.replace(file)


class Suicide:
    """The Fate of a house that has a process of its own."""

    def __init__(self) -> None:
        self._file = Path(os.environ[FILE])
        self._tape = Tape()
        self._armed = False

    def alive(self, own: str) -> None:
        """A killed process needs no telling."""

    def in_thread(self, own: str, what: str, when: str) -> None:
        self._pass(own, what, when)

    async def on_wire(self, own: str, house: str, what: str, when: str) -> None:
        self._pass(house, what, when)

    def _pass(self, house: str, what: str, when: str) -> None:
        if not self._armed and self._file.exists():
            self._tape.run(Point(**json.loads(self._file.read_text())))
            self._armed = True
        if self._tape.passed(house, what, when):
            os.kill(os.getpid(), signal.SIGKILL)
