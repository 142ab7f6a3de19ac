"""`python -m tests.restart.crashing proxy|bot`: the real main, which kills itself at a boundary.

Alone because it is a process of its own. It installs the same listeners as the tests in process;
they only count from the moment when the file CRASH_AT names a boundary, and at that boundary the
process sends itself SIGKILL. Without the file it is the house, and nothing else.

May import: __main__, boundaries, hooks.
"""

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from piggybot.__main__ import main as bot_main
from proxy.__main__ import main as proxy_main
from tests.restart.boundaries import Point, Tape
from tests.restart.hooks import listening

FILE = "CRASH_AT"


def arm(file: Path, point: Point) -> None:
    """Tell the running house where to end; whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(point)))
    fresh.replace(file)


class Suicide:
    """The Fate of a house that has a process of its own."""

    def __init__(self, file: Path) -> None:
        self._file = file
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


def main() -> int | None:
    house = sys.argv[1]
    with listening(Suicide(Path(os.environ[FILE]))):
        if house == "proxy":
            return proxy_main()
        sys.argv = ["piggybot", "bot"]
        return bot_main()


if __name__ == "__main__":
    sys.exit(main())
