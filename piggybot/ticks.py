"""The clock: what happens without anyone typing, and how often.

Alone because it holds no rule of its own: every job is one call into a room that does, and a test
calls the job instead of waiting for it.

May import: desk, errors, health, parts, settings, trading.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.job import Job
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from piggybot.desk import Desk
from piggybot.errors import PiggyError
from piggybot.health import Health
from piggybot.parts import Parts
from piggybot.trading import Trading

SETTLE_SECONDS = 2
ERRANDS_SECONDS = 1
SWEEP_SECONDS = 5
RECHECK_SECONDS = 60
EXITS_SECONDS = 10
SLOT_SECONDS = "1-59/10"
"""A second after each candle's close, as a venue needs a moment to close it too; then every ten
seconds, for what was in the way the first time. All timeframes close at whole minutes."""
KEPT, SLOTS_KEPT = timedelta(days=30), timedelta(days=90)
BITE = 500
WATCH_SECONDS = 1.0
STEP = 1.0
"""Seconds by which a clock is set back, and not just slewed."""
BRAKE_LOST = timedelta(minutes=5)
PollingDown = Callable[[], datetime | None]
log = structlog.get_logger(__name__)


class Ticks:
    """Runs the jobs. `polling_down` says since when Telegram cannot be reached, or None."""

    def __init__(
        self,
        parts: Parts,
        desk: Desk,
        polling_down: PollingDown,
        health_seconds: float,
        trading: Trading,
    ) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._notifier = parts.notifier
        self._desk = desk
        self._polling_down = polling_down
        self._last_down: datetime | None = None
        self._trading = trading
        self._health = Health(parts, desk)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._regular: list[Job] = []
        self._ahead: float | None = None
        self._watching: asyncio.Task[None] | None = None
        self._every(health_seconds, self.health, after=health_seconds)  # the start has just looked
        self._every(SETTLE_SECONDS, self.settle)
        self._every(ERRANDS_SECONDS, self.errands)
        self._every(SWEEP_SECONDS, self.sweep)
        self._every(RECHECK_SECONDS, self.recheck)
        self._every(EXITS_SECONDS, self.exits)
        self._at(self.slots, second=SLOT_SECONDS)
        self._at(self.new_day, hour=0, minute=0, second=0)

    def also(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        """One more job, of a room that this file need not know."""
        self._every(seconds, job)

    def start(self) -> None:
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch_clock())

    def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def notice(self, ahead: float) -> None:
        """How far the wall clock is ahead of one that cannot be set.

        Where it was set back, every job would wait for it to come round again: they begin anew.
        """
        before, self._ahead = self._ahead, ahead
        if before is None or ahead > before - STEP:
            return
        log.warning("clock_set_back", seconds=round(before - ahead))
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            regular = any(job.id == one.id for one in self._regular)
            moment = now if regular else job.trigger.get_next_fire_time(None, now)
            job.modify(next_run_time=moment)

    async def health(self) -> None:
        """The proxy's health, everyone's mode, and whether Telegram leaves people a brake."""
        await self._health.check()
        since = self._polling_down()
        long = since is not None and self._clock() - since >= BRAKE_LOST
        self._last_down = since or self._last_down
        if since is None or long:
            await self._health.telegram(since, self._last_down)

    async def settle(self) -> None:
        """Ask after orders whose outcome is not known."""
        await self._desk.settle()

    async def recheck(self) -> None:
        """Look once more after orders that were taken for absent."""
        await self._desk.recheck()

    async def errands(self) -> None:
        """Stops and removals that the proxy has not got yet."""
        await self._health.learn_key()
        await self._desk.errands.deliver()

    async def sweep(self) -> None:
        """Send what a crash or a lost wake-up left in the outbox."""
        self._notifier.wake()

    async def new_day(self) -> None:
        """The day's turn in UTC. The proxy starts its own counters; here old rows go."""
        before = self._clock() - KEPT
        store = self._store
        for part in (store.inbox, store.outbox, store.buttons, store.alerts):
            await self._door(part.prune, before)
        await self._forget_slots(self._clock() - SLOTS_KEPT)

    async def _forget_slots(self, before: datetime) -> None:
        """In small bites: it is midnight, and runs of all lengths decide."""
        for run_id in await self._door(self._store.runs.ids):
            while await self._door(self._store.slots.prune, run_id, before, BITE) == BITE:
                continue

    async def slots(self) -> None:
        """Run what is due at the last candle's close."""
        await self._trading.runner.tick()

    async def exits(self) -> None:
        """Look at the price of all that is held."""
        await self._trading.watcher.look()

    def _at(self, job: Callable[[], Awaitable[None]], **moment: int | str) -> None:
        """At these moments of the UTC clock; a late timer runs it once."""
        self._scheduler.add_job(
            self._guarded,
            "cron",
            [job],
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            **moment,
        )

    def _every(
        self, seconds: float, job: Callable[[], Awaitable[None]], after: float = 0.0
    ) -> None:
        self._regular.append(
            self._scheduler.add_job(
                self._guarded,
                "interval",
                [job],
                seconds=seconds,
                coalesce=True,
                max_instances=1,
                next_run_time=datetime.now(UTC) + timedelta(seconds=after),
                misfire_grace_time=None,
            )
        )

    async def _watch_clock(self) -> None:
        while True:
            self.notice(time.time() - time.monotonic())
            await asyncio.sleep(WATCH_SECONDS)

    async def _guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        """A refusal is not the end of a job: it runs again."""
        try:
            await job()
        except PiggyError as error:
            log.warning("job_refused", job=getattr(job, "__name__", "?"), why=error.message)
