"""Sums of days and what is open: exact, without gaps, and never guessed.

May import: core.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from piggybot.core.positions import Book, Day, Key, Position
from piggybot.core.profit import NOTHING, Open, added, open_now, without_gaps

ONE = Day("2026-03-01", Decimal("1.10"), Decimal("0.1"), Decimal(9), Decimal(8), 2, 1, 1)
TWO = Day("2026-03-03", Decimal("-2.3"), Decimal("0.2"), Decimal(7), Decimal(6), 3, 2, 0)


def test_days_add_up_in_every_column() -> None:
    assert added([ONE, TWO]) == Day(
        "", Decimal("-1.2"), Decimal("0.3"), Decimal(16), Decimal(14), 5, 3, 1
    )
    assert added([]) == NOTHING


def test_days_without_a_trade_stand_between_the_others() -> None:
    found = without_gaps([ONE, TWO], date(2026, 2, 28), date(2026, 3, 4))
    assert [one.day[-5:] for one in found] == ["02-28", "03-01", "03-02", "03-03", "03-04"]
    assert [one.realised for one in found] == [0, Decimal("1.10"), 0, Decimal("-2.3"), 0]


def test_what_is_open_is_worth_its_price_and_what_has_none_is_counted_as_such() -> None:
    btc = Position(Key("u", Book.PAPER, "binance", "BTC/USDT", ""), Decimal(2), Decimal(150))
    eth = Position(Key("u", Book.PAPER, "binance", "ETH/USDT", "r"), Decimal(1), Decimal(10))
    prices = {("binance", "BTC/USDT"): Decimal(70)}
    held = [replace(one, entries=1) for one in (btc, eth)]
    assert open_now(held, prices) == Open(Decimal(-10), Decimal(140), 2, 1)
    dust = Open(Decimal(-10), Decimal(140), dust=Decimal(140))
    assert open_now([btc, eth], prices) == dust, "worth something, and no position"
    assert open_now([], prices) == Open()
