"""Selling all that our fills hold, once a person has confirmed it; also from a stop.

Alone because it is many orders under one press, each on the desk's one path: runs are paused first,
since they would buy again, then every order is written down before the first leaves, and what is
refused holds up no other. From a stop the proxy lets pass these orders, by their ids, and no other.

May import: acting, chat, core, desk, errands, errors, parts, store, wire.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import structlog

from piggybot.acting import Acting
from piggybot.chat import texts_flatten as texts
from piggybot.core.flatten import Ending, Look, Shown, to_sell, unsettled_buys
from piggybot.core.orders import Intent
from piggybot.core.runs import Cause, Run, RunState
from piggybot.desk import LIFE, Desk
from piggybot.errands import Stops
from piggybot.errors import BrokerDown, BrokerRefused, NotAllowed, PiggyError, Stale
from piggybot.parts import Parts
from piggybot.store import Person
from proxy.wire import FlattenIn, Mode, Sellable, SellableOut, Side

AT_ONCE = 4
PATIENCE = 6.0
"""Seconds for the runs' orders that are on their way: longer than the proxy makes anyone wait."""
MOST = 200
log = structlog.get_logger(__name__)


class Flattening:
    """Looks, and sells."""

    def __init__(
        self, parts: Parts, desk: Desk, acting: Acting, patience: float = PATIENCE
    ) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids = parts.clock, parts.ids
        self._desk = desk
        self._acting = acting
        self._patience = patience

    async def look(self, person: Person) -> Look:
        """What there is to sell now. NotAllowed where a stop cannot be passed."""
        await self._desk.errands.deliver_stop(person)
        account = await self._desk.account(person)
        found = await self._sellable(person)
        stops = await self._desk.errands.standing(person)
        await self._check(person, found)
        buys = unsettled_buys(account, found.mode)
        return Look(found, await self._active(person), stops, buys)

    async def sell(self, person: Person, shown: Shown, origin: str, reply_to: int | None) -> Ending:
        """Sell it all, and say what became of each; a press that was begun before only asks."""
        begun = await self._door(self._store.orders.of_press, origin)
        for order in begun:
            await self._desk.seen(order.intent.origin)
        if not begun:
            await self._begin(person, shown, origin, reply_to)
        return await self._ending(person, origin, was_stopped=shown.halted)

    async def _begin(self, person: Person, shown: Shown, origin: str, reply_to: int | None) -> None:
        await self._agreed(person, shown)
        paused = await self._pause(person)
        try:
            async with self._alone(person):
                found = await self._agreed(person, shown)
                items = to_sell(found)[:MOST]
                if items:
                    press = _Press(person, origin, reply_to)
                    await self._send(await self._intents(press, found, items), shown.stops)
        except PiggyError as error:
            if not paused:
                raise
            raise NotAllowed(f"{error.message} {texts.in_vain(paused)}", error.hint) from error

    async def _pause(self, person: Person) -> list[Run]:
        """The runs that obeyed signals until now."""
        runs, set_state = await self._active(person), self._store.runs.set_state
        for run in runs:
            await self._door(set_state, run.id, RunState.PAUSED, texts.PAUSED)
        return runs

    async def _agreed(self, person: Person, shown: Shown) -> SellableOut:
        """What there is to sell, if all else is as it was when the person was asked."""
        found = await self._sellable(person)
        if not shown.still_holds(found) or await self._desk.errands.stopped(person, shown.stops):
            raise Stale(*texts.CHANGED)
        await self._check(person, found)
        return found

    async def _check(self, person: Person, found: SellableOut) -> None:
        """NotAllowed where nothing may be sold at all."""
        if found.barred is not None:
            raise NotAllowed(*texts.barred(found.barred))
        if not found.halted and await self._desk.errands.stopped(person):
            raise NotAllowed(*texts.UNDELIVERED)

    async def _sellable(self, person: Person, mode: Mode | None = None) -> SellableOut:
        with _nothing_sold():
            return await self._broker.sellable(person.user_id, mode, person.owner)

    async def _active(self, person: Person) -> list[Run]:
        runs = await self._door(self._store.runs.of_person, person.id)
        return [run for run in runs if run.state is RunState.ACTIVE]

    @asynccontextmanager
    async def _alone(self, person: Person) -> AsyncIterator[None]:
        """Nobody acts for this person's runs meanwhile, as far as that can be waited for.

        Whoever is waited for in vain sells at most what the proxy then refuses to sell twice.
        """
        runs = await self._door(self._store.runs.of_person, person.id)
        claims, mine = self._acting.claims, list[str]()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    for run in runs:
                        await claims.wait(run.id)
                        mine.append(run.id)
            yield
        finally:
            claims.free(mine)

    async def _intents(
        self, press: "_Press", found: SellableOut, items: Sequence[Sellable]
    ) -> list[Intent]:
        """One sell a market. From a stop, the way for exactly these is opened first."""
        ids = [f"pg-{self._ids()}" for _ in items]
        epoch = await self._way_out(press.person, found, ids) if found.halted else found.epoch
        now, person = self._clock(), press.person
        return [
            Intent(
                client_id=client_id,
                origin=press.origin if not at else f"{press.origin}:{at}",
                person_id=person.id,
                user_id=person.user_id,
                exchange=item.exchange,
                mode=found.mode,
                epoch=epoch,
                side=Side.SELL,
                symbol=item.symbol,
                amount_usd=None,
                units=item.units,
                quoted_price=None,
                placed=now,
                not_after=now + LIFE,
                reply_to=press.reply_to,
                cause=Cause.FLATTEN,
                why=texts.WHY,
                seen_price=item.price,
            )
            for at, (item, client_id) in enumerate(zip(items, ids, strict=True))
        ]

    async def _way_out(self, person: Person, found: SellableOut, ids: list[str]) -> int:
        """The fresh epoch under which these may pass the stop that the person saw."""
        wanted = FlattenIn(
            userId=person.user_id,
            mode=Mode.PAPER if found.mode is Mode.PAPER else Mode.LIVE,
            epoch=found.epoch,
            allAccounts=person.owner,
            clientOrderIds=ids,
        )
        with _nothing_sold():
            return (await self._broker.flatten(wanted)).epoch

    async def _send(self, intents: Sequence[Intent], seen: Stops) -> None:
        """Write all of them down, then send each once; what happens to one holds up no other."""
        line, ids = asyncio.Semaphore(AT_ONCE), {one.client_id for one in intents}

        async def one(intent: Intent) -> None:
            async with line:
                await self._desk.send(intent, seen)

        self._desk.sending.update(ids)
        try:
            if await self._door(self._store.orders.add_all, intents):
                ends = await asyncio.gather(*map(one, intents), return_exceptions=True)
                for intent, end in zip(intents, ends, strict=True):
                    if isinstance(end, BaseException):
                        log.error(
                            "a sell of everything broke off", order=intent.client_id, exc_info=end
                        )
        finally:
            self._desk.sending.difference_update(ids)

    async def _ending(self, person: Person, origin: str, *, was_stopped: bool) -> Ending:
        """As it stands now; what cannot be asked is left out."""
        orders = await self._door(self._store.orders.of_press, origin)
        runs = await self._door(self._store.runs.of_person, person.id)
        paused = [run for run in runs if (run.state, run.why) == (RunState.PAUSED, texts.PAUSED)]
        stopped, left = await self._desk.errands.stopped(person), None
        buys: list[str] = []
        with suppress(PiggyError):
            account = await self._desk.accounts.look(person)
            left = await self._sellable(person, orders[0].intent.mode if orders else None)
            stopped, buys = stopped or left.halted, unsettled_buys(account, left.mode)
        return Ending(orders, left, paused, buys, was_stopped, stopped)


@dataclass(frozen=True, slots=True)
class _Press:
    """Whose, which, and what its answers reply to."""

    person: Person
    origin: str
    reply_to: int | None


@contextmanager
def _nothing_sold() -> Iterator[None]:
    """Before the first sell is written down, a refusal or a silence means just that."""
    try:
        yield
    except BrokerDown as down:
        raise BrokerDown(f"Nothing was sold. {down.message}", down.hint, down.sent) from down
    except BrokerRefused as refused:
        problem = refused.problem
        said = problem.model_copy(update={"message": f"Nothing was sold. {problem.message}"})
        raise BrokerRefused(said, refused.http_status) from refused
