"""The words: nothing that a user or a venue sends can break a message, and marks are never missing.

May import: chat, core, errors, sandbox, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piggybot.chat import texts, texts_look, texts_safety, texts_setup
from piggybot.core.keys import Removed
from piggybot.core.orders import Intent, Order
from piggybot.core.people import Person
from piggybot.errors import BadInput
from piggybot.sandbox.telegram_html import parse_html
from proxy.wire import (
    Balance,
    BalanceOut,
    CredentialsOut,
    Holding,
    Mode,
    Permissions,
    Problem,
    Side,
    Status,
)

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
INTENT = Intent(
    client_id="pg-1",
    origin="m1:1",
    person_id=1,
    user_id="u",
    exchange="binanceus",
    mode=Mode.LIVE,
    epoch=1,
    side=Side.BUY,
    symbol="BTC/USDT",
    amount_usd=Decimal(2),
    units=None,
    quoted_price=None,
    placed=NOW,
    not_after=NOW,
    reply_to=None,
)
HOSTILE = st.text(alphabet="<>&\"'/abpre\u202e \n;#x3", max_size=30)
OVER = [each for each in Status if each.terminal]


@given(status=st.sampled_from(OVER), words=HOSTILE, mode=st.sampled_from(Mode))
def test_no_venue_can_break_a_notice(status: Status, words: str, mode: Mode) -> None:
    intent = replace(INTENT, exchange=words, symbol=words, client_id=words, mode=mode)
    problem = Problem(code=words, message=words, hint=words)
    order = Order(intent, status, order_id=words, executed=Decimal(1), problem=problem)
    for told in (
        texts.concluded(order),
        texts.settled(order),
        texts.pending(order),
        texts.quarantined(order),
        texts_look.trades([order]),
    ):
        assert texts.MARKS[mode] in parse_html(told).text or "quarantined" in told


@given(words=HOSTILE)
def test_no_name_or_reason_can_break_a_message(words: str) -> None:
    problem = Problem(code=words, message=words, hint=words)
    out = CredentialsOut(
        canTrade=True,
        userId="u",
        exchange=words,
        permissions=Permissions(),
        warnings=[words],
    )
    error = BadInput(words, words)
    nameless = Person(1, 1, words, True, words, words)
    held = Holding(exchange=words, symbol=words, units=Decimal(1), costUsd=Decimal(1))
    for told in (
        texts.error_text(error),
        texts_setup.refused(words, problem),
        texts_setup.validated(out, sandbox=True),
        texts_setup.welcome_without_proxy(words, error),
        texts_setup.replace_question(words, words, [held]),
        texts_setup.forget_question([words], [held]),
        texts_setup.forgotten(Removed((words,), True)),
        texts_safety.stop_not_delivered(error, everyone=True),
        texts_safety.health_lost(Mode.LIVE, sandbox=False, why=words),
        texts_look.status_without_proxy(error, texts_look.Known(nameless, "x", True), []),
    ):
        parse_html(told)


@pytest.mark.parametrize("status", OVER)
def test_every_end_says_whether_something_was_bought(status: Status) -> None:
    told = texts.concluded(Order(INTENT, status))
    assert told.startswith("🔴 LIVE\n")
    assert ("✅ Bought" if status is Status.FILLED else "was bought") in told


def test_an_order_of_a_removed_key_is_not_called_unbought() -> None:
    problem = Problem(code="absent_elsewhere", message="It proves nothing.", hint="Look there.")
    told = texts.concluded(Order(INTENT, Status.ABSENT, problem=problem))
    assert "I stop asking after your order" in told
    assert "Nothing was bought" not in told


def test_a_part_that_was_bought_before_the_cancel_is_told() -> None:
    order = Order(INTENT, Status.CANCELED, executed=Decimal("0.00001"), price=Decimal(64000))
    told = texts.concluded(order)
    assert "✅ Bought 0.00001 BTC/USDT at 64,000.00" in told
    assert "Only a part was filled" in told


def test_a_sell_by_units_that_was_rejected_names_the_coins() -> None:
    intent = replace(INTENT, side=Side.SELL, amount_usd=None, units=Decimal("0.50"))
    told = texts.concluded(Order(intent, Status.REJECTED, sandbox=True))
    assert told == "🔴 LIVE 🧪\n❌ binanceus rejected the order. Nothing was sold (0.5 BTC)."


@pytest.mark.parametrize(
    ("price", "shown"),
    [("64000", "64,000.00"), ("1234567.5", "1,234,567.50"), ("0.00001234", "0.00001234")],
)
def test_prices_keep_all_their_digits(price: str, shown: str) -> None:
    assert texts.price_text(Decimal(price)) == shown


@pytest.mark.parametrize(
    ("mean", "shown"),
    [
        ("7999.984976958525345622119816", "7,999.985"),
        ("0.0000123456789123", "0.000012345679"),
        ("123456789.123456789", "123,456,789.12"),
    ],
)
def test_the_mean_price_of_several_fills_fits_a_phone(mean: str, shown: str) -> None:
    assert texts.price_text(Decimal(mean)) == shown


@given(
    st.dictionaries(
        st.text(alphabet="ABCDEFGH<>", min_size=1, max_size=12),
        st.decimals(0, 10**12, allow_nan=False, places=8),
        max_size=5,
    )
)
def test_the_balance_never_is_wider_than_a_phone(held: dict[str, Decimal]) -> None:
    coins = {
        name: Balance(free=amount, locked=Decimal(0), total=amount) for name, amount in held.items()
    }
    told = texts_look.balance(BalanceOut(balances=coins, totalUsd=Decimal(1), mode=Mode.PAPER))
    shown = parse_html(told).text.splitlines()
    assert all(len(line) <= 34 for line in shown)


@pytest.mark.parametrize(
    ("status", "executed", "line"),
    [
        (Status.CANCELED, "0.5", "✅ 01-01 12:00 🔴 LIVE buy BTC/USDT 0.5 for $1.00, a part; the"),
        (Status.CANCELED, "0", "⚪ 01-01 12:00 🔴 LIVE buy BTC/USDT cancelled"),
        (Status.OPEN, "0.5", "⏳ 01-01 12:00 🔴 LIVE buy BTC/USDT 0.5 for $1.00 so far"),
    ],
)
def test_the_trade_log_marks_what_was_filled_in_part(
    status: Status, executed: str, line: str
) -> None:
    order = Order(INTENT, status, executed=Decimal(executed), quote=Decimal(1))
    assert texts_look.trades([order]).splitlines()[1].startswith(line)
