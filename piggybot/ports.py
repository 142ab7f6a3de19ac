"""The borders that tests cannot cross cheaply: the proxy, the sender, time, chance and waiting.

Alone so that the desks and the handlers know what they need, not who gives it.

May import: core, wire.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from piggybot.core.mail import Outgoing
from proxy.wire import (
    AccountOut,
    AccountsOut,
    AdoptIn,
    AdoptOut,
    BalanceOut,
    BooksOut,
    CandlesOut,
    CheckOut,
    CredentialsIn,
    CredentialsOut,
    FlattenIn,
    FlattenOut,
    ForgetIn,
    ForgetOut,
    HealthOut,
    LimitsIn,
    MarketOut,
    Mode,
    ModeIn,
    OrderOut,
    PendingOut,
    PriceOut,
    RegisterIn,
    SellableOut,
    StopIn,
    StopOut,
    TradeIn,
    TradeOut,
)

Clock = Callable[[], datetime]
"""Now, as an aware UTC datetime."""
Ids = Callable[[], str]
"""A fresh random id: 128 bits as 22 letters of A-Z a-z 0-9 - _."""
Sleep = Callable[[float], Awaitable[None]]


class Notifier(Protocol):
    """Whoever empties the outbox."""

    def wake(self, letters: Sequence[Outgoing] = ()) -> None:
        """The outbox has something new. Who hands over all that it has just committed, with their
        ids, spares the reading."""


class Broker(Protocol):
    """The proxy. Each method is one request, made once, or BrokerRefused or BrokerDown."""

    async def health(self) -> HealthOut:
        """GET /api/health, with the token."""

    async def register(self, request: RegisterIn) -> AccountOut:
        """Make a PAPER account; the same again changes nothing."""

    async def everyone(self) -> AccountsOut:
        """Who has an account at the proxy."""

    async def account(self, user_id: str) -> AccountOut:
        """Mode, epoch, limits, today's counters, keys, holdings, unresolved orders."""

    async def credentials(self, request: CredentialsIn) -> CredentialsOut:
        """Deliver a sealed key; the proxy tries it at the venue."""

    async def forget(self, request: ForgetIn) -> ForgetOut:
        """Have a key removed from the proxy."""

    async def mode(self, request: ModeIn) -> AccountOut:
        """Ask for a mode."""

    async def limits(self, request: LimitsIn) -> AccountOut:
        """Set the chat's own bounds."""

    async def stop(self, request: StopIn) -> StopOut:
        """Close the gate. Answers as soon as it is closed."""

    async def stop_state(self, user_id: str | None) -> StopOut:
        """What became of what was in flight."""

    async def sellable(
        self, user_id: str, mode: Mode | None = None, all_accounts: bool = False
    ) -> SellableOut:
        """What could be sold now of what our fills hold. Mode: whose book; None: the account's."""

    async def flatten(self, request: FlattenIn) -> FlattenOut:
        """Let these sells, and nothing else, pass a stop for a minute."""

    async def place(self, order: TradeIn, client_id: str) -> TradeOut | PendingOut:
        """One POST, ever. BrokerRefused carries the order's status; BrokerDown(sent) is unknown."""

    async def check(self, order: TradeIn) -> CheckOut:
        """What the proxy would say to this order now; nothing is sent."""

    async def order(self, user_id: str, client_id: str) -> OrderOut:
        """All that is known of an order; BrokerRefused with http_status 404 where there is none."""

    async def void(self, user_id: str, client_id: str) -> OrderOut:
        """See to it that an order that never arrived never will; otherwise the order as it is."""

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        """The price now."""

    async def market(self, exchange: str, symbol: str) -> MarketOut:
        """Minimum and step of a market."""

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, limit: int, end: int | None
    ) -> CandlesOut:
        """The last `limit` (at most 1000) that closed by `end` (ms; None: now), oldest first."""

    async def books(self, user_id: str, exchange: str, mode: Mode, since: int) -> BooksOut:
        """Our fills since then (ms), as the venue's own lists have them. Mode: PAPER or LIVE."""

    async def adopt(self, request: AdoptIn) -> AdoptOut:
        """Have the proxy take what the venue has of these orders into its journal."""

    async def balance(self, user_id: str, exchange: str) -> BalanceOut:
        """Balances at an exchange, in the book of the account's own mode."""
