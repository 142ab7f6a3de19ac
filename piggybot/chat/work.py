"""From a row of the inbox to its handler: late or not, which button, which command, which answer.

Alone because this is where errors end: PiggyError is said to the person in its own words, anything
else is logged under an id. A row is done when its handler has ended, so a crash begins it again.

May import: core, errors, latches, store.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from piggybot.chat import refusals
from piggybot.chat.ask import Ask, House, Reply, letter, progress_key
from piggybot.chat.busy import TYPING, Busy
from piggybot.chat.commands import ACTIONS, COMMANDS, PROMPT, STEPS, Command
from piggybot.chat.guard import unbroken
from piggybot.chat.texts import e, error_text
from piggybot.chat.texts_busy import INTERRUPTED, WAITS
from piggybot.chat.together import Together
from piggybot.chat.wipes import Wipes
from piggybot.core.mail import WARNING, Press, outgoing
from piggybot.errors import NotAllowed, PiggyError, Stale
from piggybot.latches import HEARD_BY_ANOTHER
from piggybot.store import Incoming, Person

log = structlog.get_logger()

FRESH = timedelta(seconds=60)
PRESSES = {
    Press.UNKNOWN: refusals.PRESS_UNKNOWN,
    Press.NOT_YOURS: refusals.PRESS_NOT_YOURS,
    Press.EXPIRED: refusals.PRESS_EXPIRED,
}
TROUBLES = {
    "unsealed": refusals.UNSEALED,
    "accident": refusals.ACCIDENT,
    "text_only": refusals.TEXT_ONLY,
    "spaces": refusals.SPACES,
    "overlong": refusals.OVERLONG,
    "spaces_in_line": refusals.SPACES_IN_LINE,
    "no_command": refusals.NO_COMMAND,
}


class Worker:
    """Runs the handler of one row."""

    def __init__(self, house: House, wipes: Wipes, busy: Busy) -> None:
        self._house = house
        self._wipes = wipes
        self._busy = busy
        self._done = Together(house.door, house.store.inbox.done)

    async def work(self, row: Incoming) -> None:
        """Handle a row to its end. Only cancelling leaves it unfinished."""
        await unbroken(f"inbox {row.key}", self._finish(row))

    async def interrupted(self, row: Incoming) -> None:
        """A run before this one began it, and ended in it: what it said of its progress is over."""
        store, door, origin = self._house.store, self._house.door, _origin(row)
        key = progress_key(origin)
        if await door(store.outbox.earlier, key) is None:
            return
        if await door(store.outbox.earlier, f"{origin}:0") is not None:
            return  # the answer has taken its place
        person = await door(store.people.find, row.person_id)
        if person is not None:
            reply, now, ids = Reply(INTERRUPTED, edits=key), self._house.clock(), self._house.ids
            edit, _ = letter(person, f"{key}:{ids()}", reply, now, ids)
            await door(store.outbox.add, [edit])

    async def close(self) -> None:
        """Let what has ended be written down as done."""
        await self._done.close()

    async def _finish(self, row: Incoming) -> None:
        store, door = self._house.store, self._house.door
        person = await door(store.people.find, row.person_id)
        if person is not None:
            ask = await self._ask(row, person)
            command = COMMANDS.get(ask.command)
            action = TYPING if command is None else command.action
            async with self._busy.shown(row.chat_id, action, ask.still):
                trouble = await unbroken(f"inbox {row.key}", self._handle(row, ask))
            if trouble is not None:
                await ask.say(Reply(refusals.unexpected(trouble), priority=WARNING))
        await self._done.put(row.id)

    async def _handle(self, row: Incoming, ask: Ask) -> None:
        try:
            await (self._press(row, ask) if row.kind == "press" else self._message(row, ask))
        except PiggyError as error:
            await ask.say(Reply(error_text(error), priority=WARNING))

    async def _ask(self, row: Incoming, person: Person) -> Ask:
        body = row.body
        return Ask(
            person=person,
            command=str(body.get("command", "")),
            words=tuple(body.get("words", ())),
            origin=_origin(row),
            message_id=int(body["message_id"]),
            sent_at=row.sent_at,
            house=self._house,
            secrets=dict(body.get("secrets", {})),
            deleted=await self._wipes.outcome(row),
        )

    async def _message(self, row: Incoming, ask: Ask) -> None:
        trouble = str(row.body.get("trouble", ""))
        command = COMMANDS.get(ask.command)
        if trouble:
            await ask.say(Reply(_with_wipe(TROUBLES[trouble], ask), priority=WARNING))
        elif not ask.command:
            await self._answer(ask)
        elif command is None:
            await ask.say(Reply(refusals.unknown_command(ask.command, COMMANDS)))
        else:
            await self._command(ask, command)

    async def _command(self, ask: Ask, command: Command) -> None:
        if command.owner and not ask.person.owner:
            raise NotAllowed("Only the owner of this bot may do that.")
        age = self._house.clock() - ask.sent_at
        if command.money and abs(age) > FRESH and not await self._begun(ask):
            raise Stale(refusals.stale(age))
        if command.money and await self._shared() and not await self._begun(ask):
            raise NotAllowed(*refusals.SHARED)
        ask.waits(WAITS.get(ask.command, ""))
        await command.handler(ask)

    async def _shared(self) -> bool:
        """Whether another program heard this bot's messages just now: it may do the same."""
        kept = await self._house.door(self._house.store.flags.get, HEARD_BY_ANOTHER)
        if kept is None:
            return False
        return abs(self._house.clock() - datetime.fromisoformat(kept)) < FRESH

    async def _begun(self, ask: Ask) -> bool:
        """Whether this message has made its order already, before a restart."""
        store = self._house.store
        return await self._house.door(store.orders.by_origin, ask.origin) is not None

    async def _answer(self, ask: Ask) -> None:
        """Typed without a slash: the answer to an open question, if there is one."""
        store, door = self._house.store, self._house.door
        dialogue = await door(store.dialogues.get, ask.person.id)
        handler = None if dialogue is None else STEPS.get((dialogue.name, dialogue.step))
        if dialogue is None or handler is None:
            await ask.say(Reply(_with_wipe(refusals.NOTHING_ASKED, ask)))
        elif dialogue.expires is not None and dialogue.expires < ask.sent_at:
            await door(store.dialogues.drop, ask.person.id)
            text = refusals.DIALOGUE_OVER.format(name=e(dialogue.name))
            await ask.say(Reply(_with_wipe(text, ask)))
        else:
            await handler(replace(ask, command=dialogue.name))

    async def _press(self, row: Incoming, ask: Ask) -> None:
        """One press, once: its time is that of its arrival.

        The inbox holds one row a button and person, so a button that is used already was used by
        this very row, before a crash: the press is finished now, and no second one takes its place.
        After a long silence it is too late for what moves money or loosens: a stop may be waiting.
        """
        store, door = self._house.store, self._house.door
        nonce = str(row.body["nonce"])
        pressed = await door(store.buttons.press, nonce, ask.person.id, row.arrived)
        if pressed.row is None:
            await ask.say(Reply(PRESSES[pressed.outcome], priority=WARNING))
            return
        await self._unbutton(ask)
        log.info("pressed", action=pressed.row.action, person=ask.person.id)
        age = self._house.clock() - row.arrived
        if pressed.row.action in PROMPT and age > FRESH and not await self._begun(ask):
            raise Stale(refusals.stale_press(age))
        handler = ACTIONS[pressed.row.action]
        ask.waits(WAITS.get(pressed.row.action, ""))
        await handler(replace(ask, command=pressed.row.action, params=dict(pressed.row.params)))

    async def _unbutton(self, ask: Ask) -> None:
        now = self._house.clock()
        body = {"message_id": ask.message_id}
        row = outgoing(ask.person.chat_id, body, f"{ask.origin}:unbutton", now, kind="unbutton")
        await self._house.door(self._house.store.outbox.add, [row])
        self._house.notifier.wake()


def _origin(row: Incoming) -> str:
    return f"b{row.body['nonce']}" if row.kind == "press" else row.key


def _with_wipe(text: str, ask: Ask) -> str:
    """Add what became of a message that carried a secret."""
    if ask.deleted is None:
        return text
    return f"{text} {refusals.DELETED if ask.deleted else refusals.NOT_DELETED}"
