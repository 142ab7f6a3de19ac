"""A run: one strategy at work on one market for one person; its slots, exits and guards.

Alone because the clock, the chat and the backtest must mean the same by these words.

May import: wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from proxy.wire import Timeframe


class RunState(StrEnum):
    """ACTIVE obeys signals. PAUSED and HALTED do not, and exits of what is held stay armed."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    HALTED = "HALTED"
    ENDED = "ENDED"


class Halt(StrEnum):
    """Why a run was halted by itself. BOOKS also disarms the exits: what is held is in doubt."""

    STRATEGY = "strategy"
    LOSSES = "losses"
    DRAWDOWN = "drawdown"
    BOOKS = "books"


class Cause(StrEnum):
    """What began an order."""

    HAND = "hand"
    SIGNAL = "signal"
    STOP_LOSS = "stop_loss"
    TRAILING_STOP = "trailing_stop"
    TAKE_PROFIT = "take_profit"
    TIME_LIMIT = "time_limit"
    FLATTEN = "flatten"


EXITS = frozenset({Cause.STOP_LOSS, Cause.TRAILING_STOP, Cause.TAKE_PROFIT, Cause.TIME_LIMIT})
"""What sells for a run whatever its strategy says."""


class Outcome(StrEnum):
    """How a slot is accounted for. RUN: decided, whatever the signal was; DENIED: a gate held."""

    RUN = "RUN"
    SKIPPED = "SKIPPED"
    DENIED = "DENIED"


@dataclass(frozen=True, slots=True)
class Exits:
    """Ways out besides the strategy's own. Shares of one (0.05 is 5%); None: not set."""

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trailing_stop: Decimal | None = None
    time_limit: int | None = None
    """In candles of the run."""

    @property
    def any(self) -> bool:
        return self != Exits()


@dataclass(frozen=True, slots=True)
class Guards:
    """What holds a run back. `cooldown` in candles after a loss; `drawdown` a share of one."""

    cooldown: int = 0
    losses: int = 5
    drawdown: Decimal = Decimal("0.2")


@dataclass(frozen=True, slots=True)
class Run:
    """One strategy at work. `amount_usd` is what each entry spends."""

    id: str
    person_id: int
    user_id: str
    exchange: str
    symbol: str
    timeframe: Timeframe
    strategy: str
    params: Mapping[str, str]
    amount_usd: Decimal
    exits: Exits
    guards: Guards
    state: RunState
    created: datetime
    why: str = ""
    """Why the state is what it is, in words; empty while it is what the person asked for."""
    halt: Halt | None = None
    reply_to: int | None = None
    """The message that began it: its notices are replies to that."""
    number: int = 0
    """The person's own counting: #1, #2 …"""
    orders: int = 0
    """How many orders it has made."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One candle's close, for one run: what was decided then, and why. `(run_id, at)` is unique."""

    run_id: str
    at: datetime
    """When the candle closed: a multiple of the timeframe."""
    outcome: Outcome
    reason: str
    """Why it was skipped or denied, or what a decision came to, in words."""
    decided: datetime
    signal: int = 0
    why: str = ""
    """The strategy's own words, with the numbers."""
    price: Decimal | None = None
    """The price that was seen at the decision."""
    client_id: str | None = None
    """The order that it made."""
    since: datetime | None = None
    """The first of many that were skipped at once, of which `at` is the last."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell once, when the price is at or beyond this."""

    id: str
    person_id: int
    exchange: str
    symbol: str
    above: bool
    price: Decimal
    created: datetime
    reply_to: int | None = None
    fired: datetime | None = None

    def reached(self, price: Decimal) -> bool:
        return price >= self.price if self.above else price <= self.price


@dataclass(frozen=True, slots=True)
class Summary:
    """When a person wants the day's summary: at `hour` in `zone` (IANA name)."""

    person_id: int
    hour: int
    zone: str
    last_day: str = field(default="")
    """The local day that was told last, e.g. 2026-11-26."""
