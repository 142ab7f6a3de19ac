"""Hearing Telegram: by long polls, and what every way of hearing shares.

Alone because its order is a promise: what is not in the inbox is not confirmed. Hearing, like
everything at the door, is tried again for ever. The other way, by webhook, is in hooked.py.

May import: core, latches, settings, store.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import structlog

from migrations.turns import URGENT
from piggybot.chat import refusals
from piggybot.chat.ask import House
from piggybot.chat.border import Arrival, Flood, Line, SecondPoller, WireError, WrongToken
from piggybot.chat.guard import unbroken
from piggybot.chat.intake import Intake
from piggybot.chat.pace import Pace
from piggybot.core.mail import WARNING, outgoing
from piggybot.latches import HEARD_BY_ANOTHER
from piggybot.settings import TOKEN_REFUSED

OUR_WEBHOOK = "webhook_url"
"""The flag that holds the webhook which we have set ourselves."""
STUMBLES = 3
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, AssertionError)
"""What is wrong with an update, not with the world."""
Update: TypeAlias = tuple[int, Arrival]
"""With its number."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the door is, in seconds."""

    poll: int = 20
    hook: float = 20.0
    answer: float = 15.0
    connect: float = 10.0
    first_retry: float = 0.5
    longest_retry: float = 30.0
    grace: float = 5.0
    busy: float = 1.0
    still: float = 2.0
    pace: Pace = field(default_factory=Pace)

    def backoff(self, failures: int) -> float:
        doubled = self.first_retry * 2 ** min(failures - 1, 10)
        return float(min(self.longest_retry, doubled))


class Ear:
    """Takes what is heard, and knows since when nothing is."""

    def __init__(self, house: House, intake: Intake) -> None:
        self.wrong_token = asyncio.Event()
        self.down: datetime | None = house.clock()
        """Since when Telegram has not been heard; None while it is."""
        self.failures = 0
        self._house = house
        self._intake = intake
        self._told: set[str] = set()
        self._stumbles: Counter[int] = Counter()
        self._alone: set[int] = set()
        """Updates that were taken alone while others, which came with them, could not be."""

    async def take(self, updates: Sequence[Update]) -> None:
        """Into the inbox, in one go where that can be. What cannot be read holds up nobody else,
        and is passed over in the end; until then this raises, and all may come again.

        A database that fails is not the update's fault, so that is tried for ever.
        """
        URGENT.set(True)  # a stop may be among them
        waiting = [one for one in updates if one[0] not in self._alone]
        try:
            alone = await self._intake.take([arrival for _, arrival in waiting])
        except UNREADABLE:
            alone = [arrival for _, arrival in waiting]
        unread = [await self._one(*one) for one in waiting if one[1] in alone]
        for error in filter(None, unread):
            raise error
        self._alone.clear()

    async def _one(self, number: int, arrival: Arrival) -> Exception | None:
        """Into the inbox alone; or why it cannot be read, where it shall be tried again."""
        try:
            await self._intake.take_alone(arrival)
        except UNREADABLE as error:
            self._stumbles[number] += 1
            if self._stumbles[number] < STUMBLES:
                return error
            log.critical("an update cannot be read and is passed over", update=number)
        self._alone.add(number)
        return None

    def heard(self) -> None:
        self.failures = 0
        self.down = None

    async def unheard(self, error: WireError) -> None:
        """Telegram could not be heard: note since when, and say why where it matters."""
        self.failures += 1
        self.down = self.down or self._house.clock()
        if isinstance(error, WrongToken):
            if not self.wrong_token.is_set():
                log.error(" ".join(TOKEN_REFUSED))
            self.wrong_token.set()
        elif isinstance(error, SecondPoller):
            log.error("another poller, or a webhook, has this token")
            flags, now = self._house.store.flags, self._house.clock()
            await self._house.door(flags.put, HEARD_BY_ANOTHER, now.isoformat())
            await self.warn("conflict", refusals.SECOND_POLLER)
        elif isinstance(error, Flood):
            await asyncio.sleep(error.seconds)
        else:
            log.warning("telegram unreachable", why=str(error), tries=self.failures)

    async def warn(self, what: str, text: str) -> None:
        """Tell the owner, once a run."""
        if what in self._told:
            return
        self._told.add(what)
        store, door, now = self._house.store, self._house.door, self._house.clock()
        owners = [one.chat_id for one in await door(store.people.everyone) if one.owner]
        key, body = f"{what}:{self._house.ids()}", {"text": text}
        letters = [outgoing(one, body, f"{key}:{one}", now, priority=WARNING) for one in owners]
        await door(store.outbox.add, letters)
        self._house.notifier.wake()


class Polling:
    """Asks for updates, one long poll after the other."""

    def __init__(self, house: House, line: Line, ear: Ear, timing: Timing) -> None:
        self._house = house
        self._line = line
        self._ear = ear
        self._timing = timing
        self._offset: int | None = None
        self._ready = False

    async def open(self) -> None:
        """Nothing to open, and nothing to close: it is we who ask."""

    async def close(self) -> None:
        return

    async def run(self) -> None:
        while True:
            if await unbroken("polling", self._once()) is not None:
                self._ear.failures += 1
            if self._ear.failures:
                await asyncio.sleep(self._timing.backoff(self._ear.failures))

    async def _once(self) -> None:
        """One long poll; nothing is confirmed that is not in the inbox."""
        try:
            if not self._ready:
                await self._look_around()
            updates = await self._line.fetch(self._offset, self._timing.poll)
        except WireError as error:
            self._ready = self._ready and not isinstance(error, SecondPoller)  # or a webhook
            await self._ear.unheard(error)
            return
        self._ear.heard()
        if not updates:
            return
        await self._ear.take([(number, one) for number, one in updates if one is not None])
        self._offset = updates[-1][0] + 1

    async def _look_around(self) -> None:
        """A webhook, our own of earlier or not, would keep every message from us."""
        hook = await self._line.hook_state()
        if hook.url:
            ours = await self._house.door(self._house.store.flags.get, OUR_WEBHOOK)
            if hook.url != ours:
                log.error("unexpected webhook", host=hook.host)
                await self._ear.warn("webhook", refusals.WEBHOOK)
            await self._line.unhook()
        self._ready = True
