"""The line to a venue: one request over HTTP, gated at the last moment, never redirected.

Alone, because it is the only place that writes to a socket of a venue: what it does not let through
does not leave. It knows no ccxt; what ccxt has signed passes through `Line.exchange`.

May import: budget, connecting, errors, outcome, venue.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
from aiohttp.client_reqrep import ClientRequest, ClientResponse
from aiohttp.connector import Connection
from yarl import URL

from proxy.budget import Budget
from proxy.connecting import Connector
from proxy.errors import GateClosed, VenueUnavailable
from proxy.outcome import Answer, Failure
from proxy.venue import Gate

Clock = Callable[[], datetime]
Monotonic = Callable[[], float]
Opener = Callable[[], tuple[str, str]]
"""Gives (API key, secret), opened now; raises KeyRefused or NoKey."""

OFFICIAL = {
    "binanceus": frozenset({"https://api.binance.us"}),
    "binance": frozenset({"https://api.binance.com"}),
}
TESTNET = "https://testnet.binance.vision"
ORDER_PATH = "/api/v3/order"
BANS = {429: 60, 418: 120}
LONGEST_BAN = 3 * 24 * 3600


class Answered(Exception):
    """An answer that ccxt must not read. Carries no text: it may hold anything."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class Call:
    """One signed or raw request in the making, and how far it came."""

    open: Opener | None = field(default=None, repr=False)
    gate: Gate | None = None
    passed: bool = False
    """The gate has let it through: from here on bytes may have left."""


_call: ContextVar[Call | None] = ContextVar("call", default=None)


def current() -> Call | None:
    """The call that requests of this task belong to."""
    return _call.get()


@contextmanager
def calling(call: Call) -> Iterator[Call]:
    """Requests of this task belong to `call`."""
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


class GatedRequest(ClientRequest):
    """The last moment before the first byte: the connection stands, nothing is written."""

    async def send(self, conn: Connection) -> ClientResponse:
        call = _call.get()
        if call is not None:
            if call.gate is not None:
                call.gate()
            call.passed = True
        return await super().send(conn)


class Line:
    """The one way to a venue from this computer: its origin, sessions, bans, and budget."""

    def __init__(
        self, name: str, origin: str, timeout: float, monotonic: Monotonic, budget: Budget
    ) -> None:
        self.budget = budget
        self.expected = OFFICIAL[name]
        self.origin = TESTNET if origin == "testnet" else origin
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._monotonic = monotonic
        self._banned_until = 0.0
        """By a clock that cannot be set: a step of the other must not prolong it."""
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    @property
    def sandbox(self) -> bool:
        return bool(self.origin)

    @property
    def tells_permissions(self) -> bool:
        """The test net has no endpoint for a key's rights."""
        return self.origin != TESTNET

    def check_free(self, title: str) -> None:
        """VenueUnavailable(venue_busy) while the venue has asked us to pause."""
        left = math.ceil(self._banned_until - self._monotonic())
        if left <= 0:
            return
        raise VenueUnavailable(
            "venue_busy",
            f"{title} has asked this computer to pause; {left} s are left.",
            "Nothing was sent. Try again after that.",
        )

    def rewritten(self, url: str) -> str:
        """The URL at our origin; refused where ccxt would talk to a host that nobody expects."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.expected:
            raise VenueUnavailable("unexpected_host", f"Refused to talk to {parts.netloc}.")
        return (self.origin or origin) + url[len(origin) :]

    async def exchange(
        self, method: str, url: str, headers: dict[str, str] | None, body: str | None
    ) -> Answer:
        """Send one request, once, and bring back whatever there is. GateClosed goes through."""
        call = _call.get() or Call()
        is_order = method == "POST" and urlsplit(url).path == ORDER_PATH
        if is_order and (call.gate is None or call.passed):
            raise GateClosed("no_gate", "An order without its gate is not sent.")
        target = URL(self.rewritten(url), encoded=True)
        session = self._session(fresh=is_order)
        data = body.encode() if body else None
        try:
            async with session.request(
                method, target, data=data, headers=headers, allow_redirects=False
            ) as response:
                answer = Answer(response.status, dict(response.headers), await response.read())
        except aiohttp.ClientConnectorError:
            return Answer(failure=Failure.LOST if call.passed else Failure.UNSENT)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            sent = call.passed or not is_order
            return Answer(failure=Failure.LOST if sent else Failure.UNSENT)
        self.budget.told(answer.headers)
        self._note_ban(answer)
        return answer

    def open_ahead(self) -> None:
        """Begin to open the connection that the next order leaves by."""
        connector = self._session(fresh=True).connector
        if isinstance(connector, Connector) and self._monotonic() >= self._banned_until:
            connector.open_ahead()

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        """Orders get a new connection each: one kept alive may be dead already."""
        if fresh not in self._sessions:
            self._sessions[fresh] = aiohttp.ClientSession(
                connector=self._fresh() if fresh else aiohttp.TCPConnector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                request_class=GatedRequest,
                timeout=self._timeout,
                trust_env=False,
            )
        return self._sessions[fresh]

    def _fresh(self) -> Connector:
        return Connector(self.origin or min(self.expected), self._timeout)

    def _note_ban(self, answer: Answer) -> None:
        seconds = BANS.get(answer.status)
        if seconds is None:
            return
        said = answer.headers.get("Retry-After", "")
        if said.isascii() and said.isdigit():
            seconds = min(int(said), LONGEST_BAN)
        self._banned_until = max(self._monotonic() + seconds, self._banned_until)
