"""Floats become the very prices that they stand for, or nothing is computed with them."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piggybot.backtest.engine import Rules, Setup, backtest
from piggybot.backtest.prices import whole
from piggybot.core.runs import Exits
from piggybot.errors import BadInput
from tests.backtest.candles import candles_of, real_candles

D = Decimal
FLAT = [(100, 100, 100, 100)] * 5
TEN = Setup(D(10), Rules(D("0.001"), D(1)))
SILENT = np.zeros(5, np.int8)


@given(st.lists(st.decimals("0.00000001", "99999", places=8), min_size=1, max_size=50))
def test_each_price_comes_back_to_the_last_digit(prices):
    column = np.array([float(price) for price in prices])
    flat = replace(candles_of([(1, 1, 1, 1)] * len(prices)), open=column, high=column)
    found = whole(replace(flat, low=column, close=column), D("0.01"))
    assert [found.decimal(units) for units in found.open] == prices
    assert found.tick * found.unit == D("0.01")


def test_real_prices_are_counted_in_the_markets_steps():
    found = whole(real_candles(), D("0.01"))
    assert (found.unit, found.tick) == (D("0.01"), 1)
    assert found.decimal(found.open[0]) == D("8819.15")


@pytest.mark.parametrize("wrong", [0.0, -1.0, 1.0, 1000.0])
def test_a_candle_that_contradicts_itself_is_refused_with_its_time(wrong):
    candles = candles_of(FLAT)
    candles.low[3] = candles.open[3] = wrong
    candles.high[3] = 50
    with pytest.raises(BadInput, match="The candle of 2023-11-15 01:00 contradicts itself"):
        backtest(candles, SILENT, TEN)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 100 / 3, 1e17])
def test_what_is_no_decimal_price_is_refused(wrong):
    candles = candles_of(FLAT)
    candles.close[2] = candles.high[2] = wrong
    with pytest.raises(BadInput, match="no decimal numbers"):
        backtest(candles, SILENT, TEN)


@pytest.mark.parametrize(
    ("setup", "words"),
    [
        (replace(TEN, amount_usd=D(0)), "The amount must be more than zero"),
        (replace(TEN, market=Rules(D(1), D(1), D(11))), "smallest order, .11.00: it would buy"),
        (replace(TEN, market=Rules(D(1), D(0))), "names no price step"),
        (replace(TEN, exits=Exits(stop_loss=D(1))), "The stop loss must be above 0%"),
        (replace(TEN, exits=Exits(trailing_stop=D(0))), "The trailing stop must be above 0%"),
        (replace(TEN, exits=Exits(take_profit=D("-0.1"))), "The take profit must be above 0%"),
        (replace(TEN, exits=Exits(time_limit=0)), "The time limit must be at least one candle"),
        (replace(TEN, amount_usd=D(10) ** 18), "too large to be counted exactly"),
        (replace(TEN, exits=Exits(stop_loss=D("0.1234567890123456789"))), "too large"),
    ],
)
def test_a_setup_that_no_run_could_have_is_refused_in_a_sentence(setup, words):
    with pytest.raises(BadInput, match=words):
        backtest(candles_of(FLAT), SILENT, setup)


def test_without_candles_there_is_nothing_to_test_on():
    with pytest.raises(BadInput, match="There are no candles"):
        backtest(candles_of(FLAT).part(0, 0), SILENT[:0], TEN)


def test_one_candle_makes_no_order():
    result = backtest(candles_of(FLAT[:1]), np.ones(1, np.int8), TEN)
    assert (len(result.orders), len(result.trades), result.equity.tolist()) == (0, 0, [10.0])
