"""What must reach the proxy sooner or later: a stop, and the removal of a key.

An errand is written down before the first try and crossed out after the proxy has answered, so
that neither a crash nor a proxy out of reach loses it; the clock runs what is left. The written
stop also stops this house at once, whatever the proxy says, and only /resume takes it away.

May import: accounts, chat, core, errors, parts, store, wire.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType

from piggybot.accounts import Accounts
from piggybot.chat import texts_flatten, texts_setup
from piggybot.chat import texts_safety as texts
from piggybot.core.mail import STOP, WARNING, outgoing
from piggybot.errors import BrokerDown, BrokerRefused, PiggyError
from piggybot.parts import Parts
from piggybot.store import ButtonRow, Person, Removed
from proxy.wire import ForgetIn, ForgetOut, StopIn, StopOut

STOP_ALL = "stop:all"
EVERY_KEY = "*"
Stops = Mapping[str, str]
"""Stops of this house by name, each with the message that gave it."""
NONE: Stops = MappingProxyType({})
OFFERED = timedelta(days=1)
"""So long the button under a stop may be pressed: it only asks."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """One stop on its way: pending, then closed (first acknowledgement), then settled (second)."""

    state: str
    person_id: int
    origin: str
    reply_to: int | None


def stop_flag(person: Person) -> str:
    """The owner stops all accounts, a member their own."""
    return STOP_ALL if person.owner else f"stop:{person.user_id}"


class Errands:
    """Writes errands down, runs them, and tells how they went."""

    def __init__(self, parts: Parts, accounts: Accounts) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids, self._notifier = parts.clock, parts.ids, parts.notifier
        self._accounts = accounts
        self._running = asyncio.Lock()
        self._closing: set[str] = set()
        self._forgetting: list[int] = []

    async def stopped(self, person: Person, seen: Stops = NONE) -> bool:
        """Whether a stop of this person's, or of everyone's, stands here that they have not seen.

        Each stop has another message, so a newer one is never taken for what was seen.
        """
        return await self._door(self.stands, person, seen)

    def stands(self, person: Person, seen: Stops = NONE) -> bool:
        """The same, for who is at the store already."""
        kept = self._store.flags.those((STOP_ALL, f"stop:{person.user_id}"))
        return any(
            name not in seen or json.loads(stop)["origin"] != seen[name]
            for name, stop in kept.items()
        )

    async def stop(self, person: Person, origin: str, reply_to: int | None) -> None:
        """Stop this house durably, then the proxy; says what is stopped and what is not."""
        stop = Stopping("pending", person.id, origin, reply_to)
        await self._keep(person, stop)
        await self._close(person, stop)

    async def standing(self, person: Person) -> dict[str, str]:
        """This person's local stops by name, each with the message that gave it."""
        names = (stop_flag(person), f"stop:{person.user_id}")
        kept = await self._door(self._store.flags.those, names)
        return {name: str(json.loads(stop)["origin"]) for name, stop in kept.items()}

    async def resumed(self, ended: Stops) -> None:
        """Take those stops away, after the proxy has agreed; one given since then stays."""
        for name, origin in ended.items():
            await self._door(self._lift, name, origin)

    async def deliver_stop(self, person: Person) -> None:
        """Deliver this person's stop if it has not arrived yet."""
        stop = await self._stopping(person)
        if stop is not None and stop.state == "pending":
            await self._close(person, stop)

    @contextmanager
    def forgetting(self, person: Person) -> Iterator[None]:
        """While a person's own command removes keys, the clock leaves the removal to it."""
        self._forgetting.append(person.id)
        try:
            yield
        finally:
            self._forgetting.remove(person.id)

    async def forget(self, person: Person, exchange: str | None) -> Removed:
        """Write the removal down and remove the key here; the proxy's removal follows."""
        name = f"forget:{person.user_id}"
        kept = await self._door(self._store.flags.get, name)
        names = {exchange or EVERY_KEY} | set((kept or "").split(",")) - {""}
        await self._door(self._store.flags.put, name, ",".join(sorted(names)))
        return await self._door(self._store.keys.forget, person.user_id, exchange)

    async def deliver_forgets(self, person: Person) -> Removed:
        """Remove at the proxy what was forgotten here."""
        name = f"forget:{person.user_id}"
        gone: list[str] = []
        traces = False
        kept = await self._door(self._store.flags.get, name)
        for exchange in (kept or "").split(","):
            if exchange:
                wanted = None if exchange == EVERY_KEY else exchange
                out = await self._forget_there(person, wanted)
                gone, traces = gone + out.forgotten, out.traces
        if kept is not None:
            await self._door(self._cross_out, name, kept)
        return Removed(tuple(gone), traces)

    async def _forget_there(self, person: Person, exchange: str | None) -> ForgetOut:
        try:
            return await self._broker.forget(ForgetIn(userId=person.user_id, exchange=exchange))
        except BrokerRefused as refused:
            if refused.http_status != HTTPStatus.NOT_FOUND:
                raise
            return ForgetOut(forgotten=[])

    async def deliver(self) -> None:
        """Run everything that is left, for everyone; called by the clock."""
        async with self._running:
            for person in await self._door(self._store.people.everyone):
                try:
                    await self._deliver_for(person)
                except BrokerDown as down:
                    if not down.sent:
                        return
                except BrokerRefused:
                    continue

    async def _deliver_for(self, person: Person) -> None:
        stop = await self._stopping(person)
        if stop is not None and stop.state == "pending":
            await self._close(person, stop)
        if stop is not None and stop.state == "closed":
            out = await self._broker.stop_state(None if person.owner else person.user_id)
            await self._settle(person, stop, out)
        if person.id in self._forgetting:
            return
        if await self._door(self._store.flags.get, f"forget:{person.user_id}") is not None:
            text = texts_setup.forgotten_late(await self.deliver_forgets(person))
            await self._tell(
                person, _Said(text, f"forgot:{self._clock().isoformat()}", None, WARNING)
            )

    async def _close(self, person: Person, stop: Stopping) -> None:
        """Post the stop, unless it is being posted: twice at once would count its cancels anew."""
        name = stop_flag(person)
        if name in self._closing:
            return
        self._closing.add(name)
        try:
            await self._close_now(person, stop)
        finally:
            self._closing.discard(name)

    async def _close_now(self, person: Person, stop: Stopping) -> None:
        """First acknowledgement, from the proxy or about its silence."""
        try:
            out = await self._post_stop(person)
        except PiggyError as error:
            text = texts.stop_not_delivered(error, everyone=person.owner)
            said = _Said(text, f"{stop.origin}:undelivered", stop.reply_to, STOP)
            await self._tell(person, said)
            return
        if out.problem is not None:
            text = texts.stop_unwritten(out.problem, everyone=person.owner)
            await self._tell(person, _Said(text, f"{stop.origin}:unwritten", stop.reply_to, STOP))
            return  # the clock gives it again, until it is written down
        text = texts.gate_closed(everyone=person.owner)
        said = _Said(text, f"{stop.origin}:closed", stop.reply_to, STOP)
        await self._tell(person, said)
        closed = replace(stop, state="closed")
        await self._door(self._advance, stop_flag(person), closed)
        await self._settle(person, closed, out)

    async def _post_stop(self, person: Person) -> StopOut:
        wanted = StopIn(userId=None if person.owner else person.user_id)
        try:
            return await self._broker.stop(wanted)
        except BrokerRefused:
            # The proxy may not know the account yet: looking makes it, and then it can be stopped.
            await self._accounts.look(person)
            return await self._broker.stop(wanted)

    async def _settle(self, person: Person, stop: Stopping, out: StopOut) -> None:
        if not out.settled:
            return
        text = texts.stop_settled(out)
        said = _Said(text, f"{stop.origin}:settled", stop.reply_to, STOP)
        offer = ButtonRow(self._ids(), person.id, "flatten", {}, self._clock() + OFFERED)
        await self._tell(person, said, offer)
        await self._door(self._advance, stop_flag(person), replace(stop, state="settled"))

    async def _stopping(self, person: Person) -> Stopping | None:
        kept = await self._door(self._store.flags.get, stop_flag(person))
        return None if kept is None else Stopping(**json.loads(kept))

    async def _keep(self, person: Person, stop: Stopping) -> None:
        await self._door(self._store.flags.put, stop_flag(person), json.dumps(asdict(stop)))

    def _advance(self, name: str, stop: Stopping) -> None:
        """Note how far the stop is, unless it was resumed or given anew meanwhile."""
        kept = self._store.flags.get(name)
        if kept is not None and json.loads(kept)["origin"] == stop.origin:
            self._store.flags.put(name, json.dumps(asdict(stop)))

    def _lift(self, name: str, origin: str) -> None:
        kept = self._store.flags.get(name)
        if kept is not None and json.loads(kept)["origin"] == origin:
            self._store.flags.drop(name)

    def _cross_out(self, name: str, done: str) -> None:
        """Drop the errand, unless more was written into it meanwhile."""
        if self._store.flags.get(name) == done:
            self._store.flags.drop(name)

    async def _tell(self, person: Person, said: "_Said", offer: ButtonRow | None = None) -> None:
        now, body = self._clock(), {"text": said.text}
        shown = {} if offer is None else {"buttons": [[texts_flatten.offer(offer.nonce)]]}
        row = outgoing(
            *(person.chat_id, body | shown, said.dedupe, now),
            priority=said.priority,
            reply_to=said.reply_to,
        )
        await self._door(self._store.outbox.add, [row], [] if offer is None else [offer])
        self._notifier.wake()


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    dedupe: str
    reply_to: int | None
    priority: int
