"""A position's card that refreshes itself: when it is due, and which shares it offers to sell.

Alone because a card must stay calm: it is edited when there is something new, not at each price.

May import: core, fills, wire.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from piggybot.core.positions import Key
from proxy import fills
from proxy.wire import MarketOut

SHARES = (Decimal("0.25"), Decimal("0.5"), Decimal(1))
LIFE = timedelta(minutes=15)
"""So long it refreshes itself."""
CALM = timedelta(seconds=15)
"""Never sooner than so long after the last time."""
RENEW = timedelta(seconds=40)
"""At the latest then: its buttons live for a minute."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card in a chat: `letter` is the key of its message, `shown` what it said last."""

    letter: str
    person_id: int
    position: Key
    shown: str
    edited: datetime
    until: datetime


def over(card: Card, now: datetime) -> bool:
    return now >= card.until


def rests(card: Card, now: datetime) -> bool:
    """Whether it is too early to change anything."""
    return now - card.edited < CALM and not over(card, now)


def is_news(card: Card, text: str, now: datetime) -> bool:
    """Whether it says something else, or its buttons are about to expire."""
    return text != card.shown or now - card.edited >= RENEW


def sellable(units: Decimal, price: Decimal, rules: MarketOut) -> dict[Decimal, Decimal]:
    """Units by share, in whole steps: those that the venue takes, and that leave nothing behind
    which it would not take."""
    found = {}
    for share in SHARES:
        part = fills.round_down(units * share, rules.step)
        rest = fills.round_down(units - part, rules.step)
        taken = fills.sellable(part, price, rules)
        if taken and (not rest or fills.sellable(rest, price, rules)):
            found[share] = part
    return found
