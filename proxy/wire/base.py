"""The ground of the contract: money, ids, modes, states, and the shape of a refusal.

May import: wire.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
LONGEST_NUMBER = 64
WIDEST = 20
"""The power of ten beyond which no amount is meant."""


def _written(value: object) -> object:
    """Texts as a person writes numbers: Decimal itself would take 1_0 and other scripts' digits."""
    if isinstance(value, str) and (len(value) > LONGEST_NUMBER or not NUMBER.fullmatch(value)):
        raise ValueError("not a plain number")
    return value


def _bounded(value: Decimal) -> Decimal:
    if not value.is_finite() or value.adjusted() > WIDEST:
        raise ValueError("not an amount of this world")
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_written),
    AfterValidator(_bounded),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
]


LAST_MOMENT = 10**14
"""Milliseconds since 1970: the year 5138."""


ExchangeName = Annotated[str, AfterValidator(lambda name: name.strip().lower())]
"""Exchanges have names of small letters, however a caller writes them."""


UserId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


ClientOrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,36}$")]


class Mode(StrEnum):
    """What an account may do; see docs/architecture.md."""

    PAPER = "PAPER"
    LIVE = "LIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"

    @classmethod
    def _missing_(cls, value: object) -> "Side | None":
        return cls(value.upper()) if isinstance(value, str) and value != value.upper() else None


class Status(StrEnum):
    """The life of an order. *Denied* is ours, *rejected* the venue's, *unknown* nobody's yet."""

    SENDING = "SENDING"
    UNKNOWN = "UNKNOWN"
    OPEN = "OPEN"
    QUARANTINED = "QUARANTINED"
    DENIED = "DENIED"
    NOT_SENT = "NOT_SENT"
    REJECTED = "REJECTED"
    ABSENT = "ABSENT"
    CANCELED = "CANCELED"
    FILLED = "FILLED"

    @property
    def terminal(self) -> bool:
        return self in TERMINAL


TERMINAL = frozenset(
    {
        Status.DENIED,
        Status.NOT_SENT,
        Status.REJECTED,
        Status.ABSENT,
        Status.CANCELED,
        Status.FILLED,
    }
)


class Wire(BaseModel):
    """The base of all: frozen; unknown fields of a request are refused, never guessed at."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Problem(Wire):
    """What went wrong, in words with the numbers, and what would change it."""

    code: str
    message: str
    hint: str = ""


class ErrorOut(Wire):
    """The body of every refusal but that of /api/credentials. Order refusals name their order."""

    error: Problem
    clientOrderId: str | None = None
    status: Status | None = None
    wholeSince: int | None = None
    """Of candles that are gapped or too few: from this moment on (ms) they are whole."""
