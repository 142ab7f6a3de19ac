"""A database that takes nothing more: told past the outbox, which is in it, and again when over.

Alone because all else that is told is written down first, and this cannot be. Meanwhile no run
decides and no exit sells, since an order is written down before it is sent: nobody may believe that
a stop loss guards them.

May import: chat, core, ports, store.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from migrations.database import NOT_KEPT, Door
from piggybot.chat import texts_ticks as texts
from piggybot.core.mail import WARNING, outgoing
from piggybot.ports import Clock, Notifier
from piggybot.store import Person, Store

FLAG = "written"
Tell = Callable[[int, str], Awaitable[bool]]
"""Says a text in a chat at once; whether Telegram took it."""

log = structlog.get_logger(__name__)


class Unwritten:
    """Writes something at each look, and tells everybody where that fails."""

    def __init__(
        self, store: Store, door: Door, clock: Clock, tell: Tell, notifier: Notifier
    ) -> None:
        self._store = store
        self._door = door
        self._clock = clock
        self._tell = tell
        self._notifier = notifier
        self._people: Sequence[Person] = ()
        self._since: datetime | None = None
        self._told: set[int] = set()

    async def check(self) -> None:
        """One look. Whom Telegram did not let be told is told at the next."""
        now = self._clock()
        try:
            if self._since is None:
                await self._door(self._store.flags.put, FLAG, now.isoformat())
                self._people = await self._door(self._store.people.everyone)
            else:
                await self._over(self._since, now)
        except NOT_KEPT as failure:
            log.error("nothing can be written down", why=str(getattr(failure, "orig", failure)))
            self._since = self._since or now
            await self._warn()
            return
        self._since = None
        self._told.clear()

    async def _warn(self) -> None:
        for person in self._people:
            if person.chat_id not in self._told and await self._tell(
                person.chat_id, texts.UNWRITTEN
            ):
                self._told.add(person.chat_id)

    async def _over(self, since: datetime, now: datetime) -> None:
        """Those who were warned are told from when to when, together with the first write."""
        text = {"text": texts.written_again(since, now)}
        letters = [
            outgoing(chat_id, text, f"{FLAG}:{since.isoformat()}:{chat_id}", now, priority=WARNING)
            for chat_id in sorted(self._told)
        ]
        await self._door(self._store.flags.put_telling, FLAG, now.isoformat(), letters)
        self._notifier.wake()
