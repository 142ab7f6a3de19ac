"""The resolver: asks what became of orders whose end nobody saw, until it is proven. Never sends.

Absence is proven only by several "not found" answers that were asked for after the venue's own
deadline had passed, by the wall clock and by one that cannot be set; without a proof in time an
order is quarantined, and still asked about.

May import: conclusion, errors, fees, parts, records, venue, wire.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from proxy.conclusion import FOUND, absent, after_ask, asked_from, quarantined
from proxy.errors import ProxyError
from proxy.fees import valued
from proxy.parts import Flights, Parts
from proxy.records import Entry
from proxy.venue import Report, Verdict
from proxy.wire import Status

log = logging.getLogger(__name__)

BACK_OFF = (0.5, 1.0, 2.0, 3.0, 5.0)
MARGIN = timedelta(seconds=2)
PROOFS = 3
APART = 1.0
PATIENCE = timedelta(minutes=10)
QUARANTINE_PAUSE = 60.0
LATE_CHECK = timedelta(seconds=60)
LATE_WINDOW = timedelta(minutes=10)


@dataclass(slots=True)
class _Trial:
    """How far the asking about one order has come, in this process; in monotonic seconds."""

    seen: float
    since: float
    due: float
    asked: int = 0
    proofs: list[float] = field(default_factory=list)

    @classmethod
    def begun(cls, at: float) -> "_Trial":
        return cls(at, at, at)


class Resolver:
    """Asks about every order without a terminal state. `over` is told when one has ended."""

    def __init__(
        self, parts: Parts, flights: Flights, over: Callable[[Entry], Awaitable[None]]
    ) -> None:
        self._parts = parts
        self._flights = flights
        self._over = over
        self._trials: dict[str, _Trial] = {}
        self._late: set[str] = set()
        self._unasked: set[str] = set()

    async def first_pass(self) -> None:
        """Ask about every open order once; what gets no answer is still `unasked`."""
        entries = await self._open()
        self._unasked = {entry.client_id for entry in entries}
        await self._ask_all(entries)

    async def unasked(self, user_id: str) -> int:
        """How many open orders of this user, from before the start, no answer has come about."""
        if not self._unasked:
            return 0
        entries = await self._parts.door(self._parts.store.journal.open, user_id)
        return sum(entry.client_id in self._unasked for entry in entries)

    async def tick(self) -> None:
        """Ask about every order that is due."""
        now = self._parts.monotonic()
        entries = await self._open()
        self._trials = {
            entry.client_id: self._trials.get(entry.client_id) or _Trial.begun(now)
            for entry in entries
        }
        await self._ask_all([one for one in entries if self._trials[one.client_id].due <= now])
        await self._check_late(self._parts.clock())

    async def _open(self) -> list[Entry]:
        entries = await self._parts.door(self._parts.store.journal.open)
        return [entry for entry in entries if entry.client_id not in self._flights]

    async def _ask_all(self, entries: list[Entry]) -> None:
        results = await asyncio.gather(*map(self._ask, entries), return_exceptions=True)
        for entry, result in zip(entries, results, strict=True):
            if isinstance(result, Exception):
                log.error("asking about %s failed: %r", entry.client_id, result)

    async def _ask(self, entry: Entry) -> None:
        started, begun = self._parts.clock(), self._parts.monotonic()
        trial = self._trials.setdefault(entry.client_id, _Trial.begun(begun))
        if entry.status is Status.SENDING:
            entry = await self._settle(entry, lambda known: asked_from(known, started))
        report = await self._report(entry)
        if report.answered:
            self._unasked.discard(entry.client_id)
        entry = await self._learn(entry, report)
        if report.verdict is Verdict.OPEN:
            trial.since = begun
        if report.verdict is Verdict.NOT_FOUND and self._is_proof(entry, trial, started, begun):
            entry = await self._count_absence(entry, trial, begun)
        now = self._parts.monotonic()
        if not entry.status.terminal and now - trial.since >= PATIENCE.total_seconds():
            entry = await self._quarantine(entry)
        pause = BACK_OFF[min(trial.asked, len(BACK_OFF) - 1)]
        held = entry.status is Status.QUARANTINED
        trial.asked += 1
        trial.due = now + (QUARANTINE_PAUSE if held else pause)

    async def _report(self, entry: Entry) -> Report:
        try:
            venue = self._parts.venue(entry.exchange, entry.book)
            others = await self._parts.door(self._parts.store.journal.others, entry)
            return await venue.ask(entry.placement(), entry.created, others)
        except ProxyError as refused:
            report = Report(Verdict.UNKNOWN, refused.code, refused.message, refused.hint)
            return replace(report, answered=False)
        except Exception as failure:  # noqa: BLE001 - a question that failed proves nothing
            log.error("asking about %s failed: %s", entry.client_id, type(failure).__name__)
            return Report(Verdict.UNKNOWN, answered=False)

    async def _learn(self, entry: Entry, report: Report) -> Entry:
        if report.verdict not in FOUND and report.verdict is not Verdict.REJECTED:
            return entry
        venue = self._parts.venue(entry.exchange, entry.book)
        found = await valued(report, entry.placement().market, venue)
        now = self._parts.clock()
        return await self._settle(entry, lambda known: after_ask(known, found, now))

    def _is_proof(self, entry: Entry, trial: _Trial, started: datetime, begun: float) -> bool:
        """Whether "not found" counts: asked past the deadline, and apart from the last proof.

        A wall clock that was set forward would end the deadline early; so what this process has
        waited itself must be as long.
        """
        venue = self._parts.venue(entry.exchange, entry.book)
        wait = timedelta(seconds=venue.deadline) + MARGIN
        if started < (entry.sent_at or started) + wait:
            return False
        if begun - trial.seen < wait.total_seconds():
            return False
        return not trial.proofs or begun - trial.proofs[-1] >= APART

    async def _count_absence(self, entry: Entry, trial: _Trial, begun: float) -> Entry:
        trial.proofs.append(begun)
        if len(trial.proofs) < PROOFS:
            return entry
        venue = self._parts.venue(entry.exchange, entry.book)
        now = self._parts.clock()
        return await self._settle(entry, lambda known: absent(known, venue.title, now))

    async def _quarantine(self, entry: Entry) -> Entry:
        if entry.status is Status.QUARANTINED:
            return entry
        minutes = int(PATIENCE.total_seconds() // 60)
        log.critical("no proof of what became of order %s: quarantined", entry.client_id)
        return await self._settle(entry, lambda known: quarantined(known, entry.exchange, minutes))

    async def _check_late(self, now: datetime) -> None:
        """Ask once more about orders that were concluded to be absent: none may turn up."""
        entries = await self._parts.door(self._parts.store.journal.absent_since, now - LATE_WINDOW)
        for entry in entries:
            assert entry.concluded is not None
            if entry.client_id in self._late or now - entry.concluded < LATE_CHECK:
                continue
            report = await self._report(entry)
            if report.verdict is Verdict.UNKNOWN:
                continue
            self._late.add(entry.client_id)
            if report.verdict in FOUND:
                log.critical("order %s was taken for absent and exists", entry.client_id)
                await self._learn(entry, report)

    async def _settle(self, entry: Entry, rule: Callable[[Entry], Entry]) -> Entry:
        settled = await self._parts.door(self._parts.store.journal.settle, entry.client_id, rule)
        if settled.status.terminal:
            await self._over(settled)
        return settled
