"""A request becomes a journal entry, and an entry the answer to a request.

The same id with the same contents is the same order; with other contents it is refused.

May import: errors, records, wire.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from proxy.errors import Denied, OrderRefused
from proxy.records import Account, Entry
from proxy.wire import Mode, PendingOut, Problem, Side, Status, TradeIn, TradeOut

NUMBER_HINT = 'Write it like "2.50".'
ZERO = datetime(1970, 1, 1, tzinfo=UTC)
NAME = 32
"""The longest name that is kept of an exchange or a symbol that nobody has looked up yet."""


def draft_of(order: TradeIn, client_id: str, now: datetime) -> Entry:
    """The order as it was asked for, before anything was looked up."""
    if (order.amountUsd is None) == (order.units is None):
        hint = "amountUsd is in dollars; units is in coins, for sells only."
        raise Denied("bad_amount", "Give exactly one of amountUsd and units.", hint)
    amount = order.units if order.amountUsd is None else order.amountUsd
    assert amount is not None
    if not amount.is_finite() or amount <= 0:
        raise Denied("bad_amount", "The amount must be more than zero.", NUMBER_HINT)
    if order.symbolCcxt and _joined(order.symbolCcxt) != _joined(order.symbol):
        raise Denied(
            "symbols_differ",
            "symbol and symbolCcxt name two different markets.",
            "Give the same market in both, or symbol alone.",
        )
    return Entry(
        client_id,
        order.userId,
        order.exchange[:NAME],
        order.mode or Mode.PAPER,
        order.side,
        symbol=order.symbol[:NAME],
        contents=_contents(order),
        epoch=order.epoch or 0,
        created=now,
        status=Status.SENDING,
        asked_usd=order.amountUsd,
        asked_units=order.units,
        not_after=None if order.notAfter is None else ZERO + timedelta(milliseconds=order.notAfter),
    )


def voided(client_id: str, account: Account, now: datetime) -> Entry:
    """An order that never arrived, and never will."""
    problem = Problem(code="voided", message="The order never arrived, and was called off.")
    return Entry(
        client_id,
        account.user_id,
        account.exchange,
        account.mode,
        Side.BUY,
        symbol="",
        contents="",
        epoch=account.epoch,
        created=now,
        status=Status.NOT_SENT,
        concluded=now,
        problem=problem,
    )


def _contents(order: TradeIn) -> str:
    """What makes two requests the same order; epoch, deadline and quoted price are its guards."""
    symbol = _joined(order.symbolCcxt or order.symbol)
    amounts = [_plain(order.amountUsd), _plain(order.units), str(order.mode or "")]
    return "|".join([order.exchange, order.side.value, symbol, *amounts])


def _joined(symbol: str) -> str:
    return symbol.replace("/", "").strip().upper()


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def answer_of(entry: Entry, order: TradeIn) -> TradeOut | PendingOut:
    """The answer under an id, to whoever asks with the same contents."""
    same = entry.contents in {"", _contents(order)}
    if entry.user_id != order.userId or not same:
        raise Denied(
            "id_reused",
            "This order id was used for another order.",
            "Make a new id for each order.",
        )
    if entry.status.terminal:
        if entry.executed:
            return entry.trade()
        problem = entry.problem or Problem(code=entry.status.value.lower(), message="Not executed.")
        told = (problem.code, problem.message, problem.hint)
        raise OrderRefused(told, entry.client_id, entry.status.value)
    if entry.status is Status.OPEN:
        return PendingOut(status="OPEN", clientOrderId=entry.client_id)
    if entry.status is Status.QUARANTINED:
        return PendingOut(status="QUARANTINED", clientOrderId=entry.client_id)
    return PendingOut(status="UNKNOWN", clientOrderId=entry.client_id)
