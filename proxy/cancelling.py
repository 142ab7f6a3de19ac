"""Cancelling what is open at a venue: for a stop, and where a market order stays open too long.

Alone because both take one way, and it is never gated: a cancel can only end an order, and what
was executed by then is asked for and kept.

May import: conclusion, errors, fees, parts, records, wire.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from proxy.conclusion import after_ask
from proxy.errors import ProxyError
from proxy.fees import valued
from proxy.parts import Parts
from proxy.records import Entry
from proxy.wire import OPEN_FOR, Status

log = logging.getLogger(__name__)

LONGEST_PAUSE = 15


def is_open_too_long(entry: Entry, now: datetime) -> bool:
    """Whether this order, which is open, should have been over long ago."""
    return now - (entry.sent_at or entry.created) >= OPEN_FOR


@dataclass(slots=True)
class _Pause:
    """How many looks to let pass before one order is cancelled again: 0, 1, 3, 7, then 15."""

    length: int = 0
    left: int = 0

    def is_over(self) -> bool:
        """One look; if the time has come, the next pause begins."""
        if self.left:
            self.left -= 1
            return False
        self.length = self.left = min(2 * self.length + 1, LONGEST_PAUSE)
        return True


class Cancelling:
    """Cancels orders, and remembers how long to wait before each is cancelled again."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._pauses: dict[str, _Pause] = {}

    async def again(self, entries: Sequence[Entry]) -> list[Entry]:
        """One look at all that is to be cancelled: those whose pause is over are, if they can be.

        Which of them ended cancelled?
        """
        pauses = {one.client_id: self._pauses.get(one.client_id) or _Pause() for one in entries}
        self._pauses = pauses
        return await self.now([entry for entry in entries if pauses[entry.client_id].is_over()])

    async def now(self, entries: Sequence[Entry]) -> list[Entry]:
        """Which of them ended cancelled. What fails for one is logged, and holds up no other."""
        results = await asyncio.gather(*map(self._cancel, entries), return_exceptions=True)
        for entry, result in zip(entries, results, strict=True):
            if isinstance(result, BaseException):
                log.error("cancelling %s failed: %s", entry.client_id, type(result).__name__)
        return [one for one, result in zip(entries, results, strict=True) if result is True]

    async def _cancel(self, entry: Entry) -> bool:
        """Cancel what is open of one order, never gated; True where that ended it cancelled."""
        try:
            venue = self._parts.venue(entry.exchange, entry.book)
            report = await venue.cancel(entry.placement())
            report = await valued(report, entry.placement().market, venue)
        except ProxyError as refused:
            log.warning("cancelling %s: %s", entry.client_id, refused.code)
            return False
        now = self._parts.clock()
        settle = self._parts.store.journal.settle
        after = await self._parts.door(
            settle, entry.client_id, lambda known: after_ask(known, report, now)
        )
        return after.status is Status.CANCELED
