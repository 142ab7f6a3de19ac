"""Runs as their people know them: begun, paused, resumed, ended, shown.

Alone because the chat must not know how a run acts; whose it is, and what may follow what, is seen
to here. What begins a run loosens, so it is checked: strategy, symbol, amount against the limits.

May import: acting, chat, core, deciding, desk, errors, market, parts, standings, store,
strategies, wire.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from piggybot.acting import Acting, Seen
from piggybot.chat import texts_ticks
from piggybot.core import amounts, decisions
from piggybot.core.decisions import Hold
from piggybot.core.orders import Unsettled
from piggybot.core.positions import Book, Key, Position
from piggybot.core.runs import Cause, Exits, Guards, Run, RunState, Slot
from piggybot.core.slots import SlotWork, boundary, passed
from piggybot.deciding import position_of
from piggybot.desk import Desk
from piggybot.errors import BadInput, NotAllowed
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.standings import Standings
from piggybot.store import Person
from piggybot.strategies.registry import Registry
from proxy.wire import AccountOut, Mode, Timeframe

MOST_RUNS = 50
ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Spec:
    """What a person wants to run."""

    strategy: str
    params: Mapping[str, str]
    symbol: str
    timeframe: Timeframe
    amount_usd: Decimal
    exits: Exits
    guards: Guards
    reply_to: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """One run as it stands. `position` is of the account's present book, `resting` of the other."""

    run: Run
    position: Position
    resting: Position | None
    last: Slot | None
    next: datetime | None
    waits_for: Unsettled | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over. `kept`: something that it held is its person's now; `waits`: what its
    last order comes to will be."""

    run: Run
    kept: bool
    waits: bool
    rest: tuple[Position, ...]
    """Left over of what it sold, in each book."""
    small: Hold | None = None
    """What kept it from being sold: the exchange takes no order so small."""


class Runs:
    """What a person may do with their runs."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        parts: Parts,
        desk: Desk,
        acting: Acting,
        standings: Standings,
        market: MarketData,
        registry: Registry,
    ) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._desk = desk
        self._acting = acting
        self._standings = standings
        self._market = market
        self._registry = registry

    @asynccontextmanager
    async def alone(self, run_id: str) -> AsyncIterator[None]:
        """Neither clock nor anybody else acts for this run meanwhile."""
        await self._acting.claims.wait(run_id)
        try:
            yield
        finally:
            self._acting.claims.free([run_id])

    async def check(self, person: Person, spec: Spec) -> Spec:
        """The same with every parameter written out; BadInput for what cannot be begun."""
        params = self._registry.settled(spec.strategy, spec.params)
        account = await self._desk.account(person)
        found = await self._bounds(person, spec.symbol, spec.exits)
        amounts.check(spec.symbol, spec.amount_usd, account.limits, found)
        return replace(spec, params=params)

    async def least(self, person: Person, symbol: str, exits: Exits) -> Decimal:
        """The least that a buy of a run on this market may spend now."""
        account = await self._desk.account(person)
        return (await self._bounds(person, symbol, exits)).least(account.limits)

    async def begun(self, origin: str) -> Run | None:
        """The run that this message or press has begun already."""
        return await self._door(self._store.runs.get, _id(origin))

    async def start(self, person: Person, spec: Spec, origin: str) -> Run:
        """Begin a run; the same origin again finds the one that it began."""
        known = await self.begun(origin)
        if known is not None:
            return known
        spec = await self.check(person, spec)
        runs = await self._door(self._store.runs.of_person, person.id)
        if sum(one.state is not RunState.ENDED for one in runs) >= MOST_RUNS:
            raise BadInput(f"You have {MOST_RUNS} runs already.", "/runs ends one.")
        run = Run(
            id=_id(origin),
            person_id=person.id,
            user_id=person.user_id,
            exchange=person.exchange,
            symbol=spec.symbol,
            timeframe=spec.timeframe,
            strategy=spec.strategy,
            params=spec.params,
            amount_usd=spec.amount_usd,
            exits=spec.exits,
            guards=spec.guards,
            state=RunState.ACTIVE,
            created=self._clock(),
            reply_to=spec.reply_to,
        )
        return await self._door(self._store.runs.add, run)

    async def find(self, person: Person, number: int) -> Run:
        """This person's run of that number; BadInput."""
        for run in await self._door(self._store.runs.of_person, person.id):
            if run.number == number:
                return run
        raise BadInput(f"You have no run #{number}.", "/runs lists them.")

    async def cards(self, person: Person) -> list[Card]:
        """Every run that has not ended, the oldest first."""
        account = await self._desk.accounts.known(person)
        runs = await self._door(self._store.runs.of_person, person.id)
        living = [run for run in runs if run.state is not RunState.ENDED]
        return [await self._card(run, account) for run in living]

    async def card(self, person: Person, number: int) -> Card:
        account = await self._desk.accounts.known(person)
        return await self._card(await self.find(person, number), account)

    async def pause(self, person: Person, number: int) -> Run:
        """No signals are obeyed; exits of what is held stay armed. NotAllowed."""
        return await self._changed(await self.find(person, number), RunState.PAUSED)

    async def resume(self, person: Person, number: int) -> Run:
        """Obey signals from the next slot on; what passed is accounted for. NotAllowed."""
        run = await self.find(person, number)
        last = await self._door(self._store.slots.last, run.id)
        skipped = passed(run, last, self._clock(), texts_ticks.PASSED)
        if not await self._door(self._store.runs.resume, run.id, skipped):
            raise _cannot(run, "resumed")
        return await self.find(person, number)

    async def end_keeping(self, person: Person, number: int) -> Ended:
        """End it; what it holds is the person's, as if bought by hand. NotAllowed."""
        run = await self.find(person, number)
        async with self.alone(run.id):
            return await self._ended(run)

    async def end_selling(self, person: Person, number: int) -> Ended:
        """Pause it, sell what it holds, then end it; not ended where the sell did not come off."""
        run = await self.find(person, number)
        if run.state is RunState.ACTIVE:
            run = await self._changed(run, RunState.PAUSED)
        await self._acting.claims.wait(run.id)
        kept: set[str] = set()
        try:
            kept, small = await self._sell(run)
        finally:
            self._acting.claims.free({run.id} - kept)
        async with self.alone(run.id):
            if kept and (await self.card(person, number)).position.entries:
                raise NotAllowed(
                    f"Run #{number} holds something still, so it is paused and not ended.",
                    "See what became of its sell; then end it again.",
                )
            return replace(await self._ended(run), small=small)

    def next_slot(self, run: Run, now: datetime) -> datetime | None:
        """When it decides next; None while it does not."""
        if run.state is not RunState.ACTIVE:
            return None
        return boundary(now, run.timeframe) + run.timeframe.step

    async def _bounds(self, person: Person, symbol: str, exits: Exits) -> amounts.Bounds:
        rules = await self._market.rules(person.exchange, symbol)
        price = (await self._market.price(person.exchange, symbol)).price
        return amounts.Bounds(rules, price, exits)

    async def _sell(self, run: Run) -> tuple[set[str], Hold | None]:
        """Sell all of the present book's holding; the runs that are being sent for, or why none."""
        [due] = await self._door(self._store.slots.load, [run.id])
        standing = await self._standings.of(due.run, await self._standings.scene())
        barred = decisions.barred(standing)
        waits = standing.unsettled is not None
        if barred is not None and (waits or any(one.entries for one in due.positions)):
            why = f"Nothing can be sold now. {texts_ticks.hold(barred, run)}"
            raise NotAllowed(why, "Ending the run without selling works at once.")
        held = position_of(due, standing)
        if not held.entries:
            return set(), None
        price = await self._market.price(run.exchange, run.symbol)
        rules = await self._market.rules(run.exchange, run.symbol)
        act = decisions.sale(held, price.price, rules, Cause.HAND)
        if isinstance(act, Hold):
            return set(), act
        seen = Seen(None, price.price, "")
        intent = self._acting.intent(due.run, act, standing, seen)
        sending = await self._acting.do([SlotWork(due.run, None, intent=intent)])
        if not sending:
            why = f"Nothing was sold: run #{run.number} may not sell now. It is not ended."
            raise NotAllowed(why, "/runs says why. Ending the run without selling works at once.")
        return sending, None

    async def _ended(self, run: Run) -> Ended:
        """End a run that nobody else acts for."""
        held = await self._door(self._store.ledger.of_run, run.id)
        kept = any(one.entries for one in held)
        waits = run.id in await self._door(self._store.orders.unsettled)
        rest = tuple(one for one in held if one.units and not one.entries)
        return Ended(await self._changed(run, RunState.ENDED), kept, waits, rest)

    async def _changed(self, run: Run, state: RunState) -> Run:
        if not await self._door(self._store.runs.set_state, run.id, state):
            raise _cannot(run, state.value.lower())
        now = await self._door(self._store.runs.get, run.id)
        assert now is not None
        return now

    async def _card(self, run: Run, account: AccountOut) -> Card:
        positions = await self._door(self._store.ledger.of_run, run.id)
        held = {one.key.book: one for one in positions}
        book = _shown(account.mode, held)
        key = Key(run.user_id, book, run.exchange, run.symbol, run.id)
        others = [one for one in positions if one.key.book is not book and one.entries]
        return Card(
            run,
            held.get(book, Position(key)),
            others[0] if others else None,
            await self._door(self._store.slots.last, run.id),
            self.next_slot(run, self._clock()),
            (await self._door(self._store.orders.unsettled)).get(run.id),
        )


def _id(origin: str) -> str:
    """The run's id, told by the message or press that began it."""
    digest = hashlib.sha256(f"run {origin}".encode()).digest()[:ID_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _shown(mode: Mode, held: Mapping[Book, Position]) -> Book:
    """A halted account acts in no book: it shows the real one where something real is held."""
    if mode is not Mode.HALTED:
        return Book.of(mode)
    return Book.LIVE if Book.LIVE in held and held[Book.LIVE].entries else Book.PAPER


def _cannot(run: Run, done: str) -> NotAllowed:
    return NotAllowed(
        f"Run #{run.number} is {run.state.value.lower()}, so it cannot be {done}.",
        "/runs shows how your runs stand.",
    )
