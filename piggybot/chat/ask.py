"""What a handler gets and gives: an Ask comes in, Replies go out.

Alone because every handler knows this file and none knows Telegram. A reply is durable before `say`
returns: a crash right after it loses nothing, and a handler that runs again does not say it twice.

May import: charts, choosing, core, desk, errors, flattening, market, ports, runs, settings, store,
strategies, whynot.
"""

import asyncio
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from migrations.database import Door
from piggybot.charts import Studio
from piggybot.chat import texts_busy
from piggybot.choosing import Choosing
from piggybot.core.mail import INFO, ButtonRow, File, Outgoing, outgoing
from piggybot.desk import Desk
from piggybot.errors import BadInput
from piggybot.flattening import Flattening
from piggybot.market import MarketData
from piggybot.ports import Broker, Clock, Ids, Notifier
from piggybot.runs import Runs
from piggybot.settings import Settings
from piggybot.store import Dialogue, Person, Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.whynot import WhyNot

BUTTON_LIFE = timedelta(seconds=60)
PROGRESS_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Button:
    """One single-use button; `action` is a key of ACTIONS in commands.py."""

    label: str
    action: str
    params: Mapping[str, str] = field(default_factory=dict)
    life: timedelta = BUTTON_LIFE


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """One message: Telegram HTML, already escaped by texts.py. At most one file goes with it."""

    text: str
    buttons: Keyboard = ()
    document: File | None = None
    photo: File | None = None
    """A PNG. Words that are longer than 1024 letters come after it."""
    priority: int = INFO
    edits: str | None = None
    """The key of an earlier reply, which this one takes the place of: same message, new contents.
    Without that message it comes as a new one."""
    reply_to: int | None = None
    line: str = ""
    """The same in one line, for a notice that may be folded with others (folding.py)."""
    key: str | None = None
    """Its own key, where buttons on it must know it; otherwise one is made."""

    @property
    def kind(self) -> str:
        if self.edits is not None:
            return "edit"
        if self.photo is not None:
            return "photo"
        return "text" if self.document is None else "document"


@dataclass(slots=True)
class Progress:
    """What one Ask has told of its long work so far, and what is said if it has told nothing."""

    told: str = ""
    at: datetime | None = None
    waits: str = ""
    answered: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class House:
    """The parts that handlers need; made once, in app.py."""

    desk: Desk
    broker: Broker
    store: Store
    door: Door
    clock: Clock
    ids: Ids
    settings: Settings
    notifier: Notifier
    registry: Registry
    panel: Panel
    market: MarketData
    choosing: Choosing
    studio: Studio
    runs: Runs
    whynot: WhyNot
    flattening: Flattening


@dataclass(frozen=True, slots=True)
class Ask:
    """What one person typed or pressed, after the gate, free of secrets in clear."""

    person: Person
    command: str
    words: tuple[str, ...]
    origin: str
    message_id: int | None
    sent_at: datetime
    house: House
    params: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    deleted: bool | None = None
    _turn: Iterator[int] = field(default_factory=itertools.count, repr=False, compare=False)
    _progress: Progress = field(default_factory=Progress, repr=False, compare=False)

    def first(self, usage: str) -> str:
        """The first word after the command; without one, say how it is used."""
        if not self.words:
            raise BadInput(
                f"Something is missing after /{self.command}.", f"Type it like this: {usage}"
            )
        return self.words[0]

    @property
    def progress_key(self) -> str:
        """What the result of long work edits, so that it takes the place of its progress."""
        return progress_key(self.origin)

    async def say(self, *replies: Reply) -> list[str]:
        """Commit the replies and their buttons, then wake the sender. Their keys, for edits."""
        keys = [one.key or f"{self.origin}:{next(self._turn)}" for one in replies]
        async with self._progress.turn:
            letters = dict(zip(keys, replies, strict=True))
            if self._progress.at is not None and not self._progress.answered:
                letters = self._in_place(letters)
            await self._commit(letters)
            self._progress.answered = True
        return keys

    def _in_place(self, letters: dict[str, Reply]) -> dict[str, Reply]:
        """The first one takes the place of the progress; a file cannot, and comes below it."""
        key, first = next(iter(letters.items()))
        if first.edits is not None:
            return letters
        if first.document is None:
            return letters | {key: replace(first, edits=self.progress_key)}
        done = Reply(texts_busy.FILES, edits=self.progress_key)
        return {f"{self.progress_key}:done": done, **letters}

    def waits(self, words: str) -> None:
        """What is said when this takes a while; nothing for what answers by itself."""
        self._progress.waits = words

    async def still(self) -> None:
        """It takes a while: say so once, if it has said nothing yet."""
        last = self._progress
        async with last.turn:
            if last.waits and last.at is None and not last.answered:
                await self.progress(last.waits)

    async def progress(self, text: str) -> None:
        """Say how far long work is: one message, edited at a calm pace; some calls say nothing.

        The result follows as `Reply(..., edits=ask.progress_key)`; so does the first one that is
        said without a place of its own.
        """
        now, last = self.house.clock(), self._progress
        if text == last.told or (last.at is not None and now - last.at < PROGRESS_PAUSE):
            return
        first = last.at is None
        last.told, last.at = text, now
        if first:
            await self._commit({self.progress_key: Reply(text)})
            return
        again = Reply(text, edits=self.progress_key)
        await self._commit({f"{self.progress_key}:{self.house.ids()}": again})

    async def await_answer(
        self, name: str, step: str, data: Mapping[str, str], patience: timedelta
    ) -> None:
        """What this person types next without a slash answers this step of a dialogue."""
        now = self.house.clock()
        dialogue = Dialogue(self.person.id, name, step, data, now, now + patience)
        await self.house.door(self.house.store.dialogues.put, dialogue)

    async def _commit(self, replies: Mapping[str, Reply]) -> None:
        house, now = self.house, self.house.clock()
        written = [
            letter(self.person, key, reply, now, house.ids) for key, reply in replies.items()
        ]
        rows, minted = [one for one, _ in written], [each for _, some in written for each in some]
        house.notifier.wake(await house.door(house.store.outbox.add, rows, minted))


def progress_key(origin: str) -> str:
    return f"{origin}:progress"


def letter(
    person: Person, key: str, reply: Reply, now: datetime, ids: Ids
) -> tuple[Outgoing, list[ButtonRow]]:
    """A reply as a letter to this person, and its buttons. The key is told once."""
    shown, minted = _mint(person, reply.buttons, now, ids)
    body: dict[str, object] = {"text": reply.text}
    if shown:
        body["buttons"] = shown
    if reply.line:
        body["line"] = reply.line
    row = outgoing(
        *(person.chat_id, body, key, now),
        kind=reply.kind,
        priority=reply.priority,
        reply_to=reply.reply_to,
        edits=reply.edits,
        file=reply.photo or reply.document,
    )
    return row, minted


def _mint(
    person: Person, keyboard: Keyboard, now: datetime, ids: Ids
) -> tuple[list[list[dict[str, str]]], list[ButtonRow]]:
    shown: list[list[dict[str, str]]] = []
    minted: list[ButtonRow] = []
    for line in keyboard:
        shown.append([])
        for button in line:
            nonce = ids()
            shown[-1].append({"label": button.label, "data": nonce})
            minted.append(
                ButtonRow(
                    nonce=nonce,
                    person_id=person.id,
                    action=button.action,
                    params=dict(button.params),
                    expires=now + button.life,
                )
            )
    return shown, minted
