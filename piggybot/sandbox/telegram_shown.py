"""What a person sees: messages as they were shown, and the events of a chat.

Alone, because the people's side in this process and `person.py` in another share these values.

May import: nothing of ours.
"""

import asyncio
import base64
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Self

SHOWN_KINDS = ("message", "edit")


class NotSeen(AssertionError):
    """What was expected did not appear in time; the text says what did."""


class NoButton(LookupError):
    """No visible button carries that label, or several do."""


class Bell:
    """Wakes everyone who waits, at once. Ringing needs no lock and no await."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, max(0.0, seconds))
        except TimeoutError:
            return
        finally:
            self._waiting.discard(future)


NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Attached:
    """Where a message's file is to be had, how large it is, and a picture's sides, or 0."""

    id: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as a person saw it at one moment. `text` has no formatting, `html` was sent.

    `taken` is whether the bot has confirmed that it has it: the second tick. `random_id` is the
    sender's own mark, by which a message that is sent again is known. `reworded` is whether more
    than its buttons was edited, which is what people are shown as "edited".
    """

    message_id: int
    chat_id: int
    sender_id: int
    sender: str
    from_bot: bool
    date: datetime
    kind: str
    text: str
    html: str
    buttons: tuple[tuple[str, ...], ...] = ()
    pinned: bool = False
    edits: int = 0
    deleted: bool = False
    reply_to: int | None = None
    document_name: str | None = None
    document: bytes | None = None
    entities: tuple[dict[str, Any], ...] = ()
    taken: bool = False
    random_id: str = ""
    reworded: bool = False
    file: Attached | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All buttons in reading order."""
        return tuple(label for row in self.buttons for label in row)

    @property
    def read(self) -> str:
        """The text to a reader's eye, to which a space that does not break is one like others."""
        return self.text.replace(NO_BREAK, " ")

    def bare(self) -> Self:
        """Without the bytes of its file."""
        return replace(self, document=None)

    def to_json(self) -> dict[str, Any]:
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        plain["date"] = self.date.isoformat()
        plain["file"] = asdict(self.file) if self.file else None
        if self.document is not None:
            plain["document"] = base64.b64encode(self.document).decode()
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        values = dict(plain)
        values["date"] = datetime.fromisoformat(values["date"])
        values["buttons"] = tuple(tuple(row) for row in values["buttons"])
        values["entities"] = tuple(values["entities"])
        values["file"] = Attached(**values["file"]) if values["file"] else None
        if values["document"] is not None:
            values["document"] = base64.b64decode(values["document"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a chat.

    `kind` is message, edit, delete, pin, unpin, document (as message, with a file), taken (the bot
    has confirmed it), alert, action (the bot is at work) or answer (to a press). `shown` is the
    message after the event; `text` the alert's text, the action's name or the press's id.
    """

    seq: int
    chat_id: int
    kind: str
    at: datetime
    text: str = ""
    shown: Shown | None = None

    @property
    def by_bot(self) -> bool:
        """Whether the bot has shown something: a new or changed message."""
        said = self.kind in (*SHOWN_KINDS, "document")
        return said and self.shown is not None and self.shown.from_bot

    def to_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "chat_id": self.chat_id,
            "kind": self.kind,
            "at": self.at.isoformat(),
            "text": self.text,
            "message": self.shown.to_json() if self.shown else None,
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        message = plain["message"]
        return cls(
            seq=plain["seq"],
            chat_id=plain["chat_id"],
            kind=plain["kind"],
            at=datetime.fromisoformat(plain["at"]),
            text=plain["text"],
            shown=Shown.from_json(message) if message else None,
        )


def not_seen(wanted: str, events: list[Event]) -> NotSeen:
    """The complaint about a missing text, with all that was shown instead."""
    lines = [f"  {one.kind}: {one.text or (one.shown.text if one.shown else '')}" for one in events]
    return NotSeen(f"expected {wanted!r}; since then:\n" + ("\n".join(lines) or "  nothing"))
