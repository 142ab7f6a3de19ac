"""What the desk, the resolver and the accounts share, so that each is built from one value.

May import: errors, known, records, stopgate, store, vault, venue, wire.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from migrations.database import Door
from proxy.errors import Denied, ProxyError
from proxy.known import checked
from proxy.records import Book
from proxy.stopgate import StopGate
from proxy.store import Store
from proxy.vault import Vault
from proxy.venue import Venue
from proxy.wire import Limits

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class LiveRules:
    """The operator's word on live trading: ALLOW_LIVE and LIVE_CONFIRM_TOKEN."""

    allowed: bool
    confirm_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """The proxy's parts. `limits` are the operator's."""

    store: Store
    door: Door
    gate: StopGate
    venues: Mapping[str, Venue]
    paper: Mapping[str, Venue]
    vault: Vault
    limits: Limits
    live: LiveRules
    clock: Clock
    monotonic: Monotonic = time.monotonic
    """Seconds that no step of the wall clock changes."""

    def venue(self, exchange: str, book: Book) -> Venue:
        """Where orders of this book go; Denied for an exchange that is not supported."""
        found = (self.paper if book is Book.PAPER else self.venues).get(exchange)
        if found is None:
            checked(exchange)
            raise Denied("unsupported_exchange", "That exchange is not set up here.")
        return found


class Tasks:
    """Work that outlives its caller: a client that hangs up does not cancel an order."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` as a task of its own."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def idle(self) -> None:
        """Wait until nothing runs."""
        while self._running:
            await asyncio.wait(set(self._running))

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        failure = None if task.cancelled() else task.exception()
        # A refusal is an answer to whoever asked; anything else must be seen even if nobody waits.
        if failure is not None and not isinstance(failure, ProxyError):
            log.error("work of the proxy failed", exc_info=failure)


class Flights:
    """Orders that are between their reservation and their answer, in this process."""

    def __init__(self) -> None:
        self._users: dict[str, list[str]] = {}
        self._changed = asyncio.Event()

    @contextmanager
    def of(self, user_id: str, client_id: str) -> Iterator[None]:
        """While this lasts, the order is in flight."""
        self._users.setdefault(client_id, []).append(user_id)
        try:
            yield
        finally:
            self._users[client_id].remove(user_id)
            if not self._users[client_id]:
                del self._users[client_id]
            self._changed.set()
            self._changed = asyncio.Event()

    def __contains__(self, client_id: str) -> bool:
        return client_id in self._users

    def count(self, user_id: str | None) -> int:
        """How many orders of this user (None: of all) are in flight."""
        return sum(user_id is None or user_id in users for users in self._users.values())

    async def landed(self, user_id: str | None) -> None:
        """Wait until none is."""
        while self.count(user_id):
            await self._changed.wait()
