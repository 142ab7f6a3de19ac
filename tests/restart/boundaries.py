"""Boundaries of an order's path: every commit and every await on the wire, as they are passed.

Alone because it is the instrument that the restart tests trust: it lists nothing by hand. It
counts what the houses do, and can end a house at one chosen boundary. It knows no test.

May import: nothing of ours.
"""

import threading
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

BOT, PROXY, OUTSIDE = "bot", "proxy", "outside"
BOTH = (PROXY, BOT)
BEFORE, DONE, AFTER = "before", "done, not answered", "after"
ASIDE = (
    "Telegram getUpdates",
    "Telegram getWebhookInfo",
    "Telegram setMyCommands",
    "Telegram sendChatAction",
    "proxy GET /api/health",
    "exchange GET /api/v3/exchangeInfo",
    "exchange GET /api/v3/time",
    "commit of nothing",
)
"""What the houses do without any order, on their own clock; and a commit after only reading, which
leaves nothing behind that a restart could meet."""
REPEATED = (
    "proxy GET /api/orders/{id}",
    "exchange GET /api/v3/order",
    "exchange GET /api/v3/myTrades",
)
"""Questions that are asked until there is an answer: only their first counts as a boundary."""


HOUSE: ContextVar[str] = ContextVar("house", default=OUTSIDE)
"""Whose work the present task is, where houses share a process."""


class Dead(BaseException):
    """The process has ended here: no handler of a house may see this."""


@dataclass(frozen=True, slots=True)
class Point:
    """One boundary: whose, of what, on which side of it, and the how-manieth in this run."""

    house: str
    what: str
    when: str
    number: int

    def __str__(self) -> str:
        nth = "" if self.number == 1 else f" #{self.number}"
        return f"{self.house}: {self.when} {self.what}{nth}"


class Tape:
    """Counts boundaries from `run` on, and tells when the chosen one is passed."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._fuse: Point | None = None
        self._running = False
        self._lock = threading.Lock()

    @property
    def waiting(self) -> bool:
        """Whether the chosen boundary has not been passed."""
        return self._fuse is not None

    def run(self, fuse: Point | None = None) -> None:
        """Begin to count anew."""
        with self._lock:
            self.points, self._counts = [], Counter()
            self._fuse, self._running = fuse, True

    def stop(self) -> None:
        with self._lock:
            self._fuse, self._running = None, False

    def passed(self, house: str, what: str, when: str) -> bool:
        """One boundary is passed; True where it is the chosen one."""
        if what in ASIDE:
            return False
        with self._lock:
            if not self._running:
                return False
            key = (house, what, when)
            self._counts[key] += 1
            if what in REPEATED and self._counts[key] > 1:
                return False
            point = Point(house, what, when, self._counts[key])
            self.points.append(point)
            if point != self._fuse:
                return False
            self._fuse = None
            return True


class Fate(Protocol):
    """What happens at a boundary. `own` is the house whose code runs there."""

    def alive(self, own: str) -> None:
        """Raise Dead in a house that has ended."""

    def in_thread(self, own: str, what: str, when: str) -> None:
        """A commit, in the thread of the store."""

    async def on_wire(self, own: str, house: str, what: str, when: str) -> None:
        """A request of `house`, in the event loop."""
