"""Watching the proxy: three silences in a row end buys durably, its return ends live first.

Alone because losing health is a history of its own (latch, tell, return, live off, clear), not a
tick of the clock.

May import: chat, desk, errors, ports, store, wire.
"""

import json
from contextlib import suppress
from datetime import datetime

from migrations.database import Door
from piggybot.chat import texts_safety as texts
from piggybot.desk import NO_ENTRIES, NO_LIVE_ENTRIES, Desk
from piggybot.errors import BrokerRefused, PiggyError
from piggybot.ports import Broker, Clock, Ids, Notifier
from piggybot.store import Outgoing, Person, Store
from proxy.wire import AccountOut, HealthOut, Mode, ModeIn

PATIENCE = 3
HEALTH = "health"
SEALING_KEY = "sealing_key"
WARNING = 2


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

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        store: Store,
        door: Door,
        broker: Broker,
        clock: Clock,
        ids: Ids,
        notifier: Notifier,
        desk: Desk,
    ) -> None:
        self._store = store
        self._door = door
        self._broker = broker
        self._clock = clock
        self._ids = ids
        self._notifier = notifier
        self._desk = desk
        self._failures = 0

    async def check(self) -> None:
        """Ask the proxy how it is; latch, or unlatch and look at everyone's account."""
        try:
            found = await self._broker.health()
            await self._keep(found)
            await self._returned()
        except PiggyError as error:
            await self._failed(error)
            return
        self._failures = 0
        await self._note(ok=True)

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
        why = "the proxy does not answer"
        for person in await self._door(self._store.people.everyone):
            text = texts.health_lost(person.mode, sandbox=person.sandbox, why=error.message)
            await self._tell(person, text)
        await self._door(self._store.flags.put, NO_ENTRIES, why)

    async def _returned(self) -> None:
        """Look at every account; after a loss live is ended first, then the latch is cleared."""
        people = await self._door(self._store.people.everyone)
        if await self._door(self._store.flags.get, NO_ENTRIES) is None:
            for person in people:
                await self._look(person)
            return
        back = []
        for person in people:
            # One person's refusal must not hold back everyone else's buys.
            with suppress(BrokerRefused):
                back.append((person, *await self._end_live(person)))
        await self._door(self._store.flags.drop, NO_ENTRIES)
        for person, account, was_live in back:
            await self._tell(person, texts.health_back(account, was_live=was_live))

    async def _look(self, person: Person) -> None:
        """What goes wrong with one account is not the proxy's ill health: it has just answered."""
        with suppress(PiggyError):
            await self._desk.accounts.look(person)

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
        now = self._clock()
        row = Outgoing(
            id=0,
            chat_id=person.chat_id,
            kind="text",
            body={"text": text},
            priority=WARNING,
            dedupe=f"health:{self._ids()}",
            reply_to=None,
            created=now,
            not_before=now,
            tries=0,
        )
        await self._door(self._store.outbox.add, [row], [])
        self._notifier.wake()
