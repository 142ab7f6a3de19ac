"""What crosses between the two houses: the HTTP contract as pydantic models, and nothing else.

Names are those that existing clients of this system speak (camelCase, to the letter). Money is a
Decimal here and a plain decimal text in JSON; times are integer milliseconds since 1970, UTC.

May import: nothing of ours.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Money = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str)]
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


class Exchange(Wire):
    name: str
    title: str
    supported: bool


class HealthOut(Wire):
    """Without a token only `status` is there."""

    status: Literal["ok"] = "ok"
    version: str | None = None
    keyId: str | None = None
    publicKey: str | None = None
    """X25519 public key, base64, that secrets are sealed to; `keyId` names it."""
    liveAllowed: bool | None = None
    liveTokenRequired: bool | None = None
    exchanges: list[Exchange] | None = None
    sandbox: bool | None = None
    """True where the venue's origin is not the official one: 🧪 on every message about money."""
    stopped: bool | None = None
    """True while a stop for all (the owner's, or the host's stop file) is in force."""
    recovering: bool | None = None


class CredentialsIn(Wire):
    """A key for a venue. `apiKey` may be clear or sealed text; the secret is one of the two."""

    userId: UserId
    exchange: str
    apiKey: Annotated[str, Field(min_length=1, max_length=2048, repr=False)]
    apiSecret: Annotated[str | None, Field(max_length=8192, repr=False)] = None
    sealed: Annotated[str | None, Field(max_length=12288)] = None


class Permissions(Wire):
    """None: the venue does not tell."""

    trade: bool | None = None
    withdraw: bool | None = None
    ipRestricted: bool | None = None


class CredentialsOut(Wire):
    ok: Literal[True] = True
    canTrade: bool
    validated: Literal[True] = True
    userId: str
    exchange: str
    permissions: Permissions
    warnings: list[str]


class CredentialsRefused(Wire):
    """The body of a 401 (or 409, 503) of /api/credentials; `error` is the code."""

    ok: Literal[False] = False
    validated: Literal[False] = False
    error: str
    message: str
    hint: str


class ForgetIn(Wire):
    userId: UserId
    exchange: str | None = None


class ForgetOut(Wire):
    forgotten: list[str]
    """The exchanges whose keys are gone."""


class RegisterIn(Wire):
    userId: UserId
    exchange: str = "binanceus"


class TradeIn(Wire):
    """One order. Exactly one of `amountUsd` (quote) and `units` (base, sells only) is given."""

    userId: UserId
    exchange: str
    side: Side
    symbol: str
    amountUsd: Money | None = None
    units: Money | None = None
    symbolCcxt: str | None = None
    mode: Mode | None = None
    epoch: int | None = None
    typed: bool = True
    """A person typed it: the 1 % limit then never goes below the venue's minimum."""
    notAfter: int | None = None
    """Not to leave the gate after this moment (ms)."""
    quotedPrice: Money | None = None
    """The price that the person confirmed; refused when the market is over 1 % away."""


class Fill(Wire):
    tradeId: str
    price: Money
    qty: Money
    fee: Money
    feeAsset: str
    at: int


class TradeOut(Wire):
    """200: the order is over and executed, wholly or in part."""

    orderId: str
    clientOrderId: str
    status: Literal["FILLED", "CANCELED"]
    mode: Mode
    symbol: str
    side: Side
    price: Money
    """Average price of the fills, in quote."""
    executedQty: Money
    cummulativeQuoteQty: Money
    fee: Money
    """In quote; a fee in another asset is valued at the fill's price."""
    transactTime: int
    sandbox: bool = False
    fills: list[Fill] = []


class PendingOut(Wire):
    """202: the outcome is not known yet, or the order is open. Ask GET /api/orders/{id}."""

    status: Literal["UNKNOWN", "OPEN", "QUARANTINED"]
    clientOrderId: str


class OrderOut(Wire):
    """All that the journal knows of one order, whatever its state."""

    clientOrderId: str
    userId: str
    exchange: str
    status: Status
    mode: Mode
    symbol: str
    side: Side
    amountUsd: Money | None = None
    units: Money | None = None
    createdAt: int
    orderId: str | None = None
    price: Money | None = None
    executedQty: Money = Decimal(0)
    cummulativeQuoteQty: Money = Decimal(0)
    fee: Money = Decimal(0)
    transactTime: int | None = None
    sandbox: bool = False
    fills: list[Fill] = []
    error: Problem | None = None


class VoidIn(Wire):
    userId: UserId


class Balance(Wire):
    free: Money
    locked: Money
    total: Money


class BalanceOut(Wire):
    balances: dict[str, Balance]
    totalUsd: Money
    mode: Mode
    sandbox: bool = False
    unpriced: list[str] = []
    """Assets that no price is known for, not in the total."""


class Limits(Wire):
    """Bounds on buys. Money in USD (quote); shares of one, e.g. 0.01 for 1 %."""

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


class LimitsIn(Wire):
    """The chat's own bounds, within the operator's. None leaves one as it is."""

    userId: UserId
    maxTradeUsd: Money | None = None
    maxTradesPerDay: int | None = None
    maxDailyLossShare: Money | None = None


class StopIn(Wire):
    userId: UserId | None = None
    """None: all accounts, now and until lifted."""


class StopOut(Wire):
    """First acknowledgement: `closed`. Second: `settled`, and what became of the rest."""

    closed: bool
    settled: bool
    epoch: int
    inFlight: int
    cancelled: int
    unknown: int


class PriceOut(Wire):
    exchange: str
    symbol: str
    price: Money
    at: int
    sandbox: bool


class Candle(Wire):
    openTime: int
    open: Money
    high: Money
    low: Money
    close: Money
    volume: Money


class CandlesOut(Wire):
    exchange: str
    symbol: str
    timeframe: str
    candles: list[Candle]
    """Closed candles only, oldest first, without gaps."""


class MarketOut(Wire):
    exchange: str
    symbol: str
    base: str
    quote: str
    minNotional: Money
    minQty: Money
    step: Money
    tick: Money
