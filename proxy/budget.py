"""The one budget of requests to a venue from this computer: who may still ask this minute.

A venue counts weights per IP address and minute, and bans who goes beyond. All that asks or acts
shares one budget, and each purpose stops at a share of its own, so that candles paged back by the
thousand never delay an order: the last fifth is for orders, questions about them, and stops.

May import: errors.
"""

import math
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum

from proxy.errors import VenueUnavailable

MINUTE = 60.0
USED = "x-mbx-used-weight-1m"


class Purpose(Enum):
    """Why a venue is asked: up to which per cent of the minute's weight, and for how long it waits.

    It waits for as many seconds as it has patience, and not at all where that would not help.
    """

    HISTORY = (50, 10.0)
    """Candles of the past."""
    LOOK = (80, 5.0)
    """Prices, balances, rules, the newest candles."""
    ASK = (90, 5.0)
    """What became of an order."""
    ACT = (100, 0.0)
    """An order, its cancelling, and the venue's clock, of whose wrong time it would be refused."""

    @property
    def percent(self) -> int:
        return self.value[0]

    @property
    def patience(self) -> float:
        return self.value[1]


_purpose: ContextVar[Purpose] = ContextVar("purpose", default=Purpose.LOOK)


@contextmanager
def asking(purpose: Purpose) -> Iterator[None]:
    """Whatever this task asks meanwhile is for this purpose."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


def purpose() -> Purpose:
    """What this task asks for now."""
    return _purpose.get()


@dataclass(frozen=True, slots=True)
class Weights:
    """A venue's own count: of a minute, of each request, and of one that is not listed."""

    a_minute: int
    of: Mapping[str, int]
    otherwise: int

    def weight(self, method: str, path: str) -> int:
        return self.of.get(f"{method} {path}", self.otherwise)


BINANCE = {
    "GET ping": 1,
    "GET time": 1,
    "GET exchangeInfo": 20,
    "GET klines": 2,
    "GET ticker/price": 2,
    "GET account": 20,
    "GET account/apiRestrictions": 1,
    "GET order": 4,
    "GET openOrders": 6,
    "GET allOrders": 20,
    "GET myTrades": 20,
    "POST order": 1,
    "POST order/test": 1,
    "DELETE order": 1,
}
"""binance/binance-spot-api-docs:rest-api.md. ccxt gives these, divided by 5, to both venues."""
BINANCE_US = {
    **BINANCE,
    "GET exchangeInfo": 10,
    "GET klines": 1,
    "GET ticker/price": 1,
    "GET account": 10,
    "GET order": 2,
    "GET openOrders": 3,
    "GET allOrders": 10,
    "GET myTrades": 10,
}
WEIGHTS = {
    "binanceus": Weights(1200, BINANCE_US, 10),
    "binance": Weights(6000, BINANCE, 20),
}
UNBOUNDED = Weights(10**12, {}, 1)
"""For a venue that bans nobody, such as the sandbox."""


class Budget:
    """Weight spent in the last minute, by our own count and by the venue's, whichever is more."""

    def __init__(
        self,
        weights: Weights,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._weights = weights
        self._monotonic = monotonic
        self._sleep = sleep
        self._spent: deque[tuple[float, int]] = deque()
        self._own = 0
        """What `_spent` adds up to."""
        self._said, self._said_at, self._since = 0, -MINUTE, 0

    def weight(self, method: str, path: str) -> int:
        """What one request counts."""
        return self._weights.weight(method, path)

    async def spend(self, weight: int, title: str) -> None:
        """Count a request, once there is room for it; VenueUnavailable where that takes long."""
        wanted = purpose()
        until = self._monotonic() + wanted.patience
        while wait := self._wait(weight, wanted):
            if self._monotonic() + wait > until:
                raise VenueUnavailable(
                    "venue_busy",
                    f"{title} may be asked only so much a minute, and a reserve is kept for "
                    f"orders; there is room for this in {math.ceil(wait)} s.",
                    "Nothing was sent. Try again after that.",
                )
            await self._sleep(wait)
        self._spent.append((self._monotonic(), weight))
        self._own += weight
        self._since += weight

    def told(self, headers: Mapping[str, str]) -> None:
        """What the venue says that this computer has used: others on it count too."""
        said = next((value for name, value in headers.items() if name.lower() == USED), "")
        if said.isascii() and said.isdigit():
            self._said, self._said_at, self._since = int(said), self._monotonic(), 0

    def _wait(self, weight: int, wanted: Purpose) -> float:
        """Seconds until there is room, as far as is known now; 0: there is."""
        now = self._monotonic()
        while self._spent and now - self._spent[0][0] >= MINUTE:
            self._own -= self._spent.popleft()[1]
        room = self._weights.a_minute * wanted.percent // 100 - weight
        own, wait = self._own, 0.0
        for when, spent in self._spent:
            if own <= room:
                break
            own -= spent
            wait = when + MINUTE - now
        if self._said + self._since > room:
            wait = max(wait, self._said_at + MINUTE - now)
        return wait
