"""Between an order as we keep it and as it crosses to the proxy: pure, and the same for all paths.

Alone because the desk's path should read as a story, without the names of fields in it.

May import: core, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from piggybot.core.orders import Intent, Order
from piggybot.core.runs import Cause
from proxy.wire import OrderOut, PendingOut, Status, TradeIn, TradeOut

Answer = TradeOut | PendingOut | OrderOut
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def from_ms(moment: int) -> datetime:
    return EPOCH + moment * MILLISECOND


def trade(intent: Intent) -> TradeIn:
    """The intent as the proxy is asked, with the mode and epoch under which it was decided."""
    return TradeIn(
        userId=intent.user_id,
        exchange=intent.exchange,
        side=intent.side,
        symbol=intent.symbol,
        amountUsd=intent.amount_usd,
        units=intent.units,
        mode=intent.mode,
        epoch=intent.epoch,
        typed=intent.cause is Cause.HAND,
        notAfter=to_ms(intent.not_after),
        quotedPrice=intent.quoted_price,
    )


def fresh(intent: Intent) -> Order:
    """The order at its beginning: about to be sent."""
    return Order(
        intent=intent,
        status=Status.SENDING,
        order_id=None,
        price=None,
        executed=Decimal(0),
        quote=Decimal(0),
        fee=Decimal(0),
        transact_time=None,
        sandbox=False,
        problem=None,
        concluded=None,
    )


def learned(order: Order, answer: TradeOut | OrderOut) -> Order:
    """The order with what the answer says about it."""
    moment = answer.transactTime
    return replace(
        order,
        status=Status(answer.status),
        order_id=answer.orderId,
        price=answer.price,
        executed=answer.executedQty,
        quote=answer.cummulativeQuoteQty,
        fee=answer.fee,
        transact_time=None if moment is None else from_ms(moment),
        sandbox=answer.sandbox or order.sandbox,
        problem=answer.note or (answer.error if isinstance(answer, OrderOut) else None),
        fills=tuple(answer.fills),
        sizes=answer.sizes,
    )
