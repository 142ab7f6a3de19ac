"""The contract of an order, from its request to its fills.

May import: wire.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from proxy.wire.base import (
    LAST_MOMENT,
    ExchangeName,
    Mode,
    Money,
    Problem,
    Side,
    Status,
    UserId,
    Wire,
)
from proxy.wire.market import Sizes

MOST_EPOCH = 2**31 - 1
OPEN_FOR = timedelta(minutes=1)
"""So long a market order may stay open at its venue; then the proxy cancels what is left of it."""
MOST = Decimal(10) ** 12
"""No amount of anybody's is larger; what is, is a mistake."""


class TradeIn(Wire):
    """One order. Exactly one of `amountUsd` (quote) and `units` (base, sells only) is given."""

    userId: UserId
    exchange: ExchangeName
    side: Side
    symbol: str
    amountUsd: Annotated[Money, Field(le=MOST)] | None = None
    units: Annotated[Money, Field(le=MOST)] | None = None
    symbolCcxt: str | None = None
    mode: Mode | None = None
    epoch: Annotated[int | None, Field(ge=0, le=MOST_EPOCH)] = None
    typed: bool = True
    """A person typed it: the 1% limit then never goes below the venue's minimum."""
    notAfter: Annotated[int | None, Field(ge=0, le=LAST_MOMENT)] = None
    """Not to leave the gate after this moment (ms)."""
    quotedPrice: Annotated[Money, Field(gt=0, le=MOST)] | None = None
    """The price that the person confirmed; refused when the market is over 1% away."""


class Fill(Wire):
    tradeId: str
    price: Money
    qty: Money
    fee: Money
    feeAsset: str
    at: int
    feeQuote: Money | None = None
    """The fee valued in quote, where it is neither in base nor in quote; None: it has no price."""


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
    """In quote; a fee in base is valued at the fill's price, in a third asset at its own."""
    transactTime: int
    sandbox: bool = False
    fills: list[Fill] = Field(default_factory=list)
    sizes: Sizes | None = None
    """What the market takes: of what is left, less cannot be sold."""
    note: Problem | None = None
    """What is to be known of an order although it was executed: a fee without a price."""


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
    fills: list[Fill] = Field(default_factory=list)
    sizes: Sizes | None = None
    error: Problem | None = None
    note: Problem | None = None


class CheckOut(Wire):
    """What would be said to an order now. Nothing was sent, reserved or written down."""

    allowed: bool
    units: Money | None = None
    """What an allowed sell would sell, in the venue's steps."""
    error: Problem | None = None


class VoidIn(Wire):
    userId: UserId
