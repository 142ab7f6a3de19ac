"""Fill, fee and rounding: never more than was asked, never a unit from nowhere."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.fills import (
    FEE,
    FEE_STEP,
    Position,
    apply_cash,
    buy,
    cash_of,
    fee_in_quote,
    fee_rate,
    fee_steps,
    is_whole,
    round_down,
    sell,
    sellable,
    slipped,
    smallest,
    whole_steps,
    worse_ticks,
)
from proxy.wire import Fill, Side, Sizes

D = Decimal
STEP = D("0.00001")
money = st.decimals(min_value="0.01", max_value="100000", places=2)


def fill(qty: str, price: str, fee: str, asset: str) -> Fill:
    return Fill(tradeId="1", price=D(price), qty=D(qty), fee=D(fee), feeAsset=asset, at=0)


@given(cost=money, price=money)
def test_a_buy_never_spends_more_than_its_cost_and_leaves_less_than_a_step(cost, price):
    done = buy(cost, price, STEP)
    assert done.quote <= cost
    assert cost - done.quote < STEP * price
    assert done.units % STEP == 0
    assert done.fee >= done.units * FEE


@given(units=st.decimals(min_value="0.00001", max_value="10", places=8), price=money)
def test_a_sell_never_sells_more_than_asked(units, price):
    done = sell(units, price, STEP)
    assert 0 <= units - done.units < STEP


@pytest.mark.parametrize(
    ("units", "price", "sold"),
    [
        ("1.005", "100", "1"),
        ("0.05", "100", "0.05"),
        ("0.049", "100", "0"),  # worth less than 5
        ("0.019", "9999", "0"),  # less than 0.02
        ("0", "100", "0"),
    ],
)
def test_whole_steps_are_sold_where_the_venue_takes_an_order_for_them(units, price, sold):
    sizes = Sizes(minNotional=D(5), minQty=D("0.02"), step=D("0.01"))
    assert sellable(D(units), D(price), sizes) == D(sold)
    value = round_down(D(units), sizes.step) * D(price)
    assert bool(D(sold)) == (value >= smallest(D(price), sizes))


@given(price=money)
def test_slippage_is_always_for_the_worse(price):
    assert slipped(price, Side.BUY, D("0.01")) >= price >= slipped(price, Side.SELL, D("0.01"))


def test_a_fee_in_base_takes_units_and_a_fee_in_quote_takes_money():
    bought = apply_cash(
        Position(), cash_of(Side.BUY, fill("1", "100", "0.001", "BTC"), "BTC", "USDT")
    )
    assert bought == Position(D("0.999"), D(100))
    paid = apply_cash(Position(), cash_of(Side.BUY, fill("1", "100", "0.1", "USDT"), "BTC", "USDT"))
    assert paid == Position(D(1), D("100.1"))


def test_selling_keeps_the_average_price_and_never_goes_below_nothing():
    half = apply_cash(
        Position(D(2), D(100)), cash_of(Side.SELL, fill("1", "70", "0", "USDT"), "BTC", "USDT")
    )
    assert half == Position(D(1), D(50))
    over = apply_cash(half, cash_of(Side.SELL, fill("3", "70", "0", "USDT"), "BTC", "USDT"))
    assert over == Position()


def test_a_fee_in_base_is_valued_at_the_fills_price():
    assert fee_in_quote(fill("1", "100", "0.001", "BTC"), "BTC", "USDT") == D("0.1")
    assert fee_in_quote(fill("1", "100", "0.2", "USDT"), "BTC", "USDT") == D("0.2")
    assert fee_in_quote(fill("1", "100", "0.2", "BNB"), "BTC", "USDT") == 0
    known = fill("1", "100", "0.2", "BNB").model_copy(update={"feeQuote": D(120)})
    assert fee_in_quote(known, "BTC", "USDT") == D(120)


def test_a_fee_in_a_third_asset_counts_as_money_where_its_worth_is_known():
    known = fill("1", "100", "0.0002", "BNB").model_copy(update={"feeQuote": D("0.12")})
    assert apply_cash(Position(), cash_of(Side.BUY, known, "BTC", "USDT")) == Position(
        D(1), D("100.12")
    )
    assert cash_of(Side.SELL, known, "BTC", "USDT").quote == D("99.88")


def test_rounding_goes_down_to_the_step():
    assert round_down(D("0.000019999"), STEP) == D("0.00001")
    assert round_down(D("5"), D(0)) == D(5)


def test_a_buy_is_whole_when_the_rest_buys_no_step():
    assert is_whole(D(10), D("9.6"), D("0.5"))
    assert not is_whole(D(10), D("9"), D("0.5"))


@given(
    price=st.integers(1, 10**7),
    cents=st.integers(1, 10**7),
    tick=st.sampled_from([D("0.01"), D("0.05"), D("0.0001"), D(1)]),
    step=st.sampled_from([D("0.00001"), D("0.0003"), D("0.1"), D(1)]),
)
def test_whole_numbers_and_arrays_of_them_give_what_decimals_give(price, cents, tick, step):
    """Bought with cents, then sold: in Decimals, in ints, and in arrays of both kinds."""
    dear, cheap = (slipped(price * tick, side, tick) for side in Side)
    bought = buy(cents * D("0.01"), dear, step)
    sold = sell(bought.units - bought.fee, cheap, step)
    expected = [
        exactly(dear, tick),
        exactly(bought.units, step),
        exactly(bought.fee, FEE_STEP),
        exactly(cheap, tick),
        exactly(sold.units, step),
        exactly(sold.fee, FEE_STEP),
    ]
    budget = int(Fraction(cents, 100) // Fraction(tick * step))
    assert there_and_back(price, budget, tick, step) == expected
    for kind in (np.int64, object):
        prices, budgets = np.array([price] * 3, dtype=kind), np.array([budget] * 3, dtype=kind)
        for column, value in zip(
            there_and_back(prices, budgets, tick, step), expected, strict=True
        ):
            assert column.tolist() == [value] * 3


def there_and_back(price, budget, tick, step):
    """A buy and a sell of all that it brought, by the rules on whole numbers."""
    dear, cheap = worse_ticks(price, Side.BUY, 1), worse_ticks(price, Side.SELL, 1)
    steps = whole_steps(budget, dear)
    fee = fee_steps(steps, fee_rate(step))
    atoms = steps * exactly(step, FEE_STEP) - fee
    left = whole_steps(atoms, exactly(step, FEE_STEP))
    return [dear, steps, fee, cheap, left, fee_steps(left * cheap, fee_rate(step * tick))]


def exactly(value, one):
    """How often `one` goes into `value`, without a rest."""
    times = Fraction(value) / Fraction(one)
    assert times.denominator == 1, f"{value} is not a multiple of {one}"
    return int(times)


def test_a_quote_between_two_ticks_is_brought_to_the_worse_one():
    assert slipped(D("100.003"), Side.BUY, D("0.05")) == D("100.10")
    assert slipped(D("100.003"), Side.SELL, D("0.05")) == D("99.95")
