"""The gate: who may command, decided before anything else is looked at.

Alone because every message and press passes here, and what no rule allows is silence.

May import: core, store.
"""

import re
import uuid
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

from piggybot.chat import refusals
from piggybot.chat.ask import House
from piggybot.chat.border import Arrival
from piggybot.core.mail import outgoing
from piggybot.core.people import Pairing
from piggybot.store import Person

START = re.compile(r"/start(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII | re.IGNORECASE)
HOUR = timedelta(hours=1)
REMEMBERED = 1000
ANONYMOUS = frozenset({1087968824, 136817688, 777000})


class Gate:
    """Knows everybody who may come in; a stranger gets one sentence an hour at most."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._greeted: OrderedDict[int, datetime] = OrderedDict()

    def knows(self, arrival: Arrival, person: Person | None) -> bool:
        """Whether its sender is one of us already: to let them in takes no more than a look."""
        return person is not None and self._allowed(arrival.person_id, person)

    async def admit(self, arrival: Arrival, person: Person | None) -> Person | None:
        """`person`, who is known already, or joined where the settings list them; None: out."""
        if arrival.odd or arrival.person_id in ANONYMOUS or arrival.chat_id != arrival.person_id:
            return None
        if self._allowed(arrival.person_id, person):
            return await self._ranked(person) if person else await self._join(arrival)
        if arrival.is_press:
            return None
        start = START.fullmatch(arrival.text)
        return await self._stranger(arrival, start[1] or "") if start else None

    def _allowed(self, person_id: int, known: Person | None) -> bool:
        owner = known is not None and known.owner
        return self._house.settings.lists(person_id, owner=owner)

    async def _ranked(self, person: Person) -> Person:
        """Where the settings name the owner, nobody else is one, whoever was before."""
        owner = self._house.settings.telegram_chat_id
        if owner is None or person.owner == (person.id == owner):
            return person
        await self._house.door(self._house.store.people.rank, person.id, person.id == owner)
        return replace(person, owner=person.id == owner)

    async def _stranger(self, arrival: Arrival, code: str) -> Person | None:
        """Only /start is heard: with the right code of an open pairing its sender is the owner."""
        store, door, now = self._house.store, self._house.door, self._house.clock()
        if self._house.settings.telegram_chat_id is not None or not await door(
            store.pairing.is_open, now
        ):
            code = ""
        if not code:
            await self._greet(arrival, now)
            return None
        result = await door(store.pairing.try_code, code, now)
        if result.outcome is Pairing.OK:
            return await self._join(arrival, paired=True)
        wrong = result.outcome is Pairing.WRONG
        await self._tell(
            arrival, refusals.wrong_code(result.left) if wrong else refusals.CODE_BURNT
        )
        return None

    async def _join(self, arrival: Arrival, *, paired: bool = False) -> Person:
        settings = self._house.settings
        owner = paired or arrival.person_id == settings.telegram_chat_id
        given = settings.user_id if owner else None
        person = Person(
            id=arrival.person_id,
            chat_id=arrival.chat_id,
            name=arrival.name,
            owner=owner,
            user_id=str(given or uuid.uuid5(uuid.NAMESPACE_OID, self._house.ids())),
            exchange=settings.default_exchange,
        )
        store, door = self._house.store, self._house.door
        await door(store.people.join, person)
        return await door(store.people.find, person.id) or person

    async def _greet(self, arrival: Arrival, now: datetime) -> None:
        last = self._greeted.get(arrival.person_id)
        if last is not None and now - last < HOUR:
            return
        self._greeted[arrival.person_id] = now
        self._greeted.move_to_end(arrival.person_id)
        while len(self._greeted) > REMEMBERED:
            self._greeted.popitem(last=False)
        await self._tell(arrival, refusals.STRANGER)

    async def _tell(self, arrival: Arrival, text: str) -> None:
        now = self._house.clock()
        key = f"gate:m{arrival.chat_id}:{arrival.message_id}"
        row = outgoing(arrival.chat_id, {"text": text}, key, now)
        await self._house.door(self._house.store.outbox.add, [row])
        self._house.notifier.wake()
