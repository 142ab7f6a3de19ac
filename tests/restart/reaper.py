"""Ends houses that share a process, at a chosen boundary, as a killed process ends.

Alone because "abruptly" must be right before any test of it counts: from the boundary on nothing
of an ended house commits, sends or answers; what it has committed stays, what it has sent is on
its way.

May import: boundaries.
"""

import asyncio
import threading
from collections.abc import Callable

from tests.restart.boundaries import Dead, Point, Tape

FUNERAL_SECONDS = 60.0


class Reaper:
    """The Fate of houses that share a process: ends those that a boundary was chosen for."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.died = asyncio.Event()
        self._buried = asyncio.Event()
        self._buried_too = threading.Event()
        self._dead: set[str] = set()
        self._victims: frozenset[str] = frozenset()
        self._loop = asyncio.get_running_loop()
        self.cut: dict[str, Callable[[], None]] = {}
        """How each house's own sockets are closed at once, without a word."""

    def choose(self, fuse: Point | None, *victims: str) -> None:
        self._victims = frozenset(victims)
        for event in (self.died, self._buried, self._buried_too):
            event.clear()
        self.tape.run(fuse)

    def end(self, *houses: str) -> None:
        """They are dead from here on."""
        self._dead |= set(houses)

    def survivors_go_on(self) -> None:
        """Whoever waits at the boundary without being a victim."""
        self._buried.set()
        self._buried_too.set()

    def raise_again(self, house: str) -> None:
        """A new process of this house."""
        self._dead.discard(house)

    def alive(self, own: str) -> None:
        if own in self._dead:
            raise Dead

    def in_thread(self, own: str, what: str, when: str) -> None:
        if self._dies(own, what, when):
            self._loop.call_soon_threadsafe(self._fall)
            self.alive(own)
            assert self._buried_too.wait(FUNERAL_SECONDS), "nobody was buried"

    async def on_wire(self, own: str, house: str, what: str, when: str) -> None:
        if self._dies(house, what, when):
            self._fall()
            self.alive(own)
            await self._buried.wait()
        self.alive(own)

    def _dies(self, house: str, what: str, when: str) -> bool:
        if not self.tape.passed(house, what, when):
            return False
        self._dead |= self._victims
        return True

    def _fall(self) -> None:
        for house in self._victims:
            self.cut[house]()
        self.died.set()
