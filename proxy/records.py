"""The values that the store gives out and takes in: what the proxy remembers, as frozen facts.

Alone, because the rules (`risk.py`) judge these values and must not know any table.

May import: fills, tally, venue, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from proxy.fills import Cash, Position
from proxy.tally import NO_BUYS, Buys
from proxy.venue import Market, Placement
from proxy.wire import Fill, Mode, OrderOut, Permissions, Problem, Side, Status, TradeOut

KEYLESS = "key_forgotten"
"""The code of a quarantined order whose own key was removed."""
NOT_A_TRADE = frozenset({Status.DENIED, Status.NOT_SENT, Status.REJECTED, Status.ABSENT})


class Book(StrEnum):
    """Paper and real money are counted apart; LIVE and REDUCING share the real one."""

    PAPER = "PAPER"
    LIVE = "LIVE"

    @classmethod
    def of(cls, mode: Mode) -> "Book":
        return cls.LIVE if mode in {Mode.LIVE, Mode.REDUCING} else cls.PAPER


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """What the chat has tightened; None where it has not."""

    max_trade_usd: Decimal | None = None
    max_trades_per_day: int | None = None
    max_daily_loss_share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. `reason` says why the mode is what it is, where nobody asked for it."""

    user_id: str
    exchange: str
    mode: Mode
    epoch: int
    reason: str
    created: datetime
    chat: ChatLimits = field(default_factory=ChatLimits)

    @property
    def book(self) -> Book:
        return Book.of(self.mode)


@dataclass(frozen=True, slots=True)
class Entry:
    """One order of the journal, whatever its state."""

    client_id: str
    user_id: str
    exchange: str
    mode: Mode
    side: Side
    symbol: str
    contents: str
    """The request without its guards: the same id must come with the same contents."""
    epoch: int
    created: datetime
    status: Status
    market: Market | None = None
    asked_usd: Decimal | None = None
    asked_units: Decimal | None = None
    units: Decimal | None = None
    """What is sent, in base: sells only."""
    not_after: datetime | None = None
    sent_at: datetime | None = None
    """When it passed the gate, or a later moment; None while that is not known."""
    sandbox: bool = False
    order_id: str | None = None
    executed: Decimal = Decimal(0)
    quote: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    transact_time: datetime | None = None
    concluded: datetime | None = None
    problem: Problem | None = None
    fills: tuple[Fill, ...] = ()

    @property
    def book(self) -> Book:
        return Book.of(self.mode)

    @property
    def price(self) -> Decimal | None:
        return self.quote / self.executed if self.executed else None

    @property
    def buys(self) -> Buys:
        """What it is among the buys of its day: one that may still be a trade counts as spent."""
        if self.side is Side.SELL or self.status in NOT_A_TRADE:
            return NO_BUYS
        if not self.status.terminal:
            assert self.asked_usd is not None, f"{self.client_id} buys for nothing"
            return Buys(1, self.asked_usd)
        return Buys(1, self.quote if self.executed else Decimal(0))

    @property
    def done(self) -> bool:
        """It is over, and something was executed."""
        return self.status.terminal and bool(self.executed)

    def placement(self) -> Placement:
        """The order as it was or will be sent."""
        assert self.market is not None, f"{self.client_id} was never meant to be sent"
        cost = self.asked_usd if self.side is Side.BUY else None
        units = self.units if self.side is Side.SELL else None
        return Placement(self.client_id, self.user_id, self.market, self.side, cost, units)

    def out(self) -> OrderOut:
        """All that a client may know of it."""
        return OrderOut(
            clientOrderId=self.client_id,
            userId=self.user_id,
            exchange=self.exchange,
            status=self.status,
            mode=self.mode,
            symbol=self.symbol,
            side=self.side,
            amountUsd=self.asked_usd,
            units=self.asked_units if self.units is None else self.units,
            createdAt=milliseconds(self.created),
            orderId=self.order_id,
            price=self.price,
            executedQty=self.executed,
            cummulativeQuoteQty=self.quote,
            fee=self.fee,
            transactTime=None if self.transact_time is None else milliseconds(self.transact_time),
            sandbox=self.sandbox,
            fills=list(self.fills),
            sizes=None if self.market is None else self.market.sizes,
            error=None if self.done else self.problem,
            note=self.problem if self.done else None,
        )

    def trade(self) -> TradeOut:
        """The answer to the one who placed it, once it is executed and over."""
        assert self.status in {Status.FILLED, Status.CANCELED}
        assert self.executed, "nothing was executed"
        return TradeOut(
            orderId=self.order_id or "",
            clientOrderId=self.client_id,
            status="FILLED" if self.status is Status.FILLED else "CANCELED",
            mode=self.mode,
            symbol=self.symbol,
            side=self.side,
            price=self.quote / self.executed,
            executedQty=self.executed,
            cummulativeQuoteQty=self.quote,
            fee=self.fee,
            transactTime=milliseconds(self.transact_time or self.created),
            sandbox=self.sandbox,
            fills=list(self.fills),
            sizes=None if self.market is None else self.market.sizes,
            note=self.problem,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """What our own fills hold of one symbol in one book."""

    exchange: str
    symbol: str
    position: Position


@dataclass(frozen=True, slots=True)
class DayStart:
    """The day's first check: the account's value then, and the prices it was made with."""

    value: Decimal
    marks: dict[str, Decimal]
    """By `exchange symbol`."""


@dataclass(frozen=True, slots=True)
class Books:
    """All that a limit may ask, read inside the transaction that reserves."""

    account: Account
    stopped: bool
    trades_today: int
    spent_today: Decimal
    free_units: Decimal
    """Held by our own fills, less what unresolved sells have reserved; for a sell only."""
    held: tuple[Held, ...]
    moved: Mapping[str, Cash]
    """What today's fills moved, by mark."""
    day_start: DayStart | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A sealed key. Nothing here can be read without the vault."""

    user_id: str
    exchange: str
    api_key_sealed: str
    secret_sealed: str
    permissions: Permissions
    validated_at: datetime | None


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def mark_of(exchange: str, symbol: str) -> str:
    """The key of a day's mark."""
    return f"{exchange} {symbol}"
