"""The day, looked after without an order: its first check soon after midnight, and its loss.

A position loses money also while nobody trades; live then ends by itself.

May import: errors, modes, parts, records, risk, valuation, wire.
"""

import logging

from proxy.errors import Denied
from proxy.modes import Modes
from proxy.parts import Parts
from proxy.records import Account
from proxy.risk import check_loss, effective
from proxy.valuation import Valuer
from proxy.wire import Mode

log = logging.getLogger(__name__)

EVERY = 60.0


class DayWatch:
    """Looks at every account that holds something, once a minute."""

    def __init__(self, parts: Parts, valuer: Valuer, modes: Modes) -> None:
        self._parts = parts
        self._valuer = valuer
        self._modes = modes
        self._due = parts.monotonic()

    async def look(self) -> None:
        """One look, if it is time."""
        now = self._parts.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        for account in await self._parts.door(self._parts.store.accounts.everyone):
            try:
                await self._look_at(account)
            except Exception:
                # Whatever broke for one account, the others are looked at.
                log.exception("looking at the day of account %s failed", account.user_id)

    async def _look_at(self, account: Account) -> None:
        now, book = self._parts.clock(), account.book
        journal, day = self._parts.store.journal, now.date()
        books = await self._parts.door(journal.books, account, book, day)
        if not books.held and not books.moved:
            return
        pnl = await self._valuer.pnl(books, book)
        books = await self._parts.door(journal.books, account, book, day)
        if pnl is None or books.day_start is None or account.mode is not Mode.LIVE:
            return
        try:
            check_loss(pnl, books.day_start, effective(self._parts.limits, account.chat), now)
        except Denied as lost:
            await self._modes.reduce(account.user_id, lost.message)
