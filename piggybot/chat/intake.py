"""From arrivals to rows of the durable inbox: gate, seal, commit; then, and only then, the lanes.

Alone because its order is the promise: what `take` does not return is in the inbox, and Telegram
may be told that it arrived. A second arrival of the same message or press finds its key taken and
does nothing. Stops are written down before all else that came with them.

May import: errors, store, wire.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from piggybot.chat import refusals
from piggybot.chat.ask import House
from piggybot.chat.border import Arrival, Letter, Wire, WireError
from piggybot.chat.gate import Gate
from piggybot.chat.guard import Errands
from piggybot.chat.lanes import STOP, Lanes
from piggybot.chat.secret import (
    COMMAND,
    Read,
    Reader,
    keylike,
    may_ask,
    sealer_for,
    stops,
    without_hint,
)
from piggybot.chat.wipes import Wipes
from piggybot.errors import PiggyError
from piggybot.store import Incoming, Person, Seen
from proxy.wire import StopIn

log = structlog.get_logger()

SEALING_KEY = "sealing_key"
LANE_PATIENCE = 2.0
NONCE = re.compile(r"[A-Za-z0-9_-]{16,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Understood:
    """A message or a press that may come in, as it is to be written down."""

    arrival: Arrival
    person: Person
    row: Incoming

    @property
    def stops(self) -> bool:
        return self.row.body.get("command") == STOP


class Intake:
    """Takes what has arrived: in one go where that is safe, and alone where it is not."""

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

    async def take(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Take them in one commit, and before it their stops; return who has to come alone.

        Those are people who are not known yet, keys, and whatever their chats said after them: in
        their order, for `take_alone`.
        """
        seen = await self._seen({one.person_id for one in arrivals})
        stops, others, alone = self._parted(arrivals, seen)
        for group in filter(None, (stops, others)):
            found = [await self._admitted(one, seen) for one in group]
            await self._keep([one for one in found if one is not None])
        return alone

    async def take_alone(self, arrival: Arrival) -> None:
        """Return when the arrival is in the inbox, or will never be."""
        waits = keylike(arrival.text) or (arrival.text and not COMMAND.match(arrival.text))
        if waits and not stops(arrival.text):
            # The press or the key before it may still decide which question this answers.
            await self._lanes.quiet(arrival.chat_id, LANE_PATIENCE)
        understood = await self._admitted(arrival, await self._seen({arrival.person_id}))
        if understood is not None:
            await self._keep([understood])

    async def _seen(self, person_ids: set[int]) -> Seen:
        return await self._house.door(self._house.store.doorstep.seen, person_ids, SEALING_KEY)

    def _parted(self, arrivals: Sequence[Arrival], seen: Seen) -> tuple[list[Arrival], ...]:
        """Stops, what comes with them, and what has to be taken alone."""
        stop, others, alone = [], [], []
        asked, behind = set(), set()
        for one in arrivals:
            known = self._gate.knows(one, seen.people.get(one.person_id))
            answers = one.chat_id in asked and not COMMAND.match(one.text) and not one.is_press
            if known and stops(one.text):
                stop.append(one)
            elif not known or one.chat_id in behind or keylike(one.text) or answers:
                behind.add(one.chat_id)
                alone.append(one)
            else:
                others.append(one)
            if one.is_press or may_ask(one.text):
                asked.add(one.chat_id)
        return stop, others, alone

    async def _admitted(self, arrival: Arrival, seen: Seen) -> Understood | None:
        person = await self._gate.admit(arrival, seen.people.get(arrival.person_id))
        if person is None:
            if arrival.is_press:
                self._answer(arrival, refusals.PRESS_NOT_YOURS)
            return None
        if not arrival.is_press:
            return Understood(arrival, person, self._message(arrival, person, seen))
        if not NONCE.fullmatch(arrival.data):
            self._answer(arrival, refusals.PRESS_UNKNOWN)
            return None
        body = {"nonce": arrival.data, "message_id": arrival.message_id}
        key = f"b{person.id}:{arrival.data}"
        return Understood(arrival, person, self._row(arrival, key, "press", body))

    def _message(self, arrival: Arrival, person: Person, seen: Seen) -> Incoming:
        read = self._read(arrival, person, seen)
        body: dict[str, object] = {
            "command": read.command,
            "words": list(read.words),
            "secrets": dict(read.secrets),
            "wipe": read.wipe,
            "trouble": read.trouble,
            "message_id": arrival.message_id,
        }
        key = f"m{arrival.chat_id}:{arrival.message_id}"
        return self._row(arrival, key, "message", body)

    async def _keep(self, understood: Sequence[Understood]) -> None:
        """Write them down in one commit; then, and only then, they go to their lanes."""
        if not understood:
            return
        rows = [one.row for one in understood]
        try:
            numbers = await self._house.door(self._house.store.inbox.add, rows)
        except Exception:
            for one in understood:
                if one.stops:
                    await self._stop_unwritten(one.row, one.person)
            raise  # they are taken again until they are written down
        for one, number in zip(understood, numbers, strict=True):
            self._kept(one, number)

    def _kept(self, one: Understood, number: int | None) -> None:
        """`number` is None where the same has arrived before."""
        if number is not None:
            self._lanes.put(replace(one.row, id=number))
            if one.row.body.get("wipe"):
                self._wipes.begin(one.row.chat_id, one.arrival.message_id)
        if one.arrival.is_press:
            self._answer(one.arrival, "" if number is not None else refusals.PRESS_USED)

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

    def _read(self, arrival: Arrival, person: Person, seen: Seen) -> Read:
        if not arrival.text:
            return Read(trouble="text_only")
        dialogue, public = seen.dialogues.get(person.id), seen.public
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

    def _answer(self, arrival: Arrival, alert: str) -> None:
        self._errands.spawn("answer a press", self._answered(arrival.query_id, alert))

    async def _answered(self, query_id: str, alert: str) -> None:
        try:
            await self._wire.answer(query_id, alert)
        except WireError:
            return  # an answer that comes too late is noise: the press itself is in the inbox
