"""What counts as an amount, held against an independent reading of the rule.

May import: core, errors.
"""

import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piggybot.core.money import parse_amount, plain, units, usd
from piggybot.errors import BadInput

DIGITS = set("0123456789")


def reference(text: str) -> Decimal | None:
    """The rule again, letter by letter, without a regular expression."""
    whole, point, cents = text.partition(".")
    if not 1 <= len(whole) <= 9 or not set(whole) <= DIGITS:
        return None
    if point and (not 1 <= len(cents) <= 8 or not set(cents) <= DIGITS):
        return None
    return Decimal(text) or None


@given(st.text(alphabet=string.digits + ".,eE-+_x ２٣", max_size=20))
def test_an_amount_is_taken_exactly_when_the_rule_says_so(text: str) -> None:
    expected = reference(text.strip(" \t"))
    if expected is not None:
        assert parse_amount(text) == expected
        return
    with pytest.raises(BadInput) as refused:
        parse_amount(text)
    assert refused.value.message.endswith(".")
    assert refused.value.hint


@given(st.decimals("0.00000001", "999999999", places=8))
def test_what_is_shown_plainly_is_read_back_the_same(value: Decimal) -> None:
    assert parse_amount(plain(value)) == value


@pytest.mark.parametrize("text", ["2", "$2", "$ 2", "2USD", "2 usd", "2usdt", "2 USDT", " 2.00 "])
def test_a_currency_beside_the_amount_changes_nothing(text: str) -> None:
    assert parse_amount(text) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("２", "digits 0 to 9"),  # noqa: RUF001
        ("٣", "digits 0 to 9"),
        ("2e3", "Write the number out"),
        ("1_000", "nothing between the thousands"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("-inf", "not a number"),
        ("-5", "cannot be negative"),
        ("0", "more than zero"),
        ("0.00000000", "more than zero"),
        ("2,5", "Use a point"),
        ("1,000.00", "Use a point"),
        ("", "No amount was given"),
        ("$", "No amount was given"),
        (".5", "before the point"),
        ("5.", "after the point"),
        ("1.123456789", "At most 8 digits"),
        ("1234567890", "larger than any amount"),
        ("two", "not an amount"),
        ("2 2", "not an amount"),
        ("$$2", "not an amount"),
        ("0x10", "not an amount"),
        ("2\n3", "not an amount"),
    ],
)
def test_what_is_no_amount_gets_its_reason_and_the_next_step(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_amount(text)
    assert said in refused.value.message
    assert refused.value.hint == "Type it like this: 2 or 2.50"


def test_a_very_long_text_is_shown_short() -> None:
    with pytest.raises(BadInput) as refused:
        parse_amount("9" * 5000)
    assert len(refused.value.message) < 100


@pytest.mark.parametrize(
    ("value", "dollars", "digits", "coins"),
    [
        ("64000", "$64,000.00", "64000", "64000"),
        ("1E+3", "$1,000.00", "1000", "1000"),
        ("-1.205", "-$1.20", "-1.205", "-1.205"),
        ("0.004", "$0.004", "0.004", "0.004"),
        ("0.0019159917", "$0.0019", "0.0019159917", "0.00191599"),
        ("-0.0021040341", "-$0.0021", "-0.0021040341", "-0.00210403"),
        ("0.009999", "$0.01", "0.009999", "0.009999"),
        ("0E-18", "$0.00", "0", "0"),
        ("0.000031259", "$0.000031", "0.000031259", "0.00003125"),
        ("1E-10", "$0.0000000001", "0.0000000001", "0.0000000001"),
    ],
)
def test_money_is_shown_without_exponents_and_never_as_none(
    value: str, dollars: str, digits: str, coins: str
) -> None:
    money = Decimal(value)
    assert (usd(money), plain(money), units(money)) == (dollars, digits, coins)
