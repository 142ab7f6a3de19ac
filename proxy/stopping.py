"""The emergency stop: the gate first, in memory; then the database; then what is still out there.

Two acknowledgements: "closed", at once; "settled", when nothing is in flight any more and every
open order was cancelled, or is counted as unknown. The watch that cancels what a stop has left
cancels what has been open too long, too.

May import: cancelling, errors, parts, records, unkept, wire.
"""

import asyncio
import logging
from dataclasses import dataclass

from migrations.database import NOT_KEPT
from proxy.cancelling import Cancelling, is_open_too_long
from proxy.errors import NotFound
from proxy.parts import Flights, Parts, Tasks
from proxy.records import Entry
from proxy.unkept import problem_of
from proxy.wire import Mode, Status, StopOut

log = logging.getLogger(__name__)

REASON = "Stopped."
REASON_ALL = "Stopped for all accounts."
REASON_FILE = "Stopped on the host."


@dataclass(slots=True)
class _Settlement:
    """What has become of the orders of one stop."""

    settled: bool = False
    cancelled: int = 0
    failed: bool = False


class Stopping:
    """Stops accounts, and follows each stop to its end."""

    def __init__(self, parts: Parts, flights: Flights, tasks: Tasks) -> None:
        self._parts = parts
        self._flights = flights
        self._tasks = tasks
        self._settlements: dict[str | None, _Settlement] = {}
        self._unwritten: set[str | None] = set()
        self._sweeping: asyncio.Task[None] | None = None
        self._cancelling = Cancelling(parts)

    async def stop(self, user_id: str | None, reason: str = "") -> StopOut:
        """Close the gate, commit, answer; the rest goes on by itself. NotFound.

        What cannot be committed is closed all the same, and the answer says so.
        """
        try:
            if user_id is None:
                epoch = await self._close_all(reason or REASON_ALL)
            else:
                epoch = await self._close(user_id, reason or REASON)
        except NOT_KEPT as failure:
            return self._unwritten_stop(user_id, failure)
        self._unwritten.discard(user_id)
        self.follow(user_id)
        return await self._state(user_id, epoch, closed=True)

    async def state(self, user_id: str | None) -> StopOut:
        """How far the last stop has come; NotFound."""
        if user_id is None:
            return await self._state(None, 0, closed=self._parts.gate.stopped)
        account = await self._parts.door(self._parts.store.accounts.find, user_id)
        if account is None:
            raise NotFound(
                "unknown_account", "There is no such account.", "POST /api/account makes it."
            )
        closed = account.mode is Mode.HALTED or self._parts.gate.stopped
        return await self._state(user_id, account.epoch, closed=closed)

    async def watch(self) -> None:
        """One look: the host's stop file, and what earlier stops have not brought to an end."""
        await self.watch_file()
        for user_id, settlement in self._settlements.items():
            if settlement.failed:
                settlement.failed = False
                self._tasks.start(self._settle(user_id, settlement))
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = self._tasks.start(self._sweep())

    async def watch_file(self) -> None:
        """One look at the host's stop file: a stop that was left there is a stop for all."""
        gate, stopped = self._parts.gate, self._parts.store.accounts.stopped
        if not gate.stop_file.exists():
            return
        if gate.has_new_file or not await self._parts.door(stopped):
            await self.stop(None, REASON_FILE)

    def follow(self, user_id: str | None) -> None:
        """Wait for what is in flight, and cancel what is open, in the background."""
        settlement = _Settlement()
        if user_id is None:
            self._settlements.clear()
        self._settlements[user_id] = settlement
        self._tasks.start(self._settle(user_id, settlement))

    def _unwritten_stop(self, user_id: str | None, failure: Exception) -> StopOut:
        """The gate is closed for as long as this process lives; what is open is cancelled once."""
        log.error("a stop could not be written down: %s", failure)
        if user_id not in self._unwritten:
            self._unwritten.add(user_id)
            self.follow(user_id)
        return StopOut(
            closed=True,
            settled=False,
            epoch=0,
            inFlight=self._flights.count(user_id),
            cancelled=0,
            unknown=0,
            problem=problem_of(failure),
        )

    async def _close(self, user_id: str, reason: str) -> int:
        parts = self._parts
        at_least = parts.gate.close(user_id)
        account = await parts.door(parts.store.accounts.halt, user_id, at_least, reason)
        if account is None:
            raise NotFound(
                "unknown_account", "There is no such account.", "POST /api/account makes it."
            )
        parts.gate.put(account)
        return account.epoch

    async def _close_all(self, reason: str) -> int:
        parts = self._parts
        at_least = parts.gate.close_all()
        accounts = await parts.door(parts.store.accounts.halt_all, at_least, reason)
        # Again, for who was registered or resumed meanwhile: now it is committed.
        parts.gate.hold_all(accounts)
        return max((account.epoch for account in accounts), default=0)

    async def _settle(self, user_id: str | None, settlement: _Settlement) -> None:
        """Bring one stop to its end; where that fails, the watch tries again."""
        try:
            await self._cancel_open(user_id, settlement)
        except Exception:
            settlement.failed = True
            raise

    async def _sweep(self) -> None:
        """Cancel, again and again, what is open and shall not be: too long, or since a stop.

        Every stop raises the epoch, so an order from before it stays one of them also after a
        resume, and where only now it is known to be open.
        """
        parts = self._parts
        accounts = await parts.door(parts.store.accounts.everyone)
        epochs = {account.user_id: account.epoch for account in accounts}
        now = parts.clock()

        def is_stopped(entry: Entry) -> bool:
            return entry.epoch < epochs.get(entry.user_id, 0) and self._is_settled(entry.user_id)

        entries = [
            entry
            for entry in await parts.door(parts.store.journal.open)
            if entry.status is Status.OPEN
            and entry.client_id not in self._flights
            and (is_stopped(entry) or is_open_too_long(entry, now))
        ]
        for entry in await self._cancelling.again(entries):
            done = self._of(entry.user_id)
            if done is not None and is_stopped(entry):
                done.cancelled += 1

    async def _cancel_open(self, user_id: str | None, settlement: _Settlement) -> None:
        await self._flights.landed(user_id)
        entries = await self._parts.door(self._parts.store.journal.open, user_id)
        settlement.cancelled += len(await self._cancelling.now(entries))
        settlement.settled = True

    def _of(self, user_id: str | None) -> _Settlement | None:
        return self._settlements.get(user_id) or self._settlements.get(None)

    def _is_settled(self, user_id: str | None) -> bool:
        settlement = self._of(user_id)
        return settlement is None or settlement.settled

    async def _state(self, user_id: str | None, epoch: int, *, closed: bool) -> StopOut:
        done = self._of(user_id)
        entries = await self._parts.door(self._parts.store.journal.open, user_id)
        flying = self._flights.count(user_id)
        waiting = [entry for entry in entries if entry.client_id not in self._flights]
        return StopOut(
            closed=closed,
            settled=closed and not flying and self._is_settled(user_id),
            epoch=epoch,
            inFlight=flying,
            cancelled=0 if done is None else done.cancelled,
            unknown=len(waiting),
        )
