"""What an exchange's answer proves: an allow-list, never exception classes. Fails to UNKNOWN.

The raw answer (status, headers, body, or how there came to be none) is judged here and nowhere
else. Only a listed refusal or a whole, consistent order proves anything.

May import: errors, outcome_binance, venue, wire.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

from proxy.errors import KeyRefused, ProxyError, VenueUnavailable
from proxy.outcome_binance import ARCHIVED, KEY_CODES, NO_SUCH_ORDER, REFUSED, ROWS, Row
from proxy.venue import Report, Verdict
from proxy.wire import Fill

OK = 200
LONGEST_QUOTE = 160
HARDLY_OFF = 0.05
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OVER = frozenset({"FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"})
STANDING = frozenset({"NEW", "PARTIALLY_FILLED", "PENDING_NEW", "PENDING_CANCEL"})


class Failure(Enum):
    """Why there is no answer."""

    UNSENT = auto()
    """Not one byte of the request can have left."""
    LOST = auto()
    """It may have arrived, wholly or in part."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a venue, untouched."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    failure: Failure | None = None

    def json(self) -> Any:
        """The body as JSON, numbers as Decimals; None where it is not JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class About:
    """What the words need: the venue's name, and how far our clock is ahead of its, in seconds."""

    venue: str
    ahead: float = 0.0

    def off(self) -> str:
        if abs(self.ahead) < HARDLY_OFF:
            return "off, or the request took too long"
        return f"{abs(self.ahead):.1f} s {'ahead' if self.ahead > 0 else 'behind'}"


def judge_send(answer: Answer, client_id: str, about: About) -> Report:
    """What the answer to an order proves about it."""
    if answer.failure is Failure.UNSENT:
        return Report(
            Verdict.NOT_SENT,
            "venue_unreachable",
            f"{about.venue} could not be reached; nothing was sent.",
            "Check this computer's internet connection, then try again.",
        )
    if answer.failure is not None:
        return _unknown(f"{about.venue} has not answered.")
    if answer.status == OK:
        report = read_order(answer.json(), client_id)
        return report or _unknown(f"{about.venue} answered with something that is not an order.")
    row = find_row(answer)
    if row is None:
        return _unknown(f"{about.venue} answered with error {answer.status}, which proves nothing.")
    return Report(row.verdict, row.code, *words(row, answer, about))


def judge_ask(answer: Answer, client_id: str, about: About) -> Report:
    """What the answer to a question after an order proves about it."""
    if answer.failure is None and answer.status == OK:
        report = read_order(answer.json(), client_id)
        if report is not None:
            return report
    code, _ = error_of(answer)
    if answer.status in REFUSED and code == NO_SUCH_ORDER:
        return Report(Verdict.NOT_FOUND, "not_found", f"{about.venue} has no such order.")
    if answer.status in REFUSED and code == ARCHIVED:
        return Report(Verdict.DONE, "archived", f"{about.venue} archived it unfilled.")
    report = _unknown(f"{about.venue} gave no usable answer about the order.")
    return replace(report, answered=answer.status in REFUSED and code is not None)


def refusal(answer: Answer, about: About) -> ProxyError:
    """The error for an answer to a question (balance, price …) that cannot be used."""
    row = find_row(answer)
    if row is not None:
        message, hint = words(row, answer, about)
        kind = KeyRefused if row.code in KEY_CODES else VenueUnavailable
        return kind(row.code, message, hint)
    said = f"answered with error {answer.status}" if answer.status else "has not answered"
    return VenueUnavailable("venue_unavailable", f"{about.venue} {said}.", "Try again in a minute.")


def find_row(answer: Answer) -> Row | None:
    """The listed row for an error answer; None where nothing is listed."""
    code, text = error_of(answer)
    if code is None:
        return None
    return next((row for row in ROWS if row.fits(answer.status, code, text)), None)


def error_of(answer: Answer) -> tuple[int | None, str]:
    """Binance's own (code, message) out of an answer; (None, "") where it has none."""
    body = answer.json() if answer.failure is None else None
    if not isinstance(body, dict):
        return None, ""
    code, text = body.get("code"), body.get("msg")
    if isinstance(code, bool) or not isinstance(code, int) or not isinstance(text, str):
        return None, ""
    return code, text


def words(row: Row, answer: Answer, about: About) -> tuple[str, str]:
    """Message and hint of a row; the venue's own text is shortened and made printable."""
    _, text = error_of(answer)
    said = re.sub(r"[^\x20-\x7e]+", " ", text)[:LONGEST_QUOTE]
    filled = {"venue": about.venue, "said": said, "off": about.off()}
    return row.message.format(**filled), row.hint.format(**filled)


def read_order(body: Any, client_id: str) -> Report | None:
    """A whole and consistent order with our id; None for everything else."""
    if not isinstance(body, dict) or body.get("clientOrderId") != client_id:
        return None
    order_id, status = body.get("orderId"), body.get("status")
    executed, quote = decimal(body.get("executedQty")), decimal(body.get("cummulativeQuoteQty"))
    if isinstance(order_id, bool) or not isinstance(order_id, int | str) or order_id == "":
        return None
    if executed is None or quote is None or (executed > 0) != (quote > 0):
        return None
    at = moment(body.get("transactTime") or body.get("updateTime") or body.get("time"))
    verdict = _verdict(status, executed)
    if verdict is None:
        return None
    return Report(
        verdict,
        order_id=str(order_id),
        executed=executed,
        quote=quote,
        fills=_fills(body.get("fills"), at),
        at=at,
    )


def read_trade(row: Any, at: datetime | None = None) -> Fill | None:
    """One fill, of an order's answer or of the list of trades; None where a part is missing.

    Nothing is traded for nothing: without a price or a size it is none.
    """
    if not isinstance(row, dict):
        return None
    trade_id = row.get("tradeId", row.get("id"))
    price, qty = decimal(row.get("price")), decimal(row.get("qty"))
    fee, asset = decimal(row.get("commission")), row.get("commissionAsset")
    when = moment(row.get("time")) or at
    if trade_id is None or not price or not qty or fee is None or when is None:
        return None
    if not isinstance(asset, str):
        return None
    return Fill(tradeId=str(trade_id), price=price, qty=qty, fee=fee, feeAsset=asset, at=_ms(when))


def decimal(value: Any) -> Decimal | None:
    """A number of the venue, zero or more; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def moment(value: Any) -> datetime | None:
    """Milliseconds since 1970 as a time; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return None
    try:
        return EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return None


def _verdict(status: Any, executed: Decimal) -> Verdict | None:
    if status == "REJECTED" and not executed:
        return Verdict.REJECTED
    if status == "FILLED" and not executed:
        return None
    if status in OVER:
        return Verdict.DONE
    return Verdict.OPEN if status in STANDING else None


def _fills(rows: Any, at: datetime | None) -> tuple[Fill, ...]:
    """All fills of an answer, or none: a list with a hole is no list."""
    if not isinstance(rows, list):
        return ()
    read = [read_trade(row, at) for row in rows]
    whole = [fill for fill in read if fill is not None]
    return tuple(whole) if len(whole) == len(read) else ()


def _ms(when: datetime) -> int:
    return (when - EPOCH) // timedelta(milliseconds=1)


def _unknown(message: str) -> Report:
    return Report(Verdict.UNKNOWN, "unknown", message, "Its outcome is being looked up.")
