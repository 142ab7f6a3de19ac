"""What a handler gets and gives: an Ask comes in, Replies go out.

Alone because every handler knows this file and none knows Telegram. A reply is durable before `say`
returns: a crash right after it loses nothing, and a handler that runs again does not say it twice.

May import: desk, errors, ports, settings, store.
"""

import base64
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from migrations.database import Door
from piggybot.desk import Desk
from piggybot.errors import BadInput
from piggybot.ports import Broker, Clock, Ids, Notifier
from piggybot.settings import Settings
from piggybot.store import ButtonRow, Outgoing, Person, Store

STOP, FILL, WARNING, INFO = range(4)
BUTTON_LIFE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Button:
    """One single-use button; `action` is a key of ACTIONS in commands.py."""

    label: str
    action: str
    params: Mapping[str, str] = field(default_factory=dict)
    life: timedelta = BUTTON_LIFE


@dataclass(frozen=True, slots=True)
class Document:
    """A file that goes with a reply."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One message: Telegram HTML, already escaped by texts.py."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    document: Document | None = None
    priority: int = INFO


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

    def first(self, usage: str) -> str:
        """The first word after the command; without one, say how it is used."""
        if not self.words:
            raise BadInput(
                f"Something is missing after /{self.command}.", f"Type it like this: {usage}"
            )
        return self.words[0]

    async def say(self, *replies: Reply) -> None:
        """Commit the replies and their buttons, then wake the sender."""
        now = self.house.clock()
        rows: list[Outgoing] = []
        minted: list[ButtonRow] = []
        for reply in replies:
            shown, fresh = self._mint(reply, now)
            minted += fresh
            rows.append(self._row(reply, shown, now))
        await self.house.door(self.house.store.outbox.add, rows, minted)
        self.house.notifier.wake()

    def _mint(
        self, reply: Reply, now: datetime
    ) -> tuple[list[list[dict[str, str]]], list[ButtonRow]]:
        shown: list[list[dict[str, str]]] = []
        minted: list[ButtonRow] = []
        for line in reply.buttons:
            shown.append([])
            for button in line:
                nonce = self.house.ids()
                shown[-1].append({"label": button.label, "data": nonce})
                minted.append(
                    ButtonRow(
                        nonce=nonce,
                        person_id=self.person.id,
                        action=button.action,
                        params=dict(button.params),
                        expires=now + button.life,
                        used=False,
                    )
                )
        return shown, minted

    def _row(self, reply: Reply, shown: list[list[dict[str, str]]], now: datetime) -> Outgoing:
        body: dict[str, object] = {"text": reply.text}
        if shown:
            body["buttons"] = shown
        if reply.document is not None:
            body["name"] = reply.document.name
            body["content"] = base64.b64encode(reply.document.content).decode()
        return Outgoing(
            id=0,
            chat_id=self.person.chat_id,
            kind="text" if reply.document is None else "document",
            body=body,
            priority=reply.priority,
            dedupe=f"{self.origin}:{next(self._turn)}",
            reply_to=None,
            created=now,
            not_before=now,
            tries=0,
        )
