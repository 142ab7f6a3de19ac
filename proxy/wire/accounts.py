"""The contract of an account: mode, limits, counters, balances, stop.

May import: wire.
"""

from typing import Annotated, Literal

from pydantic import Field

from proxy.wire.base import ExchangeName, Mode, Money, Problem, UserId, Wire
from proxy.wire.keys import Permissions
from proxy.wire.orders import OrderOut

MOST_TRADES = 10**6


class RegisterIn(Wire):
    userId: UserId
    exchange: ExchangeName = "binanceus"


class Balance(Wire):
    free: Money
    locked: Money
    total: Money


class BalanceOut(Wire):
    balances: dict[str, Balance]
    totalUsd: Money
    mode: Mode
    sandbox: bool = False
    unpriced: list[str] = Field(default_factory=list)
    """Assets that no price is known for, not in the total."""


class Limits(Wire):
    """Bounds on buys. Money in USD (quote); shares of one, e.g. 0.01 for 1%."""

    minTradeUsd: Money
    maxTradeUsd: Money
    maxTradeShare: Money
    maxTradesPerDay: int
    maxDailyLossShare: Money
    symbols: list[str]


class Today(Wire):
    """Counters of the UTC day, of the mode's own book (PAPER, or LIVE and REDUCING)."""

    day: str
    trades: int
    spentUsd: Money
    pnlUsd: Money | None = None
    startValueUsd: Money | None = None


class Holding(Wire):
    """What our own fills hold, never the owner's other coins."""

    exchange: str
    symbol: str
    units: Money
    costUsd: Money


class KeyState(Wire):
    exchange: str
    validated: bool
    permissions: Permissions


class AccountOut(Wire):
    userId: str
    exchange: str
    mode: Mode
    epoch: int
    stopped: bool
    """A stop for all is in force, whatever the account's own mode."""
    reason: str = ""
    """Why the mode is what it is, in words, where it was not asked for."""
    limits: Limits
    operatorLimits: Limits
    today: Today
    keys: list[KeyState]
    holdings: list[Holding]
    unresolved: list[OrderOut]
    sandbox: bool

    unasked: int = 0
    """Orders from before the proxy's start that the venue has not answered about: live waits."""


class ModeIn(Wire):
    """Ask for a mode. LIVE: checked; PAPER from LIVE: live off; PAPER from HALTED: resume."""

    userId: UserId
    mode: Literal[Mode.PAPER, Mode.LIVE]
    confirmToken: Annotated[str | None, Field(max_length=12288, repr=False)] = None
    """LIVE_CONFIRM_TOKEN, clear or sealed."""
    resume: bool = False
    """PAPER ends a stop only where this is set."""
    allAccounts: bool = False
    """With resume: the owner also lifts a stop for all."""
    epoch: int | None = None
    """With resume: the epoch that the person saw when asked; a newer stop is not lifted."""


class AccountsOut(Wire):
    """Everyone who has an account here."""

    userIds: list[UserId]


class LimitsIn(Wire):
    """The chat's own bounds, within the operator's. None leaves one as it is."""

    userId: UserId
    maxTradeUsd: Money | None = None
    maxTradesPerDay: Annotated[int | None, Field(ge=0, le=MOST_TRADES)] = None
    maxDailyLossShare: Money | None = None


class StopIn(Wire):
    userId: UserId | None = None
    """None: all accounts, now and until lifted."""


class StopOut(Wire):
    """First acknowledgement: `closed`. Second: `settled`, and what became of the rest.

    `problem` says why a gate that is closed could not be written down: a restart forgets it.
    """

    closed: bool
    settled: bool
    epoch: int
    inFlight: int
    cancelled: int
    unknown: int
    problem: Problem | None = None
