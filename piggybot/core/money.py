"""Amounts of money: read from what a person typed, and shown so that a tired reader is right.

Alone because `float()` and `Decimal()` both accept texts that no person means: 2e3, 1_000, nan.

May import: errors.
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from piggybot.errors import BadInput

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?", re.ASCII)
DOLLAR = re.compile(r"\A\$\s*", re.ASCII)
CURRENCY = re.compile(r"\s*(usdt|usd|\$)\Z", re.ASCII | re.IGNORECASE)
SHOWN_AT_MOST = 24
CENT = Decimal("0.01")
SATOSHI = Decimal("0.00000001")
LIKE_THIS = "Type it like this: 2 or 2.50"
HIDDEN = "There is an invisible character in it. Type it by hand instead of pasting it."

# First match wins: (what it looks like, what is said of it).
REASONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\A\s*\Z"), "No amount was given."),
    (re.compile(r"[^\x00-\x7f]"), "An amount is written with the digits 0 to 9 only."),
    (re.compile(r"\A[+-]?(nan|inf|infinity)\Z", re.I), "That is not a number that can be spent."),
    (re.compile(r"\A-"), "An amount cannot be negative."),
    (re.compile(r","), "Use a point for the cents, and nothing between the thousands."),
    (re.compile(r"_"), "Write nothing between the thousands."),
    (re.compile(r"\A\+?[0-9.]+[eE][+-]?[0-9]+\Z"), "Write the number out, like 2000."),
    (re.compile(r"\A[0-9]{10,}(\.[0-9]*)?\Z"), "That is larger than any amount taken here."),
    (re.compile(r"\A[0-9]{1,9}\.[0-9]{9,}\Z"), "At most 8 digits may follow the point."),
    (re.compile(r"\A\.[0-9]+\Z"), "A digit is missing before the point."),
    (re.compile(r"\A[0-9]+\.\Z"), "A digit is missing after the point."),
)


def parse_amount(text: str, hint: str = LIKE_THIS) -> Decimal:
    """Return the amount that `text` says, above zero, or raise BadInput: why not, and `hint`."""
    number = CURRENCY.sub("", DOLLAR.sub("", text.strip(" \t")), count=1)
    if AMOUNT.fullmatch(number) is None:
        raise BadInput(f"{_head(text)}{_reason(number)}", hint)
    amount = Decimal(number)
    if amount == 0:
        raise BadInput(f"{_head(text)}The amount must be more than zero.", hint)
    return amount


def plain(value: Decimal) -> str:
    """Digits and a point, never an exponent, no zeros at the end: 0.00003125, 64000."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def usd(value: Decimal) -> str:
    """Dollars and cents: $1,234.50. Less than a cent shows two digits: it never reads as none."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    if 0 < size < CENT:
        return f"{sign}${plain(size.quantize(Decimal(1).scaleb(size.adjusted() - 1)))}"
    cents = size.quantize(CENT, ROUND_HALF_EVEN)
    return f"{sign}${cents:,.2f}"


def usd_exact(value: Decimal) -> str:
    """Dollars with all the digits that a person gave: $2.00, $1.999."""
    whole, _, decimals = plain(value).partition(".")
    return f"${int(whole):,}.{decimals.ljust(2, '0')}"


def units(value: Decimal) -> str:
    """Coins, at most 8 places, rounded down: never more than there is, never none where some is."""
    if 0 < abs(value) < SATOSHI:
        return plain(value)
    return plain(value.quantize(SATOSHI, ROUND_DOWN))


def quoted(text: str) -> str:
    """The text as a person sees it, short and on one line, between quotation marks."""
    shown = visible(text)
    return f"“{shown[:SHOWN_AT_MOST]}…”" if len(shown) > SHOWN_AT_MOST else f"“{shown}”"


def visible(text: str) -> str:
    """What can be seen of it, on one line."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(filter(str.isprintable, line))


def _reason(number: str) -> str:
    if visible(number) != " ".join(number.split()):
        return HIDDEN
    for looks, said in REASONS:
        if looks.search(number):
            return said
    return "That is not an amount."


def _head(text: str) -> str:
    """What was read; nothing where there is nothing to show."""
    return f"{quoted(text)}: " if visible(text) else ""
