"""What came in and what goes out: messages, presses, and the buttons that may be pressed.

Alone because both boxes are durable: these are the values that survive a crash.

May import: nothing of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

STOP, FILL, WARNING, INFO = range(4)
"""What goes first, where many letters wait."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message or press, already free of secrets. `key` is unique; `id` is 0 until stored."""

    id: int
    key: str
    chat_id: int
    person_id: int
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    sent_at: datetime
    arrived: datetime


@dataclass(frozen=True, slots=True)
class File:
    """What goes with a letter: a picture or a document."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way. `dedupe` is unique; `id` is 0 until stored.

    Kinds: text, photo, document, edit, mode, delete, unbutton.
    Priority: STOP, FILL, WARNING or INFO.
    """

    id: int
    chat_id: int
    kind: str
    body: Mapping[str, Any]
    priority: int
    dedupe: str
    reply_to: int | None
    created: datetime
    not_before: datetime
    tries: int = 0
    edits: str | None = None
    """The dedupe of the letter whose message an edit changes; a newer one takes its place."""
    file: File | None = None
    """Only on its way in; who delivers the letter asks the outbox for it."""


def outgoing(  # noqa: PLR0913
    chat_id: int,
    body: Mapping[str, Any],
    dedupe: str,
    now: datetime,
    *,
    kind: str = "text",
    priority: int = INFO,
    reply_to: int | None = None,
    edits: str | None = None,
    file: File | None = None,
) -> Outgoing:
    """A letter that may leave at once: the one place where one is made."""
    return Outgoing(0, chat_id, kind, body, priority, dedupe, reply_to, now, now, 0, edits, file)


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that Telegram has taken, and the message that it is there; None: it is none."""

    id: int
    message_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of an earlier letter; without a message, it waits still or never arrived."""

    waits: bool
    message_id: int | None


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """A single-use button: who may press it, until when, and what it then does."""

    nonce: str
    person_id: int
    action: str
    params: Mapping[str, str]
    expires: datetime
    used: bool = False


class Press(StrEnum):
    OK = "OK"
    UNKNOWN = "UNKNOWN"
    NOT_YOURS = "NOT_YOURS"
    USED = "USED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a press came to; `row` is there with OK and USED only."""

    outcome: Press
    row: ButtonRow | None = None
