"""From an arrival to a row of the durable inbox: gate, seal, commit; then, and only then, the lane.

Alone because its order is the promise: when `take` returns, Telegram may be told that the update
arrived. A second arrival of the same message or press finds its key taken and does nothing.

May import: errors, store, wire.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from piggybot.chat import refusals
from piggybot.chat.ask import House
from piggybot.chat.border import Arrival, Letter, Wire, WireError
from piggybot.chat.gate import Gate
from piggybot.chat.guard import Errands
from piggybot.chat.lanes import STOP, Lanes
from piggybot.chat.secret import Read, Reader, keylike, sealer_for, stops, without_hint
from piggybot.chat.wipes import Wipes
from piggybot.errors import PiggyError
from piggybot.store import Dialogue, Incoming, Person
from proxy.wire import StopIn

log = structlog.get_logger()

SEALING_KEY = "sealing_key"
LANE_PATIENCE = 2.0
NONCE = re.compile(r"[A-Za-z0-9_-]{16,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known when a message comes, read in one go."""

    person: Person | None
    dialogue: Dialogue | None
    public: str | None
    """The proxy's sealing key."""


class Intake:
    """Takes one arrival at a time."""

    def __init__(  # noqa: PLR0913, PLR0917
        self, house: House, wire: Wire, reader: Reader, lanes: Lanes, wipes: Wipes, errands: Errands
    ) -> None:
        self._house = house
        self._wire = wire
        self._reader = reader
        self._lanes = lanes
        self._wipes = wipes
        self._errands = errands
        self._gate = Gate(house)
        self._unwritten: set[str] = set()
        self._undelivered: set[str] = set()

    async def take(self, arrival: Arrival) -> None:
        """Return when the arrival is in the inbox, or will never be."""
        seen = await self._house.door(self._seen, arrival.person_id)
        person = await self._gate.admit(arrival, seen.person)
        if person is None:
            if arrival.is_press:
                self._answer(arrival, refusals.PRESS_NOT_YOURS)
            return
        if arrival.is_press:
            await self._take_press(arrival, person)
        else:
            await self._take_message(arrival, person, seen)

    def _seen(self, person_id: int) -> Seen:
        store = self._house.store
        return Seen(
            store.people.find(person_id),
            store.dialogues.get(person_id),
            store.flags.get(SEALING_KEY),
        )

    async def _take_press(self, arrival: Arrival, person: Person) -> None:
        if not NONCE.fullmatch(arrival.data):
            self._answer(arrival, refusals.PRESS_UNKNOWN)
            return
        body = {"nonce": arrival.data, "message_id": arrival.message_id}
        row = self._row(arrival, f"b{person.id}:{arrival.data}", "press", body)
        new = await self._keep(row)
        self._answer(arrival, "" if new else refusals.PRESS_USED)

    async def _take_message(self, arrival: Arrival, person: Person, seen: Seen) -> None:
        read = await self._read(arrival, person, seen)
        body: dict[str, object] = {
            "command": read.command,
            "words": list(read.words),
            "secrets": dict(read.secrets),
            "wipe": read.wipe,
            "trouble": read.trouble,
            "message_id": arrival.message_id,
        }
        row = self._row(arrival, f"m{arrival.chat_id}:{arrival.message_id}", "message", body)
        try:
            new = await self._keep(row)
        except Exception:
            if read.command == STOP:
                await self._stop_unwritten(row, person)
            raise  # it is taken again until it is written down
        if new and read.wipe:
            self._wipes.begin(arrival.chat_id, arrival.message_id)

    async def _stop_unwritten(self, row: Incoming, person: Person) -> None:
        """A full disk takes no message; it must not take the brake away. Stop the proxy at once."""
        if row.key in self._unwritten:
            return
        everyone = StopIn(userId=None if person.owner else person.user_id)
        try:
            out = await self._house.broker.stop(everyone)
        except PiggyError as error:
            log.error("a stop could neither be written down nor delivered", why=error.message)
            await self._tell_undelivered(row, refusals.stopped_nowhere(error.message))
            return
        if out.problem is not None:
            log.error("a stop could be written down nowhere", why=out.problem.message)
            await self._tell_undelivered(row, refusals.stopped_unkept(out.problem.message))
            return
        self._unwritten.add(row.key)
        await self._tell_unwritten(row, refusals.STOPPED_UNWRITTEN)

    async def _tell_undelivered(self, row: Incoming, text: str) -> None:
        if row.key not in self._undelivered:
            self._undelivered.add(row.key)
            await self._tell_unwritten(row, text)

    async def _tell_unwritten(self, row: Incoming, text: str) -> None:
        """Past the outbox, which is on the same disk."""
        with suppress(WireError):
            await self._wire.send(row.chat_id, Letter(text))

    async def _read(self, arrival: Arrival, person: Person, seen: Seen) -> Read:
        if not arrival.text:
            return Read(trouble="text_only")
        if keylike(arrival.text) and not stops(arrival.text):
            # The press or the key before it may still decide which question this answers.
            await self._lanes.quiet(arrival.chat_id, LANE_PATIENCE)
            seen = await self._house.door(self._seen, person.id)
        dialogue, public = seen.dialogue, seen.public
        try:
            read = self._reader.read(arrival.text, dialogue, sealer_for(person, public))
        except (KeyError, ValueError):
            log.error("the proxy's public key cannot be used", person=person.id)
            read = self._reader.read(arrival.text, dialogue, None)
        # While a key is still being worked on, the question may already be that for the secret.
        if not read.command and self._lanes.has_secret(arrival.chat_id):
            return without_hint(read)
        return read

    def _row(self, arrival: Arrival, key: str, kind: str, body: dict[str, object]) -> Incoming:
        return Incoming(
            id=0,
            key=key,
            chat_id=arrival.chat_id,
            person_id=arrival.person_id,
            kind=kind,
            body=body,
            sent_at=arrival.sent_at,
            arrived=self._house.clock(),
        )

    async def _keep(self, row: Incoming) -> bool:
        number = await self._house.door(self._house.store.inbox.add, row)
        if number is None:
            return False
        self._lanes.put(replace(row, id=number))
        return True

    def _answer(self, arrival: Arrival, alert: str) -> None:
        self._errands.spawn("answer a press", self._answered(arrival.query_id, alert))

    async def _answered(self, query_id: str, alert: str) -> None:
        try:
            await self._wire.answer(query_id, alert)
        except WireError:
            return  # an answer that comes too late is noise: the press itself is in the inbox
