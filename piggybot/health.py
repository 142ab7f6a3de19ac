"""Watching the proxy: three silences in a row end buys durably, its return ends live first.

People are looked at side by side, a few at once: one account that gives no answer delays nobody
else's return. Alone because losing health is a history of its own (latch, tell, return, live off,
clear), not a tick of the clock.

May import: chat, core, desk, errors, latches, parts, store, wire.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from migrations.database import Door
from piggybot.chat import texts_safety as texts
from piggybot.core.mail import WARNING, Outgoing, outgoing
from piggybot.desk import Desk
from piggybot.errors import PiggyError
from piggybot.latches import HELD, NO_ENTRIES, NO_LIVE_ENTRIES, held
from piggybot.parts import Parts
from piggybot.store import Person, Store
from proxy.wire import AccountOut, HealthOut, Mode, ModeIn

PATIENCE = 3
HEALTH = "health"
SEALING_KEY = "sealing_key"
AT_ONCE = 4
"""People looked at side by side; the proxy admits four times as many from all."""
log = structlog.get_logger(__name__)


async def last_health(store: Store, door: Door, now: datetime) -> str:
    """The proxy's health as last seen, with its age, in words."""
    kept = await door(store.flags.get, HEALTH)
    if kept is None:
        return "Backend health: not checked yet"
    seen = json.loads(kept)
    age = texts.ago(int((now - datetime.fromisoformat(seen["at"])).total_seconds()))
    return f"✅ Backend health: OK ({age})" if seen["ok"] else f"❌ Backend health: down ({age})"


class Health:
    """One check a call; the clock calls it."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids, self._notifier = parts.clock, parts.ids, parts.notifier
        self._desk = desk
        self._failures = 0
        self._line = asyncio.Semaphore(AT_ONCE)

    async def check(self) -> None:
        """Ask the proxy how it is; latch, or unlatch and look at everyone's account."""
        try:
            found = await self._broker.health()
        except PiggyError as error:
            await self._failed(error)
            return
        self._failures = 0
        await self._keep(found)
        await self._note(ok=True)
        await self._look_at_everyone()

    async def learn_key(self) -> None:
        """At a first start the proxy may be the slower one: ask for its key until it is known."""
        if await self._door(self._store.flags.get, SEALING_KEY) is None:
            with suppress(PiggyError):
                await self._keep(await self._broker.health())

    async def telegram(self, down_since: datetime | None, last_down: datetime | None) -> None:
        """Suspend new live buys while the person has no brake; tell when it is back."""
        kept = await self._door(self._store.flags.get, NO_LIVE_ENTRIES)
        if down_since is not None and kept is None:
            why = f"Telegram has not answered since {down_since:%H:%M} UTC"
            await self._door(self._store.flags.put, NO_LIVE_ENTRIES, why)
        if down_since is None and kept is not None:
            await self._door(self._store.flags.drop, NO_LIVE_ENTRIES)
            for person in await self._door(self._store.people.everyone):
                await self._tell(person, texts.telegram_was_away(last_down or self._clock()))

    async def _failed(self, error: PiggyError) -> None:
        self._failures += 1
        await self._note(ok=False)
        kept = await self._door(self._store.flags.get, NO_ENTRIES)
        if self._failures < PATIENCE or kept is not None:
            return
        why = "the trading service does not answer"
        said = error.message
        letters = [
            self._letter(each, texts.health_lost(each.mode, sandbox=each.sandbox, why=said))
            for each in await self._door(self._store.people.everyone)
        ]
        await self._door(self._store.flags.put_telling, NO_ENTRIES, why, letters)
        self._notifier.wake()

    async def _look_at_everyone(self) -> None:
        people = await self._door(self._store.people.everyone)
        back = await self._door(self._held, people)
        looks = [self._returned if person.user_id in back else self._look for person in people]
        ends = await asyncio.gather(
            *(self._one(look, person) for look, person in zip(looks, people, strict=True)),
            return_exceptions=True,
        )
        for person, end in zip(people, ends, strict=True):
            if isinstance(end, BaseException):
                log.error("looking at an account failed", user=person.user_id, exc_info=end)

    def _held(self, people: Sequence[Person]) -> set[str]:
        """At the store: whose buys are suspended still. From now on each is for itself."""
        self._store.flags.split(NO_ENTRIES, [held(person.user_id) for person in people])
        kept = self._store.flags.beginning(HELD)
        return {person.user_id for person in people if held(person.user_id) in kept}

    async def _one(self, look: Callable[[Person], Awaitable[None]], person: Person) -> None:
        """What goes wrong with one account is not the proxy's ill health: it has just answered."""
        async with self._line:
            with suppress(PiggyError):
                await look(person)

    async def _look(self, person: Person) -> None:
        await self._desk.accounts.look(person)

    async def _returned(self, person: Person) -> None:
        """After a loss: live is ended first, then buys are possible; or it is tried again."""
        account, was_live = await self._end_live(person)
        await self._door(self._store.flags.drop, held(person.user_id))
        await self._tell(person, texts.health_back(account, was_live=was_live))

    async def _end_live(self, person: Person) -> tuple[AccountOut, bool]:
        account = await self._desk.accounts.look(person)
        if account.mode is not Mode.LIVE:
            return account, person.mode is Mode.LIVE
        wanted = ModeIn(userId=person.user_id, mode=Mode.PAPER)
        return await self._desk.accounts.change_mode(person, wanted), True

    async def _keep(self, found: HealthOut) -> None:
        """The key that secrets are sealed to, for the door."""
        if found.publicKey is None or found.keyId is None:
            return
        fresh = json.dumps({"publicKey": found.publicKey, "keyId": found.keyId})
        if await self._door(self._store.flags.get, SEALING_KEY) != fresh:
            await self._door(self._store.flags.put, SEALING_KEY, fresh)

    async def _note(self, *, ok: bool) -> None:
        seen = json.dumps({"at": self._clock().isoformat(), "ok": ok})
        await self._door(self._store.flags.put, HEALTH, seen)

    async def _tell(self, person: Person, text: str) -> None:
        await self._door(self._store.outbox.add, [self._letter(person, text)], [])
        self._notifier.wake()

    def _letter(self, person: Person, text: str) -> Outgoing:
        key = f"health:{self._ids()}"
        return outgoing(person.chat_id, {"text": text}, key, self._clock(), priority=WARNING)
