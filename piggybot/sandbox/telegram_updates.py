"""The queue of updates and its long poll: what is confirmed, kept and delivered again.

Alone, because this is where Telegram's promises of delivery live: at least once, in the order of
update ids, everything below `offset` forgotten, one poller at a time.

May import: nothing of ours.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from piggybot.sandbox.telegram_chats import Clock, Json
from piggybot.sandbox.telegram_errors import other_poller
from piggybot.sandbox.telegram_shown import Bell

KEPT = timedelta(hours=24)
MOST = 100
LONGEST_POLL = 50.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parameters of one getUpdates."""

    offset: int = 0
    limit: int = MOST
    timeout: float = 0.0
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    body: Json
    created: datetime

    @property
    def id(self) -> int:
        number: int = self.body["update_id"]
        return number


class Updates:
    """Updates that the bot has not confirmed yet."""

    def __init__(
        self, clock: Clock, first_id: int, confirmed: Callable[[Json], None] = lambda _: None
    ) -> None:
        self.bell = Bell()
        self.allowed: tuple[str, ...] = ()
        self._clock = clock
        self._next = first_id
        self._confirmed = confirmed
        self._queue: list[_Waiting] = []
        self._polls = 0
        self._copies = 0
        self._held: list[tuple[str, Json]] = []
        self._hold = 0
        self._newest: tuple[str, Json] | None = None

    @property
    def pending(self) -> int:
        """How many updates wait for confirmation."""
        return len(self._queue)

    @property
    def oldest(self) -> Json | None:
        """The next update to deliver."""
        return self._queue[0].body if self._queue else None

    def add(self, kind: str, payload: Json) -> None:
        """Queue an update, if the bot wants its kind; misbehaves when told to."""
        if not self._wanted(kind):
            return
        if self._hold:
            self._hold -= 1
            self._held.insert(0, (kind, payload))
            if self._hold:
                return
            held, self._held = self._held, []
        else:
            held = [(kind, payload)]
        for one_kind, one_payload in held:
            for _ in range(1 + self._copies):
                self._put(one_kind, one_payload)
            self._copies = 0
        self.bell.ring()

    def again(self) -> None:
        """The newest update comes once more, under a new id, also when it was confirmed."""
        if self._newest is None:
            raise LookupError("there was no update yet")
        self._put(*self._newest)
        self.bell.ring()

    def duplicate_next(self, times: int) -> None:
        """The next update arrives `times` times more, each under an id of its own."""
        self._copies = times

    def reverse_next(self, amount: int) -> None:
        """The next `amount` updates are held back and then delivered newest first."""
        self._hold = amount

    def forget(self) -> None:
        """Drop everything (drop_pending_updates)."""
        self._queue.clear()

    async def poll(self, wanted: Wanted, alive: Callable[[], None]) -> list[Json]:
        """Confirm what is below the offset, then wait for updates. A newer poll ends this one.

        `alive` raises when the API has gone down meanwhile.
        """
        self._polls += 1
        mine = self._polls
        self.bell.ring()
        if wanted.allowed is not None:
            self.allowed = wanted.allowed
        self.confirm(wanted.offset)
        loop = asyncio.get_running_loop()
        end = loop.time() + min(max(wanted.timeout, 0.0), LONGEST_POLL)
        while not self._queue and loop.time() < end:
            await self.bell.wait(end - loop.time())
            alive()
            if mine != self._polls:
                raise other_poller()
        limit = wanted.limit if 1 <= wanted.limit <= MOST else MOST
        return [one.body for one in self._queue[:limit]]

    def _wanted(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def _put(self, kind: str, payload: Json) -> None:
        body = {"update_id": self._next, kind: payload}
        self._newest = (kind, payload)
        self._queue.append(_Waiting(body, self._clock()))
        self._next += 1

    def confirm(self, offset: int) -> None:
        """Everything below the offset has arrived; a negative one keeps only so many."""
        if offset < 0:
            self._queue = self._queue[offset:]
            return
        oldest = self._clock() - KEPT
        for one in self._queue:
            if one.id < offset:
                self._confirmed(one.body)
        self._queue = [one for one in self._queue if one.id >= offset and one.created >= oldest]
