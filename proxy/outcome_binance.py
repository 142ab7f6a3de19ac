"""What Binance's error answers prove, row by row: (HTTP status, code, message) → verdict and words.

A row stands here only because Binance documents that such an order was not executed, or refused
by the engine, or exists (`errors.md`, `rest-api.md` and `filters.md` of
binance/binance-spot-api-docs). What has no row is UNKNOWN: there is no default. -1000, -1001,
-1006, -1007 and -1008 have none on purpose, because Binance does not promise "not executed".

May import: venue.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from proxy.venue import Verdict

REFUSED = frozenset({400, 401})
BUSY = frozenset({418, 429})
MALFORMED = range(-1199, -1099)

NO_SUCH_ORDER = -2013
ARCHIVED = -2026
STALE = -1021


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the allow-list. `{venue}`, `{said}` and `{off}` are filled in."""

    statuses: frozenset[int]
    codes: Container[int]
    pattern: re.Pattern[str]
    verdict: Verdict
    code: str
    message: str
    hint: str

    def fits(self, status: int, code: int, text: str) -> bool:
        return status in self.statuses and code in self.codes and bool(self.pattern.fullmatch(text))


def _row(codes: Container[int], pattern: str, verdict: Verdict, *words: str) -> Row:
    return Row(REFUSED, codes, re.compile(pattern, re.DOTALL), verdict, *words)


def _busy(codes: Container[int], *words: str) -> Row:
    any_text = re.compile(".+", re.DOTALL)
    return Row(BUSY | REFUSED, codes, any_text, Verdict.NOT_SENT, *words)


KEY_CODES = frozenset({"invalid_key", "invalid_signature", "ip_not_allowed_or_no_permission"})
"""Our codes that speak of the key itself."""

ROWS: tuple[Row, ...] = (
    _row(
        {-1022},
        ".+",
        Verdict.NOT_SENT,
        "invalid_signature",
        "{venue} says that the signature is not valid: the secret does not belong to the API key.",
        "Copy the secret again, whole and without spaces. If {venue} no longer shows it, make a "
        "new key.",
    ),
    _row(
        {-2014, -1002},
        ".+",
        Verdict.NOT_SENT,
        "invalid_key",
        "{venue} does not know this API key.",
        "Copy the API key again, whole and without spaces, and check that it was made at {venue}.",
    ),
    _row(
        {-2015},
        ".+",
        Verdict.NOT_SENT,
        "ip_not_allowed_or_no_permission",
        "{venue} refuses this API key: it is not valid, or this computer's IP address is not on "
        "the key's list, or the key may not trade spot. {venue} does not say which.",
        "At {venue}, check that the key still exists, that its IP list has this computer's "
        "address, and that spot trading is switched on.",
    ),
    _row(
        {STALE},
        ".+",
        Verdict.NOT_SENT,
        "clock_off",
        "{venue} refused the request's time: this computer's clock is {off}.",
        "Switch on automatic time (NTP) on this computer. The difference has been measured "
        "again, so a new try may already work.",
    ),
    _row(
        {-1013},
        r"Filter failure: (MIN_)?NOTIONAL\.?",
        Verdict.NOT_SENT,
        "filter_failure",
        "{venue} refused the order: its value is outside what {venue} allows for this pair.",
        "Try a larger amount; the smallest one moves a little with the price.",
    ),
    _row(
        {-1013},
        r"Filter failure: (MARKET_)?LOT_SIZE\.?",
        Verdict.NOT_SENT,
        "filter_failure",
        "{venue} refused the order: its size is too small, too large, or not in whole steps.",
        "Try another amount.",
    ),
    _row(
        {-1013},
        r"(Market is closed|Filter failure: TRADING_STATUS)\.?",
        Verdict.NOT_SENT,
        "market_closed",
        "Trading of this pair is closed at {venue} now.",
        "Try again when {venue} has opened it.",
    ),
    _row(
        {-1013},
        r"(Filter failure: [A-Z_]+|Invalid (quantity|price|quoteOrderQty))\.?",
        Verdict.NOT_SENT,
        "filter_failure",
        "{venue} refused the order by its trading rules: {said}",
        "Try another amount.",
    ),
    _row(
        {-1121},
        ".+",
        Verdict.NOT_SENT,
        "unknown_symbol",
        "{venue} does not know this pair.",
        "Choose another pair.",
    ),
    _row(
        MALFORMED,
        ".+",
        Verdict.NOT_SENT,
        "bad_request",
        "{venue} could not read the order: {said}",
        "This is a fault of the program. Please report it.",
    ),
    _busy(
        {-1003},
        "venue_busy",
        "{venue} has had too many requests from this computer and asks for a pause.",
        "Wait a few minutes, then try again.",
    ),
    _busy(
        {-1015},
        "venue_busy",
        "{venue} has had too many orders from this account in a short time.",
        "Wait a minute, then try again.",
    ),
    _row(
        {-2010},
        r"Account has insufficient balance for requested action\.?",
        Verdict.REJECTED,
        "insufficient_funds",
        "The account at {venue} does not hold enough for this order.",
        "Look at the balance; coins in open orders are not free.",
    ),
    _row(
        {-2010},
        r"Duplicate order sent\.?",
        Verdict.UNKNOWN,
        "exists",
        "{venue} says that it has an order with this id already.",
        "Its outcome is being looked up.",
    ),
    _row(
        {-2010},
        r"Market is closed\.?",
        Verdict.REJECTED,
        "market_closed",
        "Trading of this pair is closed at {venue} now.",
        "Try again when {venue} has opened it.",
    ),
    _row(
        {-2010},
        r"(This action is disabled on this account|This account may not place or cancel orders"
        r"|Rest API trading is not enabled|This symbol is (not permitted|restricted) for this "
        r"account)\.?",
        Verdict.REJECTED,
        "not_permitted",
        "{venue} does not let this account do that: {said}",
        "Check the account's trading status at {venue}.",
    ),
    _row(
        {-2010},
        ".+",
        Verdict.REJECTED,
        "rejected",
        "{venue} refused the order: {said}",
        "",
    ),
)
