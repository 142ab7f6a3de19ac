"""The one path of an order in the proxy: seen this id? reserve and journal, send once, conclude.

Every order comes through `place`, paper and live; whatever is not known afterwards is the
resolver's. A client that hangs up changes nothing: the work goes on without it.

May import: accounts, admission, budget, conclusion, daywatch, errors, fees, flattening, grouping,
intake, journal, looking, modes, parts, records, resolve, risk, stopgate, stopping, unkept, venue,
ways, wire.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime

from proxy.accounts import Accounts
from proxy.admission import Asked, check_account
from proxy.budget import Purpose, asking
from proxy.conclusion import after_send, before_gate
from proxy.daywatch import DayWatch
from proxy.errors import GateClosed, NotFound, OrderRefused, ProxyError
from proxy.fees import valued
from proxy.flattening import Flattening
from proxy.grouping import Grouping
from proxy.intake import answer_of, draft_of, voided
from proxy.journal import Judge, Known
from proxy.looking import at_hand, world_of
from proxy.modes import found
from proxy.parts import Flights, Parts, Tasks
from proxy.records import Book, Entry
from proxy.resolve import Resolver
from proxy.risk import LOSS_CODE, World, judge
from proxy.stopgate import Ticket
from proxy.stopping import Stopping
from proxy.unkept import unsent
from proxy.venue import Report, Venue, Verdict
from proxy.ways import Way
from proxy.wire import (
    CheckOut,
    Mode,
    OrderOut,
    PendingOut,
    Problem,
    Status,
    StopIn,
    StopOut,
    TradeIn,
    TradeOut,
)

log = logging.getLogger(__name__)

CHECKED = "only-asked"
"""The id of an order that nobody wants to place."""
UNKNOWN_HINT = "Check its id and the userId."


class Desk:
    """Orders: placed, asked about, stopped, recovered."""

    def __init__(self, parts: Parts, accounts: Accounts) -> None:
        self._parts = parts
        self._accounts = accounts
        self._journal = parts.store.journal
        self._grouping = Grouping(self._journal, lambda: parts.door)
        self._flights = Flights()
        self._tasks = Tasks()
        self._resolver = Resolver(parts, self._flights, self._over)
        self._days = DayWatch(parts, accounts.valuer, accounts.modes)
        self._stopping = Stopping(parts, self._flights, self._tasks)
        self.flattening = Flattening(parts, accounts.modes, self._stopping)
        accounts.modes.watch_file = self._stopping.watch_file
        accounts.modes.unasked = self._resolver.unasked

    @property
    def recovering(self) -> bool:
        """Whether orders from before the start are still to be asked about."""
        return self._accounts.modes.recovering

    async def place(self, order: TradeIn, client_id: str) -> TradeOut | PendingOut:
        """Place one order. Asking again with the same id gives the same answer; OrderRefused."""
        return await asyncio.shield(self._tasks.start(self._place(order, client_id)))

    async def check(self, order: TradeIn) -> CheckOut:
        """What `place` would say to it now, by the very same rules. Nothing is reserved or sent."""
        known = await self._look(order, CHECKED)
        found(known.account)
        try:
            draft = draft_of(order, CHECKED, self._parts.clock())
            asked, rule = await self._ask(order, draft, known, None)
            judged, _ = await self._grouping(self._journal.weigh, asked, asked.created, rule)
        except ProxyError as refusal:
            return CheckOut(allowed=False, error=_problem(refusal))
        return CheckOut(allowed=True, units=judged.units)

    async def order(self, user_id: str, client_id: str) -> OrderOut:
        """The order as it stands; NotFound, also where it is another's."""
        entry = await self._parts.door(self._journal.get, client_id)
        if entry is None or entry.user_id != user_id:
            raise NotFound("unknown_order", "There is no such order.", UNKNOWN_HINT)
        return entry.out()

    async def void(self, user_id: str, client_id: str) -> OrderOut:
        """Make sure that an order that never arrived never will; otherwise the order as it is."""
        account = await self._accounts.modes.find(user_id)
        row = voided(client_id, account, self._parts.clock())
        entry, _ = await self._parts.door(self._journal.add, row)
        if entry.user_id != user_id:
            raise NotFound("unknown_order", "There is no such order.", UNKNOWN_HINT)
        return entry.out()

    async def stop(self, ask: StopIn) -> StopOut:
        """The emergency stop: answers as soon as the gate is closed and that is committed."""
        return await asyncio.shield(self._tasks.start(self._stopping.stop(ask.userId)))

    async def stop_state(self, user_id: str | None) -> StopOut:
        """How far a stop has come."""
        return await self._stopping.state(user_id)

    async def recover(self) -> None:
        """A start: load the stop, ask about every open order, and only then allow live.

        Whose order got no answer stays held back, alone, until one comes.
        """
        store, door = self._parts.store, self._parts.door
        accounts = await door(store.accounts.everyone)
        self._parts.gate.load(accounts, await door(store.accounts.stopped))
        await self._stopping.watch_file()
        await self._accounts.modes.watch()
        await self._follow_stops()
        await self._resolver.first_pass()
        self._accounts.modes.recovering = False

    async def resolve_once(self) -> None:
        """Ask about every order whose end is not known, where that is due now."""
        await self._resolver.tick()

    async def watch_once(self) -> None:
        """Look after the host's stop file, a silent bot, and positions that were closed."""
        await self._stopping.watch()
        await self.flattening.watch()
        await self._accounts.modes.watch()
        await self._days.look()

    async def idle(self) -> None:
        """Wait for all that still runs on its own."""
        await self._tasks.idle()

    async def _follow_stops(self) -> None:
        """Bring the stops to their end that the last process did not."""
        if self._parts.gate.stopped:
            self._stopping.follow(None)
            return
        for account in await self._parts.door(self._parts.store.accounts.everyone):
            if account.mode is Mode.HALTED:
                self._stopping.follow(account.user_id)

    async def _place(self, order: TradeIn, client_id: str) -> TradeOut | PendingOut:
        with self._flights.of(order.userId, client_id):
            entry = await self._entry(order, client_id)
        await self.flattening.review(order.userId)
        return answer_of(entry, order)

    async def _entry(self, order: TradeIn, client_id: str) -> Entry:
        """The order of this id; a new one is placed, without a look where all is at hand."""
        known = self._journal.recall(order.userId, self._parts.clock().date())
        world = at_hand(self._parts, self._accounts.valuer, order, known)
        if known is None or world is None:
            known = await self._look(order, client_id)
        return known.entry or await self._first(order, client_id, known, world)

    async def _look(self, order: TradeIn, client_id: str) -> Known:
        today = self._parts.clock().date()
        return await self._grouping(self._journal.look, client_id, order.userId, today)

    async def _first(
        self, order: TradeIn, client_id: str, known: Known, world: World | None
    ) -> Entry:
        """Reserve, send and conclude an order whose id is new."""
        draft = draft_of(order, client_id, self._parts.clock())
        try:
            with unsent(client_id):
                entry, fresh = await self._reserve(order, draft, known, world)
        except OrderRefused:
            # Where nobody has looked, it may be an older order, and was sent.
            older = None if world is None else (await self._look(order, client_id)).entry
            if older is None:
                raise
            return older
        if not fresh:
            return entry
        return await self._send(entry, self._parts.venue(entry.exchange, entry.book))

    async def _reserve(
        self, order: TradeIn, draft: Entry, known: Known, world: World | None
    ) -> tuple[Entry, bool]:
        try:
            account = found(known.account)
            draft = replace(draft, mode=account.mode, epoch=account.epoch)
            asked, rule = await self._ask(order, draft, known, world)
            self._parts.venue(asked.exchange, asked.book).prepare()
            return await self._grouping(self._journal.reserve, asked, asked.created, rule)
        except ProxyError as refusal:
            return await self._deny(draft, refusal), False

    async def _ask(
        self, order: TradeIn, draft: Entry, known: Known, world: World | None
    ) -> tuple[Entry, Judge]:
        """The order as it is asked for, and how its books will judge it."""
        asked = Asked(
            draft,
            order.mode,
            order.epoch,
            order.typed,
            order.quotedPrice,
            self._parts.live.allowed,
            self.recovering,
            await self._resolver.unasked(order.userId),
            self._way(order, draft.client_id),
        )
        account = found(known.account)
        parts, own = self._parts, account.book
        account = check_account(asked, account, parts.gate.stopped, draft.created)
        draft = replace(draft, mode=account.mode, epoch=account.epoch)
        if world is None or draft.book is not own:
            with asking(Purpose.ASK):
                world = await world_of(parts, self._accounts.valuer, order, draft, known)
        venue = parts.venue(order.exchange, draft.book)
        now = parts.clock()
        asked = replace(asked, entry=replace(draft, sandbox=venue.sandbox, created=now))
        return asked.entry, lambda books: judge(asked, world, books, parts.limits, now)

    def _way(self, order: TradeIn, client_id: str) -> Way | None:
        """The way out of a stop, where it is for this very order."""
        way = self._parts.gate.way(order.userId)
        if way is None or not way.leads(client_id, order.side, order.mode, order.epoch):
            return None
        return way

    async def _deny(self, draft: Entry, refusal: ProxyError) -> Entry:
        """Journal our refusal, so that the same id gets the same answer."""
        now = self._parts.clock()
        denied = replace(draft, status=Status.DENIED, concluded=now, problem=_problem(refusal))
        entry, fresh = await self._parts.door(self._journal.add, denied)
        if fresh and refusal.code == LOSS_CODE and entry.book is Book.LIVE:
            await self._accounts.modes.reduce(entry.user_id, refusal.message)
        return entry

    async def _send(self, entry: Entry, venue: Venue) -> Entry:
        """Send once, through the gate, and write down what came back."""
        passed: list[datetime] = []
        who, which = entry.user_id, entry.client_id
        ticket = Ticket(who, entry.epoch, entry.mode, entry.side, entry.not_after, which)

        def gate() -> None:
            now = self._parts.clock()
            self._parts.gate.check(ticket, now)
            passed.append(now)

        try:
            report = await venue.send(entry.placement(), gate)
        except GateClosed as closed:
            report = Report(Verdict.NOT_SENT, closed.code, closed.message, closed.hint)
        except Exception as failure:  # noqa: BLE001 - whatever broke, the order may be out there
            log.error("sending %s failed: %s", entry.client_id, type(failure).__name__)
            report = before_gate(failure) if not passed else Report(Verdict.UNKNOWN)
        report = await valued(report, entry.placement().market, venue)
        now = self._parts.clock()
        sent_at = passed[-1] if passed else now
        learn = lambda known: after_send(known, report, sent_at, now)  # noqa: E731
        settled = await self._grouping(self._journal.settle, entry.client_id, learn)
        await self._over(settled)
        return settled

    async def _over(self, entry: Entry) -> None:
        """A real order has ended: where live is wound down, what is left may be no position."""
        ended = entry.book is Book.LIVE and entry.status.terminal
        # The gate hears of the end of live before the database does.
        if ended and self._parts.gate.mode(entry.user_id) is not Mode.LIVE:
            await self._accounts.modes.review(entry.user_id)


def _problem(refusal: ProxyError) -> Problem:
    return Problem(code=refusal.code, message=refusal.message, hint=refusal.hint)
