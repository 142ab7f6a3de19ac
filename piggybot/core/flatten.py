"""Selling everything: what a person was asked about, and what came of it. Values and pure rules.

Alone because the service that sells and the words that tell must mean the same.

May import: core, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from piggybot.core.orders import Order
from piggybot.core.positions import Book
from piggybot.core.runs import Run
from proxy.wire import AccountOut, Mode, Sellable, SellableOut, Side


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to sell now, and what would be held up by it."""

    found: SellableOut
    runs: Sequence[Run]
    """Active ones: they would buy again."""
    stops: Mapping[str, str]
    """The stops that stand in this house, by name, each with the message that gave it."""
    buys: Sequence[str]
    """Markets of that book with a buy whose end is not known."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person saw of the account when they were asked: only that is confirmed."""

    mode: Mode
    epoch: int
    stops: Mapping[str, str]
    halted: bool

    def still_holds(self, found: SellableOut) -> bool:
        """A stop raises the epoch. From live to reducing it is the same book, and only tighter."""
        return self.epoch == found.epoch and Book.of(self.mode) is Book.of(found.mode)


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of it."""

    orders: Sequence[Order]
    left: SellableOut | None
    """What is still held in that book; None where the proxy does not say."""
    paused: Sequence[Run]
    """Runs that wait until their person resumes them."""
    buys: Sequence[str]
    """Markets of that book with a buy whose end is not known."""
    was_stopped: bool
    stopped: bool
    """A stop is in force now."""


def unsettled_buys(account: AccountOut, mode: Mode) -> list[str]:
    """What they bring when they were filled is not sold."""
    buys = [one for one in account.unresolved if one.side is Side.BUY]
    return sorted({one.symbol for one in buys if Book.of(one.mode) is Book.of(mode)})


def worth(item: Sellable) -> Decimal:
    """At the price now; 0 where there is none."""
    return item.units * (item.price or Decimal(0))


def to_sell(found: SellableOut) -> list[Sellable]:
    """What an order could sell, the most valuable first."""
    return sorted((one for one in found.items if one.units), key=worth, reverse=True)


def dust(found: SellableOut) -> list[Sellable]:
    """Less than the venue takes."""
    return [one for one in found.items if one.free > 0 and not one.units]


def on_the_way(found: SellableOut) -> list[Sellable]:
    """An order that is not settled may still sell it, or a part of it."""
    return [one for one in found.items if one.free < one.held]
