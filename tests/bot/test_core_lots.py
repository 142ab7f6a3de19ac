"""Lots: first in first out, nothing lost by rounding, nothing given back that was not there.

May import: core, wire.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from piggybot.core.lots import Disposal, Lot, Lots, moved
from piggybot.core.positions import Book, Filled, Key
from proxy.wire import Side
from tests.bot.values import NOW


@dataclass(frozen=True)
class Report:
    """What came of some fills, taken at once."""

    disposals: list[Disposal]
    left: tuple[Lot, ...]


def report(fills: list[Filled]) -> Report:
    lots = Lots()
    return Report(lots.take(fills), lots.held)


KEY = Key("user-anna", Book.PAPER, "binanceus", "BTC/USDT", "")
DAY = timedelta(days=1)


def fill(day: int, side: Side, qty: str, price: str, fee: str = "0", asset: str = "") -> Filled:
    asset = asset or ("BTC" if side is Side.BUY else "USDT")
    worth = Decimal(fee) * Decimal(price) if asset == "BTC" else Decimal(fee)
    return Filled(
        KEY,
        f"pg-{day}",
        f"t{day}",
        side,
        Decimal(price),
        Decimal(qty),
        Decimal(fee),
        asset,
        worth,
        Decimal(0),
        NOW + day * DAY,
    )


def test_the_oldest_lot_goes_first_and_fees_are_part_of_cost_and_proceeds() -> None:
    found = report(
        [
            fill(1, Side.BUY, "1", "100", "0.001"),
            fill(2, Side.BUY, "1", "200"),
            fill(3, Side.SELL, "1.499", "300", "0.4497"),
        ]
    )
    first, second = found.disposals
    assert (first.bought and first.bought.client_id, first.units) == ("pg-1", Decimal("0.999"))
    assert first.cost == 100, "what the fee took of the coins is paid for too"
    assert (second.bought and second.bought.client_id, second.units) == ("pg-2", Decimal("0.500"))
    assert second.cost == 100
    proceeds = Decimal("1.499") * 300 - Decimal("0.4497")
    assert first.proceeds + second.proceeds == proceeds
    assert first.gain + second.gain == proceeds - 200
    [left] = found.left
    assert (left.units, left.cost, left.fill.client_id) == (Decimal("0.5"), 100, "pg-2")


def test_a_fee_in_a_third_coin_counts_at_its_worth() -> None:
    bought = fill(1, Side.BUY, "1", "100", "2.5", "BNB")
    [left] = report([bought]).left
    assert (left.units, left.cost) == (1, Decimal("102.5"))


def test_what_no_lot_covers_has_no_cost_and_says_so() -> None:
    found = report([fill(1, Side.BUY, "1", "100"), fill(2, Side.SELL, "3", "100")])
    known, unknown = found.disposals
    assert (known.units, known.cost, known.proceeds) == (1, 100, 100)
    assert (unknown.bought, unknown.units, unknown.cost) == (None, 2, 0)
    assert unknown.proceeds == 200
    assert found.left == ()


AMOUNTS = st.decimals(Decimal("0.00000001"), Decimal(1000), places=8)
PRICES = st.decimals(Decimal("0.00000001"), Decimal(100_000), places=8)
FEES = st.decimals(Decimal(0), Decimal("0.05"), places=8)
TRADES = st.lists(
    st.tuples(st.sampled_from(Side), AMOUNTS, PRICES, FEES, st.sampled_from(("BTC", "USDT"))),
    max_size=30,
)


def fills_of(trades: list[tuple[Side, Decimal, Decimal, Decimal, str]]) -> list[Filled]:
    return [
        fill(day, side, str(qty), str(price), str(min(fee, qty)), asset)
        for day, (side, qty, price, fee, asset) in enumerate(trades)
    ]


def total(values: list[Decimal]) -> Fraction:
    return sum((Fraction(each) for each in values), Fraction(0))


@given(TRADES)
def test_gains_are_the_cash_that_came_and_went_to_the_last_digit(trades) -> None:
    fills = fills_of(trades)
    found = report(fills)
    cash = total([moved(one)[1] for one in fills if moved(one)[0]])
    gains = total([one.proceeds for one in found.disposals])
    gains -= total([one.cost for one in found.disposals])
    assert gains - total([lot.cost for lot in found.left]) == cash


@given(TRADES)
def test_units_are_never_negative_and_none_is_lost(trades) -> None:
    fills = fills_of(trades)
    found = report(fills)
    assert all(one.units > 0 for one in [*found.disposals, *found.left])
    assert all(one.cost >= 0 for one in [*found.disposals, *found.left])
    came = total([moved(one)[0] for one in fills if one.side is Side.BUY])
    went = total([-moved(one)[0] for one in fills if one.side is Side.SELL])
    assert total([one.units for one in found.disposals]) == went
    unknown = total([one.units for one in found.disposals if one.bought is None])
    assert total([lot.units for lot in found.left]) == came - went + unknown


@given(TRADES, st.integers(0, 30))
def test_what_is_told_once_is_never_told_otherwise_later(trades, count: int) -> None:
    fills = fills_of(trades)
    early, late = report(fills[:count]), report(fills)
    assert late.disposals[: len(early.disposals)] == early.disposals
    assert ordered(late)


@given(TRADES, st.lists(st.integers(1, 5), min_size=30, max_size=30))
def test_it_does_not_matter_in_which_pages_fills_are_taken(trades, sizes: list[int]) -> None:
    fills, whole, lots, given = fills_of(trades), report(fills_of(trades)), Lots(), []
    for size in sizes:
        page, fills = fills[:size], fills[size:]
        given += lots.take(page)
    assert not fills
    assert (given, lots.held) == (whole.disposals, whole.left)


def ordered(found: Report) -> bool:
    """Each sell after its buys, and buys in the order in which they were made."""
    known = [one for one in found.disposals if one.bought is not None]
    bought = [one.bought.at for one in known if one.bought is not None]
    before = all(one.bought.at <= one.sold.at for one in known if one.bought is not None)
    return before and bought == sorted(bought)
