"""The contract of selling all that our fills hold, also from a stop.

May import: wire.
"""

from typing import Annotated, Literal

from pydantic import Field

from proxy.wire.base import ClientOrderId, Mode, Money, Problem, UserId, Wire
from proxy.wire.orders import MOST_EPOCH

MOST_SELLS = 200


class Sellable(Wire):
    """What our own fills hold of one market, and what an order could sell of it now."""

    exchange: str
    symbol: str
    held: Money
    free: Money
    """Less what unresolved sells may still take."""
    units: Money
    """Whole steps of what is free; 0: less than the venue's smallest order, or than one step."""
    price: Money | None = None
    """None: there is none now, so nobody knows whether the venue would take it."""


class SellableOut(Wire):
    """All of one book: the account's own; of a halted one the real book where it holds anything."""

    userId: str
    mode: Mode
    """What a sell of it carries: the account's mode; of a halted account REDUCING or PAPER."""
    epoch: int
    halted: bool
    """A sell needs a way out of the stop: POST /api/flatten."""
    sandbox: bool
    items: list[Sellable]
    barred: Problem | None = None
    """Why no way out would be opened now."""


class FlattenIn(Wire):
    """A person has confirmed it: let these sells, and nothing else, pass a stop for a minute."""

    userId: UserId
    mode: Literal[Mode.PAPER, Mode.LIVE]
    """Whose book. The sells of the real one carry REDUCING."""
    epoch: int = Field(ge=0, le=MOST_EPOCH)
    """The epoch that the person saw when asked; a newer stop is not passed."""
    allAccounts: bool = False
    """The owner may also pass a stop for all, for their own account."""
    clientOrderIds: Annotated[list[ClientOrderId], Field(min_length=1, max_length=MOST_SELLS)]


class FlattenOut(Wire):
    epoch: int
    """The fresh epoch that the sells must carry."""
    seconds: int
    """After these it is closed, whatever has become of them; sooner once all have ended."""
