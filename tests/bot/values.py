"""Values that the store's stories share: a person, a letter, an intent.

May import: core, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from piggybot.core.mail import ButtonRow, Incoming, Outgoing
from piggybot.core.orders import Intent, Order
from piggybot.core.people import Person
from proxy.wire import Mode, Side, Status

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANNA = Person(7, 70, "Anna", True, "user-anna", "binanceus")
BEN = Person(8, 80, "Ben", False, "user-ben", "binance")


def letter(dedupe: str, **other: Any) -> Outgoing:
    plain = Outgoing(0, 70, "text", {"text": dedupe}, 3, dedupe, None, NOW, NOW, 0)
    return replace(plain, **other)


def arrived(key: str, **other: Any) -> Incoming:
    return replace(Incoming(0, key, 70, 7, "message", {"text": "/help"}, NOW, NOW), **other)


def button(nonce: str) -> ButtonRow:
    return ButtonRow(nonce, 7, "confirm", {"order": "1"}, NOW + 60 * SECOND)


def intent(client_id: str, **other: Any) -> Intent:
    plain = Intent(
        client_id=client_id,
        origin=f"m70:{client_id}",
        person_id=7,
        user_id="user-anna",
        exchange="binanceus",
        mode=Mode.LIVE,
        epoch=3,
        side=Side.BUY,
        symbol="BTC/USDT",
        amount_usd=Decimal("2.10"),
        units=None,
        quoted_price=None,
        placed=NOW,
        not_after=NOW + 60 * SECOND,
        reply_to=5,
    )
    return replace(plain, **other)


def filled(what: Intent) -> Order:
    return Order(
        what,
        Status.FILLED,
        order_id="991",
        price=Decimal("64000.01"),
        executed=Decimal("0.00003281"),
        quote=Decimal("2.0998"),
        fee=Decimal("0.0021"),
        transact_time=NOW + SECOND,
        sandbox=True,
        concluded=NOW + SECOND,
    )
