"""Values that the store's stories share: a person, a letter, an intent, a run, a fill.

May import: core, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from piggybot.core.mail import ButtonRow, Incoming, Outgoing
from piggybot.core.matching import Difference, Mismatch
from piggybot.core.orders import Intent, Order
from piggybot.core.people import Person
from piggybot.core.positions import Book
from piggybot.core.runs import Exits, Guards, Run, RunState
from proxy.wire import Fill, Mode, Side, Sizes, Status, Timeframe

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AT_NOW = int(NOW.timestamp() * 1000)
ANNA = Person(7, 70, "Anna", True, "user-anna", "binanceus")
BEN = Person(8, 80, "Ben", False, "user-ben", "binance")
SIZES = Sizes(minNotional=Decimal(5), minQty=Decimal("0.00002"), step=Decimal("0.00001"))


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


def run(run_id: str = "run-1", **other: Any) -> Run:
    plain = Run(
        id=run_id,
        person_id=7,
        user_id="user-anna",
        exchange="binanceus",
        symbol="BTC/USDT",
        timeframe=Timeframe.H1,
        strategy="sma_crossover",
        params={"fast": "10"},
        amount_usd=Decimal("10.00"),
        exits=Exits(stop_loss=Decimal("0.050"), time_limit=24),
        guards=Guards(cooldown=2),
        state=RunState.ACTIVE,
        created=NOW,
        reply_to=5,
    )
    return replace(plain, **other)


def traded(qty: str, price: str, trade_id: str = "t1", **other: Any) -> Fill:
    """A fill whose fee was taken in quote, a thousandth, or as `other` says."""
    value = Decimal(qty) * Decimal(price)
    plain = Fill(
        tradeId=trade_id,
        price=Decimal(price),
        qty=Decimal(qty),
        fee=value / 1000,
        feeAsset="USDT",
        at=AT_NOW,
    )
    return plain.model_copy(update=other)


def done(what: Intent, *fills: Fill, **other: Any) -> Order:
    """The intent, executed in these fills on a market of five places."""
    executed = sum((one.qty for one in fills), Decimal(0))
    order = Order(
        what,
        Status.FILLED,
        order_id="991",
        executed=executed,
        concluded=NOW + SECOND,
        fills=fills,
        sizes=SIZES,
    )
    return replace(order, **other)


def mismatch(*differences: Difference, **other: Any) -> Mismatch:
    """A difference between our books and a venue's, as it was found."""
    plain = Mismatch(
        id="m1",
        person_id=ANNA.id,
        user_id="user-anna",
        book=Book.LIVE,
        exchange="binanceus",
        title="Binance.US",
        sandbox=True,
        symbol="BTC/USDT",
        found=NOW,
        since=0,
        differences=differences,
    )
    return replace(plain, **other)
