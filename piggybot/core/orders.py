"""An order as the bot knows it: what was decided, and what became of it.

Alone because an intent is written down before it leaves, and never changes afterwards.

May import: core, wire.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from piggybot.core.people import Person
from piggybot.core.runs import Cause
from proxy.wire import Fill, Mode, Problem, Side, Sizes, Status


@dataclass(frozen=True, slots=True)
class Decided:
    """The mode and epoch under which a person saw the question that they confirmed."""

    mode: Mode
    epoch: int


@dataclass(frozen=True, slots=True)
class Want:
    """One order that a person wants. Exactly one of `amount_usd` and `units` is given."""

    person: Person
    side: Side
    symbol: str
    origin: str
    reply_to: int | None
    amount_usd: Decimal | None = None
    units: Decimal | None = None
    quoted_price: Decimal | None = None
    decided: Decided | None = None
    exchange: str = ""  # where to; empty: the person's own
    run_id: str = ""  # whose holding is sold; whoever gives it has claimed that run


@dataclass(frozen=True, slots=True)
class Intent:
    """One decision to trade. `origin` is unique: a handler that runs again finds its intent."""

    client_id: str
    origin: str
    person_id: int
    user_id: str
    exchange: str
    mode: Mode
    epoch: int
    side: Side
    symbol: str
    amount_usd: Decimal | None
    units: Decimal | None
    quoted_price: Decimal | None
    placed: datetime
    not_after: datetime
    reply_to: int | None
    run_id: str = ""
    """The run that decided it; empty where a person did, by hand."""
    number: int | None = None
    """The how-manieth order of its run."""
    cause: Cause = Cause.HAND
    why: str = ""
    """The decision in words, with its numbers."""
    seen_price: Decimal | None = None
    """The price at the decision."""
    slot: datetime | None = None
    """The candle's close at which it was decided; None between closes, and by hand."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An order that is not over, as far as it is known."""

    client_id: str
    status: Status
    executed: Decimal
    placed: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An intent and what is known of it. `concluded` is set once its state is terminal."""

    intent: Intent
    status: Status
    order_id: str | None = None
    price: Decimal | None = None
    executed: Decimal = Decimal(0)
    quote: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    transact_time: datetime | None = None
    sandbox: bool = False
    problem: Problem | None = None
    concluded: datetime | None = None
    fills: tuple[Fill, ...] = field(default=(), compare=False)
    """What the venue did, when it is told; kept in the ledger, so a stored order has none."""
    sizes: Sizes | None = field(default=None, compare=False)
    """What the market takes, told together with the fills."""
