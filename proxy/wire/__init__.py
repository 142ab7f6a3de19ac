"""What crosses between the two houses: the HTTP contract as pydantic models, and nothing else.

Names are those that existing clients of this system speak (camelCase, to the letter). Money is a
Decimal here and a plain decimal text in JSON; times are integer milliseconds since 1970, UTC.

May import: wire.
"""

from proxy.wire.accounts import (
    AccountOut,
    Balance,
    BalanceOut,
    Holding,
    KeyState,
    Limits,
    LimitsIn,
    ModeIn,
    RegisterIn,
    StopIn,
    StopOut,
    Today,
)
from proxy.wire.base import (
    LAST_MOMENT,
    TERMINAL,
    ClientOrderId,
    ErrorOut,
    Mode,
    Money,
    Problem,
    Side,
    Status,
    UserId,
    Wire,
)
from proxy.wire.books import AdoptIn, AdoptOut, BooksOut, VenueOrder
from proxy.wire.flatten import FlattenIn, FlattenOut, Sellable, SellableOut
from proxy.wire.keys import (
    CredentialsIn,
    CredentialsOut,
    CredentialsRefused,
    Exchange,
    ForgetIn,
    ForgetOut,
    HealthOut,
    Permissions,
)
from proxy.wire.market import Candle, CandlesOut, MarketOut, PriceOut, Sizes, Timeframe
from proxy.wire.orders import (
    OPEN_FOR,
    CheckOut,
    Fill,
    OrderOut,
    PendingOut,
    TradeIn,
    TradeOut,
    VoidIn,
)

__all__ = [
    "LAST_MOMENT",
    "OPEN_FOR",
    "TERMINAL",
    "AccountOut",
    "AdoptIn",
    "AdoptOut",
    "Balance",
    "BalanceOut",
    "BooksOut",
    "Candle",
    "CandlesOut",
    "CheckOut",
    "ClientOrderId",
    "CredentialsIn",
    "CredentialsOut",
    "CredentialsRefused",
    "ErrorOut",
    "Exchange",
    "Fill",
    "FlattenIn",
    "FlattenOut",
    "ForgetIn",
    "ForgetOut",
    "HealthOut",
    "Holding",
    "KeyState",
    "Limits",
    "LimitsIn",
    "MarketOut",
    "Mode",
    "ModeIn",
    "Money",
    "OrderOut",
    "PendingOut",
    "Permissions",
    "PriceOut",
    "Problem",
    "RegisterIn",
    "Sellable",
    "SellableOut",
    "Side",
    "Sizes",
    "Status",
    "StopIn",
    "StopOut",
    "Timeframe",
    "Today",
    "TradeIn",
    "TradeOut",
    "UserId",
    "VenueOrder",
    "VoidIn",
    "Wire",
]
