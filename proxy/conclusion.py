"""What an order becomes when a venue has spoken: pure rules over the journal's entry.

An order is over only when its fills add up to what was executed; until then it is asked about.

May import: errors, fills, records, venue, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from proxy.errors import ProxyError
from proxy.fills import fee_in_quote, has_price, is_whole
from proxy.records import KEYLESS, Entry
from proxy.venue import Report, Verdict
from proxy.wire import Fill, Problem, Side, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REFUSALS = {Verdict.NOT_SENT: Status.NOT_SENT, Verdict.REJECTED: Status.REJECTED}
FOUND = frozenset({Verdict.DONE, Verdict.OPEN})
WORDS = {
    Status.NOT_SENT: "The order was not sent.",
    Status.REJECTED: "The exchange refused the order.",
}


def after_send(entry: Entry, report: Report, sent_at: datetime, now: datetime) -> Entry:
    """The entry after the answer to its one send."""
    if entry.status is not Status.SENDING:
        return after_ask(entry, report, now)
    sent = replace(entry, sent_at=sent_at)
    refused = REFUSALS.get(report.verdict)
    if refused is not None:
        return replace(sent, status=refused, concluded=now, problem=_problem(report, refused))
    if report.verdict in FOUND:
        return _found(sent, report, now)
    return replace(sent, status=Status.UNKNOWN)


def before_gate(failure: Exception) -> Report:
    """A refusal before the gate proves that nothing left; any other failure proves nothing."""
    if isinstance(failure, ProxyError):
        return Report(Verdict.NOT_SENT, failure.code, failure.message, failure.hint)
    return Report(Verdict.UNKNOWN)


def after_ask(entry: Entry, report: Report, now: datetime) -> Entry:
    """The entry after an answer to a question. A refused question proves nothing about the order.

    An order that was concluded to be absent and is found all the same is taken as found.
    """
    if entry.status.terminal and entry.status is not Status.ABSENT:
        return entry
    if report.verdict in FOUND:
        return _found(entry, report, now)
    if report.verdict is Verdict.REJECTED and report.order_id is not None:
        refused = Status.REJECTED
        return replace(entry, status=refused, concluded=now, problem=_problem(report, refused))
    return entry


def asked_from(entry: Entry, now: datetime) -> Entry:
    """A send whose end nobody saw: it may have left at any moment until now."""
    if entry.status is not Status.SENDING:
        return entry
    return replace(entry, status=Status.UNKNOWN, sent_at=entry.sent_at or now)


def absent(entry: Entry, title: str, now: datetime) -> Entry:
    """Proven absent. Whatever was learnt in the meantime stands before it."""
    if entry.status.terminal or entry.order_id is not None:
        return entry
    if entry.problem is not None and entry.problem.code == KEYLESS:
        return replace(entry, status=Status.ABSENT, concluded=now, problem=_elsewhere(entry, title))
    problem = Problem(
        code="absent",
        message=f"{title} has no such order: it never arrived, and nothing was bought or sold.",
        hint="Decide anew; this order will not be sent again.",
    )
    return replace(entry, status=Status.ABSENT, concluded=now, problem=problem)


def disowned(entry: Entry, title: str, now: datetime) -> Entry:
    """It had fills, and its venue has neither them nor it: its person has taken that for true."""
    problem = Problem(
        code="disowned",
        message=f"{title} does not have this order any more, so it counts as nothing.",
        hint="As after a test net was reset, or with a key of another account.",
    )
    nothing = Decimal(0)
    return replace(
        entry,
        status=Status.ABSENT,
        executed=nothing,
        quote=nothing,
        fee=nothing,
        fills=(),
        concluded=now,
        problem=problem,
    )


def _elsewhere(entry: Entry, title: str) -> Problem:
    """Absent for the key that is saved now, which may be of another account than the order's."""
    return Problem(
        code="absent_elsewhere",
        message=f"{title} has no such order under the key that is saved now; it was sent with an "
        "earlier one, so this proves nothing about it.",
        hint=f"Look for the client order id {entry.client_id} in the order history of the earlier "
        "key's account. It is not asked for any more.",
    )


def quarantined(entry: Entry, title: str, minutes: int) -> Entry:
    """No proof in time: its budget stays reserved, and a person is told what to look at."""
    if entry.status.terminal:
        return entry
    problem = Problem(
        code="quarantined",
        message=f"{title} gave no usable answer about this order for {minutes} minutes.",
        hint=f"Look for the client order id {entry.client_id} ({entry.side} {entry.symbol}) in "
        f"{title}'s order history. It is asked for again every minute.",
    )
    return replace(entry, status=Status.QUARANTINED, problem=problem)


def _found(entry: Entry, report: Report, now: datetime) -> Entry:
    assert entry.market is not None
    known = {fill.tradeId: fill for fill in entry.fills}
    fresh = {fill.tradeId: fill for fill in report.fills if fill.tradeId not in known}
    fills = tuple((known | fresh).values())
    summed = sum((fill.qty for fill in fills), Decimal(0))
    paid = sum((fill.qty * fill.price for fill in fills), Decimal(0))
    base, quote = entry.market.base, entry.market.quote
    last = max((EPOCH + timedelta(milliseconds=fill.at) for fill in fills), default=None)
    executed = max(entry.executed, report.executed, summed)
    found = replace(
        entry,
        order_id=report.order_id or entry.order_id,
        executed=executed,
        quote=paid if summed == executed else max(report.quote, paid, entry.quote),
        fee=sum((fee_in_quote(fill, base, quote) for fill in fills), Decimal(0)),
        transact_time=report.at or last or entry.transact_time,
        fills=fills,
        problem=_unpriced(fills, base, quote),
    )
    if report.verdict is Verdict.OPEN or summed != executed:
        return replace(found, status=Status.OPEN, concluded=None)
    return _over(found, now)


def _unpriced(fills: tuple[Fill, ...], base: str, quote: str) -> Problem | None:
    """A fee that no price can be put on is said, not counted as nothing in silence."""
    fees: dict[str, Decimal] = {}
    for fill in fills:
        if not has_price(fill, base, quote):
            fees[fill.feeAsset] = fees.get(fill.feeAsset, Decimal(0)) + fill.fee
    if not fees:
        return None
    total = " and ".join(f"{fee.normalize():f} {asset}" for asset, fee in fees.items())
    return Problem(
        code="fee_unpriced",
        message=f"The fee of {total} has no price in {quote}: profit and loss leave it out.",
    )


def _over(entry: Entry, now: datetime) -> Entry:
    if not entry.executed:
        problem = Problem(code="canceled", message="The order was cancelled; nothing was executed.")
        return replace(entry, status=Status.CANCELED, concluded=now, problem=problem)
    status = Status.FILLED if _whole(entry) else Status.CANCELED
    return replace(entry, status=status, concluded=now)


def _whole(entry: Entry) -> bool:
    if entry.side is Side.SELL:
        return entry.units is not None and entry.executed >= entry.units
    assert entry.asked_usd is not None
    assert entry.market is not None
    step_value = entry.market.step * entry.quote / entry.executed
    return is_whole(entry.asked_usd, entry.quote, step_value)


def _problem(report: Report, status: Status) -> Problem:
    code = report.code or status.value.lower()
    return Problem(code=code, message=report.message or WORDS[status], hint=report.hint)
