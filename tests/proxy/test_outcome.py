"""What an answer proves: every row that is listed, and that nothing else proves anything."""

import json
from decimal import Decimal
from typing import Any

import pytest

from proxy.errors import KeyRefused, VenueUnavailable
from proxy.outcome import About, Answer, Failure, judge_ask, judge_send, refusal
from proxy.venue import Verdict

ID = "pg-AAAAAAAAAAAAAAAAAAAAAA"
HERE = About("Binance.US", 3.2)
N, R, U = Verdict.NOT_SENT, Verdict.REJECTED, Verdict.UNKNOWN


def error(status: int, code: int, msg: str) -> Answer:
    return Answer(status, {}, json.dumps({"code": code, "msg": msg}).encode())


def order(**changes: Any) -> dict[str, Any]:
    whole = {
        "symbol": "BTCUSDT",
        "orderId": 28,
        "clientOrderId": ID,
        "transactTime": 1700000000000,
        "executedQty": "0.00003000",
        "cummulativeQuoteQty": "1.92000000",
        "status": "FILLED",
        "fills": [
            {
                "price": "64000.00",
                "qty": "0.00003000",
                "commission": "0.00000003",
                "commissionAsset": "BTC",
                "tradeId": 56,
            }
        ],
    }
    return whole | changes


def told(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


PLACED = [
    # (status, code, message) → what it proves, and our code. Binance's errors.md, row by row.
    (500, -1000, "An unknown error occurred while processing the request.", U, "unknown"),
    (400, -1000, "An unknown error occurred while processing the request.", U, "unknown"),
    (500, -1001, "Internal error; unable to process your request.", U, "unknown"),
    (400, -1001, "Internal error; unable to process your request.", U, "unknown"),
    (500, -1006, "Execution status unknown.", U, "unknown"),
    (400, -1006, "Execution status unknown.", U, "unknown"),
    (504, -1007, "Timeout waiting for response from backend server.", U, "unknown"),
    (400, -1007, "Timeout waiting for response from backend server.", U, "unknown"),
    (503, -1008, "Server is currently overloaded with other requests.", U, "unknown"),
    (400, -1008, "Server is currently overloaded with other requests.", U, "unknown"),
    (429, -1003, "Too much request weight used.", N, "venue_busy"),
    (418, -1003, "Way too much request weight used; IP banned until 17.", N, "venue_busy"),
    (400, -1015, "Too many new orders.", N, "venue_busy"),
    (429, -1015, "Too many new orders.", N, "venue_busy"),
    (400, -1013, "Filter failure: NOTIONAL", N, "filter_failure"),
    (400, -1013, "Filter failure: MIN_NOTIONAL", N, "filter_failure"),
    (400, -1013, "Filter failure: MAX_NUM_ORDERS", N, "filter_failure"),
    (400, -1013, "Filter failure: LOT_SIZE", N, "filter_failure"),
    (400, -1013, "Filter failure: MARKET_LOT_SIZE", N, "filter_failure"),
    (400, -1013, "Filter failure: PRICE_FILTER", N, "filter_failure"),
    (400, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE", N, "filter_failure"),
    (400, -1013, "Invalid quantity.", N, "filter_failure"),
    (400, -1013, "Market is closed.", N, "market_closed"),
    (400, -1013, "Something that nobody has documented.", U, "unknown"),
    (400, -1021, "Timestamp for this request is outside of the recvWindow.", N, "clock_off"),
    (400, -1021, "Timestamp for this request was 1000ms ahead.", N, "clock_off"),
    (400, -1022, "Signature for this request is not valid.", N, "invalid_signature"),
    (401, -2014, "API-key format invalid.", N, "invalid_key"),
    (401, -2015, "Invalid API-key, IP, or …", N, "ip_not_allowed_or_no_permission"),
    (400, -2015, "Invalid API-key, IP, or …", N, "ip_not_allowed_or_no_permission"),
    (401, -1002, "You are not authorized to execute this request.", N, "invalid_key"),
    (400, -1100, "Illegal characters found in a parameter.", N, "bad_request"),
    (400, -1102, "Mandatory parameter was not sent.", N, "bad_request"),
    (400, -1121, "Invalid symbol.", N, "unknown_symbol"),
    (400, -1199, "The last of them.", N, "bad_request"),
    (400, -1200, "One too many.", U, "unknown"),
    (400, -2010, "Account has insufficient balance for requested action.", R, "insufficient_funds"),
    (400, -2010, "Duplicate order sent.", U, "exists"),
    (400, -2010, "Market is closed.", R, "market_closed"),
    (400, -2010, "Order would immediately match and take.", R, "rejected"),
    (400, -2010, "This symbol is not permitted for this account.", R, "not_permitted"),
    (400, -2010, "", U, "unknown"),
    (400, -2011, "Unknown order sent.", U, "unknown"),
    (400, -2013, "Order does not exist.", U, "unknown"),
    (400, -9999, "New and unheard of.", U, "unknown"),
    # the code alone proves nothing where the status does not go with it
    (500, -2010, "Account has insufficient balance for requested action.", U, "unknown"),
    (200, -2010, "Account has insufficient balance for requested action.", U, "unknown"),
    (502, -1022, "Signature for this request is not valid.", U, "unknown"),
    (503, -1003, "Too much request weight used.", U, "unknown"),
    (302, -1121, "Invalid symbol.", U, "unknown"),
]


@pytest.mark.parametrize(("status", "code", "msg", "verdict", "ours"), PLACED)
def test_each_listed_refusal_proves_what_it_proves(
    status: int, code: int, msg: str, verdict: Verdict, ours: str
) -> None:
    report = judge_send(error(status, code, msg), ID, HERE)

    assert (report.verdict, report.code) == (verdict, ours)
    assert "{" not in report.message + report.hint
    assert report.message.endswith((".", msg))


NOTHING = [
    Answer(failure=Failure.LOST),
    *[
        told(b"<html>One moment</html>", status)
        for status in (200, 400, 401, 403, 418, 429, 500, 502, 503, 504, 522, 524, 529, 599)
    ],
    *[
        told(body)
        for body in (b"", b"{}", b"[]", b"null", b'{"orderId": 28, "cli', b"\xff\xfe", b"7")
    ],
    told(b"[" * 100_000),
    told({}, 307),
    told(order(), 302),
    told(order(), 201),
    told(order(orderId=None)),
    told(order(orderId="")),
    told(order(orderId=True)),
    told(order(clientOrderId="x-TKT5PX2F-other")),
    told(order(clientOrderId=None)),
    told(order(status="PERHAPS")),
    told(order(status=None)),
    told(order(executedQty="NaN")),
    told(order(executedQty="-1")),
    told(order(executedQty=None)),
    told(order(executedQty="0", cummulativeQuoteQty="5")),
    told(order(executedQty="0", cummulativeQuoteQty="0")),
    told([order()]),
    told({"code": "-2010", "msg": "Account has insufficient balance"}, 400),
    told({"code": -2010}, 400),
    told({"code": True, "msg": "x"}, 400),
    told([{"code": -2010, "msg": "x"}], 400),
]


@pytest.mark.parametrize("answer", NOTHING, ids=range(len(NOTHING)))
def test_everything_else_is_unknown(answer: Answer) -> None:
    assert judge_send(answer, ID, HERE).verdict is U
    assert judge_ask(answer, ID, HERE).verdict is U


@pytest.mark.parametrize(
    ("answer", "answered"),
    [
        (told(order()), True),
        (error(400, -2013, "Order does not exist."), True),
        (error(401, -2015, "Invalid API-key, IP, or permissions for action."), True),
        (error(429, -1003, "Too many requests."), False),
        (error(503, -1001, "Internal error."), False),
        (Answer(200, {}, b"<html>"), False),
        (told({}), False),
        (Answer(failure=Failure.LOST), False),
        (Answer(), False),
    ],
)
def test_whether_the_venue_spoke_about_the_order_at_all(answer: Answer, answered: bool) -> None:
    assert judge_ask(answer, ID, HERE).answered is answered


def test_a_connection_that_never_was_proves_that_nothing_was_sent() -> None:
    report = judge_send(Answer(failure=Failure.UNSENT), ID, HERE)

    assert (report.verdict, report.code) == (N, "venue_unreachable")
    assert judge_ask(Answer(failure=Failure.UNSENT), ID, HERE).verdict is U


def test_a_whole_order_is_read_to_the_last_digit() -> None:
    report = judge_send(told(order()), ID, HERE)

    assert report.verdict is Verdict.DONE
    assert (report.order_id, report.executed, report.quote) == (
        "28",
        Decimal("0.00003"),
        Decimal("1.92"),
    )
    assert report.fills[0].fee == Decimal("0.00000003")
    assert report.at is not None
    assert report.at.year == 2023


@pytest.mark.parametrize(
    ("status", "executed", "verdict"),
    [
        ("NEW", "0", Verdict.OPEN),
        ("PARTIALLY_FILLED", "0.00001", Verdict.OPEN),
        ("PENDING_CANCEL", "0", Verdict.OPEN),
        ("CANCELED", "0", Verdict.DONE),
        ("EXPIRED", "0.00001", Verdict.DONE),
        ("EXPIRED_IN_MATCH", "0", Verdict.DONE),
        ("REJECTED", "0", Verdict.REJECTED),
    ],
)
def test_each_state_of_an_order(status: str, executed: str, verdict: Verdict) -> None:
    quote = "0" if executed == "0" else "0.64"
    body = order(status=status, executedQty=executed, cummulativeQuoteQty=quote, fills=[])

    assert judge_ask(told(body), ID, HERE).verdict is verdict


@pytest.mark.parametrize("lie", [{"price": "0"}, {"price": "-1"}, {"qty": "0"}, {"price": "NaN"}])
def test_a_fill_for_nothing_is_none_and_the_order_is_asked_after(lie: dict[str, str]) -> None:
    report = judge_send(told(order(fills=[order()["fills"][0] | lie])), ID, HERE)
    assert (report.verdict, report.fills) == (Verdict.DONE, ())


def test_a_list_of_fills_with_a_hole_is_no_list() -> None:
    holed = order(fills=[*order()["fills"], {"price": "1", "qty": "x"}])

    report = judge_send(told(holed), ID, HERE)

    assert report.verdict is Verdict.DONE
    assert report.fills == ()


def test_a_question_can_find_nothing_or_the_archive() -> None:
    missing = judge_ask(error(400, -2013, "Order does not exist."), ID, HERE)
    archived = judge_ask(error(400, -2026, "Order was canceled or expired …"), ID, HERE)
    strange = judge_ask(error(500, -2013, "Order does not exist."), ID, HERE)

    assert missing.verdict is Verdict.NOT_FOUND
    assert (archived.verdict, archived.executed) == (Verdict.DONE, 0)
    assert strange.verdict is U


def test_a_wrong_clock_is_told_with_its_offset() -> None:
    stale = error(400, -1021, "Timestamp for this request is outside of the recvWindow.")

    assert "3.2 s ahead" in judge_send(stale, ID, HERE).message
    assert "7.0 s behind" in judge_send(stale, ID, About("Binance", -7)).message
    assert "took too long" in judge_send(stale, ID, About("Binance", 0)).message


def test_the_venues_own_words_are_cut_and_made_printable() -> None:
    rude = "\x1b[31m<b>" + "x" * 500 + "\n{off}"

    report = judge_send(error(400, -2010, rude), ID, HERE)

    assert "\x1b" not in report.message
    assert "\n" not in report.message
    assert len(report.message) < 250


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (error(400, -1022, "Signature …"), KeyRefused, "invalid_signature"),
        (error(401, -2014, "API-key format invalid."), KeyRefused, "invalid_key"),
        (error(401, -2015, "Invalid …"), KeyRefused, "ip_not_allowed_or_no_permission"),
        (error(400, -1021, "Timestamp …"), VenueUnavailable, "clock_off"),
        (error(429, -1003, "Too much …"), VenueUnavailable, "venue_busy"),
        (told(b"<html>", 503), VenueUnavailable, "venue_unavailable"),
        (told(b"<html>", 200), VenueUnavailable, "venue_unavailable"),
        (Answer(failure=Failure.LOST), VenueUnavailable, "venue_unavailable"),
    ],
)
def test_a_question_that_is_refused_says_why(answer: Answer, kind: type, code: str) -> None:
    raised = refusal(answer, HERE)

    assert isinstance(raised, kind)
    assert raised.code == code
