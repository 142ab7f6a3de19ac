"""What the desk knows of a venue: the values that cross between them, and the interface.

`exchange.py` (the real ones, through ccxt) and `paper.py` (the paper venue) both are a Venue.

May import: wire.
"""

from collections.abc import Awaitable, Callable, Collection, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Protocol

from proxy.wire import Fill, Permissions, Side, Sizes


@dataclass(frozen=True, slots=True)
class Market:
    """The venue's rules for one symbol. Money in quote, sizes in base."""

    exchange: str
    symbol: str
    venue_symbol: str
    base: str
    quote: str
    min_notional: Decimal
    min_qty: Decimal
    step: Decimal
    tick: Decimal

    @property
    def sizes(self) -> Sizes:
        """What it takes, as it crosses."""
        return Sizes(minNotional=self.min_notional, minQty=self.min_qty, step=self.step)


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and when it was true."""

    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """One asset's balance at a venue."""

    free: Decimal
    locked: Decimal


@dataclass(frozen=True, slots=True)
class Placement:
    """One order as it will be sent. Exactly one of `cost` (quote, buys) and `units` (base)."""

    client_id: str
    user_id: str
    market: Market
    side: Side
    cost: Decimal | None
    units: Decimal | None


class Verdict(Enum):
    """What an answer proves; `outcome.py` decides it from tables, and denies by default."""

    NOT_SENT = auto()
    """Never reached the engine: refused connection, our gate, a listed refusal before it."""
    REJECTED = auto()
    """The engine refused it."""
    DONE = auto()
    """It is over: filled, or cancelled with what was filled."""
    OPEN = auto()
    """It exists and may still fill."""
    NOT_FOUND = auto()
    """A question was answered with "no such order": not yet proof of absence."""
    UNKNOWN = auto()
    """Everything else."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a venue says about one order, judged. Amounts are totals of the order so far."""

    verdict: Verdict
    code: str = ""
    """Our code for a refusal (insufficient_funds, invalid_signature, …), for people and clients."""
    message: str = ""
    hint: str = ""
    order_id: str | None = None
    executed: Decimal = Decimal(0)
    quote: Decimal = Decimal(0)
    fills: tuple[Fill, ...] = ()
    """Complete only where their quantities sum to `executed`."""
    at: datetime | None = None
    answered: bool = True
    """False where the venue said nothing that can be used: it must still be asked."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An order and a trade by the venue's own numbers; its lists are read from there on."""

    order: int | None = None
    trade: int | None = None


@dataclass(frozen=True, slots=True)
class Traded:
    """One order of the venue's own list, with all its fills."""

    client_id: str
    order_id: str
    market: Market
    side: Side
    at: datetime
    open: bool
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True)
class Clocks:
    """What time it is by our clock, and how many ms that is ahead of the venue's."""

    at: datetime
    ahead: int


Mine = Callable[[Sequence[str]], Awaitable[Container[str]]]
"""Of these client ids, those that are asked for."""

Gate = Callable[[], None]
"""Called as the last thing before the wire; raises GateClosed (errors.py) to hold an order back."""


class Venue(Protocol):
    """A place where orders are executed. Only `send` and `cancel` change anything there."""

    name: str
    title: str
    sandbox: bool
    deadline: float
    """Seconds after the send within which the venue itself refuses it as too old (recvWindow)."""

    async def market(self, symbol: str) -> Market:
        """The rules for `symbol` ("BTC/USDT" or "BTCUSDT"); UnknownSymbol, VenueUnavailable."""

    async def quote(self, symbol: str) -> Quote:
        """The current price; VenueUnavailable where there is none that is fresh."""

    def at_hand(self, symbol: str) -> tuple[Market, Quote] | None:
        """Rules and price, where both are fresh here; nobody is asked."""

    async def clocks(self) -> Clocks:
        """Ours and the venue's, asked now; VenueUnavailable."""

    async def balances(self, user_id: str) -> dict[str, Holdings]:
        """The account's balances; KeyRefused, NoKey, VenueUnavailable."""

    async def traded(
        self, user_id: str, market: Market, after: Anchor, since: datetime, mine: Mine
    ) -> list[Traded]:
        """The orders that are `mine`, by the venue's own lists; KeyRefused, NoKey, …"""

    async def permissions(self, user_id: str) -> Permissions:
        """What the key may do, by a signed request; KeyRefused, VenueUnavailable."""

    def prepare(self) -> None:
        """An order will probably follow: what needs none may be made ready. Waits for nothing."""

    async def send(self, order: Placement, gate: Gate) -> Report:
        """Send one order, once: limiter, then `gate`, then the wire. Never raises for an answer."""

    async def ask(self, order: Placement, since: datetime, known: Collection[str] = ()) -> Report:
        """What became of an order, by client id; with its fills where there are any.

        It cannot have left before `since`; `known` are the venue's ids of other orders of ours.
        """

    async def cancel(self, order: Placement) -> Report:
        """Cancel what is open of an order; never gated. The report is of the order afterwards."""
