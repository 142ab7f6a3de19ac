"""Empties the outbox: by importance, each chat in its order, as fast as Telegram allows, for ever.

Alone because it promises at least once: a letter leaves the outbox when Telegram has taken it or
will never take it, and patience that Telegram asked for survives a restart.

May import: core, ports, store.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from migrations.database import Door
from piggybot.chat.border import Blocked, Flood, Rejected, TooEarly, Wire, WireError
from piggybot.chat.deliver import Delivery
from piggybot.chat.folding import MANY, folds
from piggybot.chat.guard import unbroken
from piggybot.chat.pace import Meter, Pace
from piggybot.chat.together import Together
from piggybot.core.mail import STOP
from piggybot.ports import Clock
from piggybot.store import Outgoing, Sent, Store

log = structlog.get_logger()

AT_ONCE = 200
LOOK_AGAIN = 0.25
SWEEP = 2.0
PATIENT_TRIES = 8
"""So often a letter that gets no answer holds up those behind it; then they may pass it."""


class Bell:
    """The Notifier: whoever commits a letter rings it, and may hand it over."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._given: list[Outgoing] = []
        self._unseen = False

    def wake(self, letters: Sequence[Outgoing] = ()) -> None:
        self._given += letters
        self._unseen = self._unseen or not letters
        self._event.set()

    def given(self) -> list[Outgoing]:
        """What was handed over since the last time; nothing where there is more to be read."""
        given = [] if self._unseen else self._given
        self._given, self._unseen = [], False
        return given

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after so long."""
        # Not wait_for: in Python 3.11 a cancelling that meets a ring is lost in it.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


@dataclass(frozen=True, slots=True)
class Office:
    """What the sender works with."""

    store: Store
    door: Door
    clock: Clock
    bell: Bell
    pace: Pace = field(default_factory=Pace)


class Sender:
    """At most one letter a chat is on its way; chats do not wait for each other."""

    def __init__(self, office: Office, wire: Wire) -> None:
        self._office = office
        self._deliver = Delivery(office.store, office.door, wire)
        self._gone = Together(office.door, office.store.outbox.sent)
        self._meter = Meter(office.pace)
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._on_its_way: dict[int, int] = {}
        """The letter that each of them sends."""
        self._left = True
        """Whether something may wait that is not on its way."""
        self._held: datetime | None = None
        """Until when a chat may be held."""
        self._swept, self._swept_at = 0, 0.0
        """The last letter that was read with all the others, and when, in the loop's seconds."""
        self._patience = LOOK_AGAIN
        """So long nothing that waits for its time need be read again."""
        self._stuck: dict[int, int] = {}
        """The letter of a chat that those behind it wait for."""
        self._taken: dict[int, Sent] = {}
        """Letters that Telegram has, which could not be ticked off: a full disk repeats nothing."""

    async def run(self) -> None:
        """Never returns."""
        while True:
            given = self._office.bell.given()
            if self._may_go(given):
                self._start(sorted(given, key=lambda row: (row.priority, row.id)))
            else:
                await unbroken("outbox", self.sweep())
            waits = self._sending or await self._anything()
            self._patience = LOOK_AGAIN if waits else SWEEP
            await self._office.bell.wait(self._patience)

    async def stop(self) -> None:
        """What is on its way is begun again at the next start; what has gone is not."""
        tasks = list(self._sending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._gone.close()

    async def sweep(self) -> None:
        """Start the next letter of every chat that may have one."""
        if not self._swept_at:
            self._held = await self._office.door(self._office.store.outbox.last_hold)
        rows = await self._due()
        self._swept_at = asyncio.get_running_loop().time()
        self._swept = max([self._swept, *(row.id for row in rows)])
        self._left = len(rows) == AT_ONCE
        self._start(rows)

    def _may_go(self, given: Sequence[Outgoing]) -> bool:
        """Whether these letters may be sent without reading what else waits, since nothing does:
        all that was read is on its way, and they were committed after it.
        """
        late = asyncio.get_running_loop().time() - self._swept_at > self._patience
        held = self._held is not None and self._office.clock() <= self._held
        many = any(amount > MANY for amount in Counter(row.chat_id for row in given).values())
        if self._left or late or held or many:
            return False
        return bool(given) and all(row.id > self._swept for row in given)

    def _start(self, rows: Sequence[Outgoing]) -> None:
        """Send the next of every chat that may have one; note whether another one waits."""
        passed: set[int] = set()
        for row in rows:
            if self._on_its_way.get(row.chat_id) == row.id:
                continue
            if row.chat_id in self._sending or not self._has_turn(row, passed):
                self._left = True
                continue
            self._meter.take(row.chat_id)
            self._on_its_way[row.chat_id] = row.id
            self._sending[row.chat_id] = asyncio.create_task(self._send(row))

    def _has_turn(self, row: Outgoing, passed: set[int]) -> bool:
        """Whether Telegram's pace, and what is before it in its chat, let it go now."""
        now, chat = asyncio.get_running_loop().time(), row.chat_id
        urgent = row.priority == STOP
        if chat in passed or (self._stuck.get(chat, row.id) != row.id and not urgent):
            return False
        if (self._meter.wait_urgent(now) if urgent else self._meter.wait(chat, now)) > 0:
            passed.add(chat)
            return False
        return True

    async def _due(self) -> list[Outgoing]:
        """What may go now, after many notices to one chat have become one."""
        office, box = self._office, self._office.store.outbox
        rows = await office.door(box.due, office.clock(), AT_ONCE)
        idle = [row for row in rows if row.chat_id not in self._sending]
        found = list(folds(idle, office.clock()))
        for fold in found:
            await office.door(box.fold, fold.members, fold.letter)
        return await office.door(box.due, office.clock(), AT_ONCE) if found else rows

    async def _anything(self) -> bool:
        office = self._office
        nothing: list[bool] = []

        async def look() -> None:
            nothing.append(await office.door(office.store.outbox.next_due) is None)

        await unbroken("outbox", look())
        return nothing == [False]

    async def _send(self, row: Outgoing) -> None:
        try:
            if await unbroken(f"letter {row.id}", self._sent(row)) is not None:
                await unbroken("outbox", self._later(row))
        finally:
            self._sending.pop(row.chat_id, None)
            self._on_its_way.pop(row.chat_id, None)
            if self._left:
                self._office.bell.wake()

    async def _sent(self, row: Outgoing) -> None:
        store, door, clock = self._office.store, self._office.door, self._office.clock
        if row.id in self._taken:
            await self._tick_off(self._taken[row.id])
            self._unstick(row)
            return
        try:
            message_id = await self._deliver(row)
        except Flood as flood:
            until = clock() + timedelta(seconds=flood.seconds)
            self._held = max(until, self._held or until)
            await door(store.outbox.hold, row.chat_id, until)
            log.warning("flood", chat=row.chat_id, seconds=flood.seconds)
        except (Blocked, Rejected) as refusal:
            log.error("letter failed", id=row.id, kind=row.kind, why=str(refusal))
            self._unstick(row)
            await door(store.outbox.failed, row.id, str(refusal))
        except TooEarly:
            # Without holding up the others: what it waits for is one of them.
            until = clock() + timedelta(seconds=self._office.pace.retry(row.tries))
            await door(store.outbox.later, row.id, until)
        except WireError as error:
            log.warning("letter late", id=row.id, tries=row.tries, why=str(error))
            await self._later(row)
        else:
            self._unstick(row)
            await self._tick_off(Sent(row.id, message_id, clock()))

    async def _tick_off(self, sent: Sent) -> None:
        """Out of the outbox. Where that fails it is tried again, and the letter not sent again."""
        self._taken[sent.id] = sent
        await self._gone.put(sent)
        del self._taken[sent.id]

    async def _later(self, row: Outgoing) -> None:
        """Try again after a while; what stands behind in this chat waits too, so order is kept."""
        office = self._office
        pause = office.pace.retry(row.tries)
        if row.tries < PATIENT_TRIES:
            self._stuck.setdefault(row.chat_id, row.id)
        else:
            self._unstick(row)
        until = office.clock() + timedelta(seconds=pause)
        await office.door(office.store.outbox.later, row.id, until)

    def _unstick(self, row: Outgoing) -> None:
        if self._stuck.get(row.chat_id) == row.id:
            del self._stuck[row.chat_id]
