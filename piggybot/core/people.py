"""People: who they are, how they are paired, and the dialogue they are in.

Alone because all that belongs to one person hangs on its numeric id, which never changes hands.

May import: wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from proxy.wire import Mode


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may command. `mode`, `sandbox` and `epoch` are as the proxy last told them."""

    id: int
    chat_id: int
    name: str
    owner: bool
    user_id: str
    exchange: str
    pinned: int | None = None
    mode: Mode | None = None
    sandbox: bool = False
    epoch: int = 0


class Pairing(StrEnum):
    OK = "OK"
    WRONG = "WRONG"
    BURNT = "BURNT"


@dataclass(frozen=True, slots=True)
class PairingResult:
    """What a tried code came to; `left` is how many more wrong tries there are."""

    outcome: Pairing
    left: int = 0


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of several messages. `data` holds sealed texts only, never clear ones."""

    person_id: int
    name: str
    step: str
    data: Mapping[str, str] = field(repr=False)
    started: datetime
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of some people when they say something, each by their id."""

    people: Mapping[int, Person]
    dialogues: Mapping[int, Dialogue]
    public: str | None = None
    """The proxy's sealing key."""
