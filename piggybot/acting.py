"""From a run's decision to its order: written down in batches, then sent, few at a time.

Alone because the runner, the watcher and the chat all act for runs, and each order must take the
one path: intent and slot in one transaction, then the desk.

May import: answers, claims, core, desk, parts.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from piggybot.answers import to_ms
from piggybot.claims import Claims
from piggybot.core.decisions import Act, Standing
from piggybot.core.orders import Intent
from piggybot.core.positions import Position
from piggybot.core.retries import pause
from piggybot.core.runs import Cause, Run
from piggybot.core.slots import SlotWork
from piggybot.desk import LIFE, Desk
from piggybot.parts import Parts

BATCH = 100
"""Runs in one transaction, and one such at the store's door at a time: whoever else must write, a
stop above all, waits for one of them at most."""
AT_ONCE = 8
"""Orders on their way to the proxy, which admits twice as many from all."""
GRACE = 5.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an order is decided on: the slot (None between slots), the price, and why, in words."""

    slot: datetime | None
    price: Decimal
    why: str


class Acting:
    """Writes work down and sends its orders. A run with an order on its way stays claimed."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._ids, self._notifier = parts.ids, parts.notifier
        self.claims = Claims()
        self.patience = Patience()
        self._desk = desk
        self._writing = asyncio.Lock()
        self._line = asyncio.Semaphore(AT_ONCE)
        self._sending: set[asyncio.Task[None]] = set()

    def intent(self, run: Run, act: Act, standing: Standing, seen: Seen) -> Intent:
        """The run's next order. Its origin is the slot's or the number's: there is one of each."""
        now, number = self._clock(), run.orders + 1
        origin = f"exit:{run.id}:{number}"
        if act.cause is Cause.SIGNAL and seen.slot is not None:
            origin = f"run:{run.id}:{to_ms(seen.slot)}"
        return Intent(
            client_id=f"pg-{self._ids()}",
            origin=origin,
            person_id=run.person_id,
            user_id=run.user_id,
            exchange=run.exchange,
            mode=standing.mode,
            epoch=standing.epoch,
            side=act.side,
            symbol=run.symbol,
            amount_usd=act.amount_usd,
            units=act.units,
            quoted_price=None if act.amount_usd is None else seen.price,
            placed=now,
            not_after=now + LIFE,
            reply_to=run.reply_to,
            run_id=run.id,
            number=number,
            cause=act.cause,
            why=seen.why,
            seen_price=seen.price,
            slot=seen.slot,
        )

    async def do(self, work: Sequence[SlotWork]) -> set[str]:
        """Write it down in batches and send the orders in it, without waiting for their ends.

        The runs in the answer are still being sent for: their claims end by themselves.
        """
        kept: set[str] = set()
        for first in range(0, len(work), BATCH):
            kept |= await self._write(work[first : first + BATCH])
        return kept

    async def idle(self) -> None:
        """Wait for all that is on its way."""
        while self._sending:
            await asyncio.wait(self._sending)

    async def close(self) -> None:
        """Give what is on its way a moment; the next start asks after the rest."""
        if self._sending:
            _, left = await asyncio.wait(self._sending, timeout=GRACE)
            for task in left:
                task.cancel()

    async def _write(self, batch: Sequence[SlotWork]) -> set[str]:
        announced = {one.intent.client_id for one in batch if one.intent is not None}
        self._desk.sending.update(announced)
        try:
            async with self._writing:
                went_in = await self._door(self._store.slots.commit, batch)
        except BaseException:
            self._desk.sending.difference_update(announced)
            raise
        kept = set()
        for one, went in zip(batch, went_in, strict=True):
            if one.intent is not None and went:
                kept.add(one.run.id)
                self._begin(one.intent)
            elif one.intent is not None:
                self._desk.sending.discard(one.intent.client_id)
        if any(one.notices for one in batch):
            self._notifier.wake()
        return kept

    def _begin(self, intent: Intent) -> None:
        task = asyncio.create_task(self._send(intent))
        self._sending.add(task)
        task.add_done_callback(self._over)

    async def _send(self, intent: Intent) -> None:
        try:
            async with self._line:
                await self._desk.send(intent)
        finally:
            self.claims.free([intent.run_id])

    def _over(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            log.error("an order of a run was not brought to its end", exc_info=failure)


class Patience:
    """Until when an exit that did not come through must wait before it is tried again."""

    def __init__(self) -> None:
        self._tried: dict[str, tuple[datetime | None, int, datetime]] = {}

    def has(self, run_id: str, position: Position, now: datetime) -> bool:
        """Whether it must wait still; another holding of the run begins anew."""
        opened, _, until = self._tried.get(run_id, (None, 0, now))
        return opened == position.opened and now < until

    def tried(self, run_id: str, position: Position, now: datetime) -> None:
        opened, times, _ = self._tried.get(run_id, (None, 0, now))
        times = times + 1 if opened == position.opened else 1
        self._tried[run_id] = (position.opened, times, now + pause(times))

    def keep(self, run_ids: Collection[str]) -> None:
        """Only these hold something still."""
        self._tried = {name: one for name, one in self._tried.items() if name in run_ids}
