"""The contract of matching books: our fills as the venue has them.

May import: wire.
"""

from typing import Annotated

from pydantic import Field

from proxy.wire.base import LAST_MOMENT, ClientOrderId, ExchangeName, Mode, Side, UserId, Wire
from proxy.wire.orders import Fill, OrderOut

MOST_ADOPTED = 200


class VenueOrder(Wire):
    """One order that carries our id, with its fills, from the venue's own lists."""

    clientOrderId: str
    orderId: str
    symbol: str
    side: Side
    at: int
    open: bool
    """It stands there and may still be filled."""
    known: bool
    """False: it has an id of our form, and the proxy's journal has never seen it."""
    fills: list[Fill]


class BooksOut(Wire):
    """Orders with our ids that have fills since `since`, or that stand open or are not known."""

    exchange: str
    title: str
    mode: Mode
    """PAPER or LIVE: whose book."""
    since: int
    sandbox: bool
    orders: list[VenueOrder]


class AdoptIn(Wire):
    """Take what the venue has of these orders into the proxy's own journal; what it does not have,
    by its list and by its answer, goes out of it."""

    userId: UserId
    exchange: ExchangeName
    mode: Mode
    since: Annotated[int, Field(ge=0, le=LAST_MOMENT)]
    clientOrderIds: Annotated[list[ClientOrderId], Field(min_length=1, max_length=MOST_ADOPTED)]


class AdoptOut(Wire):
    """The orders that the journal has taken over or taken out, as it has them now."""

    orders: list[OrderOut]
