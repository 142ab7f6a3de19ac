"""The engine makes, order by order, what the plain reference makes: nothing is off by a unit."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piggybot.backtest.books import Traded
from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.backtest.halts import Unclear
from piggybot.backtest.leap import leap
from piggybot.backtest.levels import Course
from piggybot.backtest.prices import whole
from piggybot.backtest.setup import NO_GUARDS
from piggybot.backtest.walk import Walk
from piggybot.core.market import Candles
from piggybot.core.runs import Exits, Guards
from proxy.wire import Side
from tests.backtest.candles import candles_of, real_candles
from tests.backtest.reference import EveryStep, Moments, Reference, Way

D = Decimal
BTC = Rules(D("0.00001"), D("0.01"), D(5), D("0.00001"))
TEN = Setup(D(10), BTC)


def shares(*values: str) -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.sampled_from([D(value) for value in values])


@st.composite
def series(draw, longest=60):
    """Candles in whole price steps, and a signal for each."""
    moves = st.tuples(
        st.sampled_from([0, 0, 0, -6, -2, 3, 6]),
        st.integers(0, 8),
        st.integers(0, 8),
        st.floats(0, 1),
    )
    close, rows = draw(st.integers(30, 150)), []
    for gap, down, up, where in draw(st.lists(moves, min_size=1, max_size=longest)):
        first = max(9, close + gap)
        low, high = first - down, first + up
        close = low + round((high - low) * where)
        rows.append((first, low, high, close))
    said = st.sampled_from([0, 0, 1, -1])
    signals = draw(st.lists(said, min_size=len(rows), max_size=len(rows)))
    return rows, np.array(signals, np.int8)


exits = st.builds(
    Exits,
    stop_loss=shares("0.0003", "0.03", "0.1"),
    take_profit=shares("0.02", "0.1"),
    trailing_stop=shares("0.0004", "0.03", "0.08"),
    time_limit=st.none() | st.sampled_from([1, 2, 5, 20]),
)
guards = st.just(NO_GUARDS) | st.builds(
    Guards,
    cooldown=st.sampled_from([0, 1, 3]),
    losses=st.sampled_from([0, 2, 5]),
    drawdown=st.sampled_from([D(0), D("0.05"), D("0.2")]),
)
steps = st.sampled_from([D("0.00000001"), D("0.00001"), D("0.03"), D("0.5"), D(1)])
amounts = st.sampled_from([D(10), D("99.5"), D(250)])
no_minimum = st.builds(Rules, step=steps, tick=st.just(D(1)))
minimum = st.builds(
    Rules,
    step=steps,
    tick=st.just(D(1)),
    min_notional=st.sampled_from([D(5), D("9.9"), D(10)]),
    min_qty=st.sampled_from([D(0), D("0.1")]),
)


def setups(rules: st.SearchStrategy[Rules]) -> st.SearchStrategy[Setup]:
    return st.builds(
        Setup, amount_usd=amounts, market=rules, exits=exits, guards=guards, adds=st.booleans()
    )


def agree(candles: Candles, signals: np.ndarray, setup: Setup, way: Way) -> Result:
    """Both make the same orders and halt alike; and what is counted of them is the same."""
    plain = Reference(candles, signals.tolist(), setup, way)
    expected = plain.run()
    result = backtest(candles, signals, setup)
    assert list(result.orders) == expected
    assert (result.halt, result.halted) == (plain.halt, plain.halted)
    held = plain.position
    earned = result.books.realised[-1] if len(result.books.realised) else 0
    assert earned == pytest.approx(float(held.realised), rel=1e-9, abs=1e-9)
    assert result.trades.ended.sum() == held.trades
    worth = held.realised - held.cost + held.units * D(repr(float(candles.close[-1])))
    assert result.equity[-1] == pytest.approx(float(result.stake + worth), rel=1e-9, abs=1e-9)
    told = worth if expected and expected[-1].side is Side.BUY else held.realised
    assert result.trades.profit.sum() == pytest.approx(float(told), rel=1e-9, abs=1e-9)
    return result


@given(series(), setups(no_minimum))
@settings(max_examples=300, deadline=None)
def test_it_sells_where_a_watcher_that_sees_each_price_step_would_sell(made, setup):
    rows, signals = made
    agree(candles_of(rows), signals, setup, EveryStep())


@given(series(), setups(no_minimum | minimum))
@settings(max_examples=300, deadline=None)
def test_it_makes_the_orders_of_the_plain_reference(made, setup):
    rows, signals = made
    agree(candles_of(rows), signals, setup, Moments())


@given(series(), setups(no_minimum | minimum), st.sampled_from([D("0.05"), D("0.02"), D("2.5")]))
@settings(max_examples=100, deadline=None)
def test_so_it_does_where_prices_lie_between_the_steps(made, setup, tick):
    """As where a venue has made its price steps coarser since."""
    rows, signals = made
    finer = candles_of(rows, D("0.01"))
    agree(finer, signals, replace(setup, market=replace(setup.market, tick=tick)), Moments())


@given(series(longest=200), setups(no_minimum))
@settings(max_examples=100, deadline=None)
def test_a_leap_does_what_a_walk_does(made, setup):
    rows, signals = made
    candles = candles_of(rows)
    course = Course.of(whole(candles, setup.market.tick), setup.exits)
    try:
        leapt = leap(course, candles, signals, setup)
    except Unclear:
        return
    alike(leapt, Walk(course, signals, setup).walk())


def alike(leapt: Traded, walked: Traded) -> None:
    """The same orders, halted alike."""
    assert list(leapt.books.orders) == list(walked.books.orders)
    assert (leapt.halt, leapt.halted) == (walked.halt, walked.halted)


WAYS_OUT = {
    "none": Exits(),
    "stop": Exits(stop_loss=D("0.01")),
    "target": Exits(take_profit=D("0.015")),
    "trailing": Exits(trailing_stop=D("0.012")),
    "time": Exits(time_limit=30),
    "all": Exits(D("0.02"), D("0.03"), D("0.015"), 24),
}


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("out", WAYS_OUT)
@pytest.mark.parametrize("fast", [2, 4])
def test_on_real_hours_it_makes_the_orders_of_the_plain_reference(out, fast, adds):
    candles = real_candles()
    signals = crossings(candles, fast, 3 * fast)
    signals = seldom_leaving(signals) if adds else signals
    result = agree(candles, signals, replace(TEN, exits=WAYS_OUT[out], adds=adds), Moments())
    assert result.trades.ended.sum() >= 12
    assert (result.trades.entries > 1).any() == adds


@pytest.mark.parametrize("held", [Guards(), Guards(cooldown=6, losses=0, drawdown=D("0.05"))])
def test_on_real_hours_guards_hold_it_back_as_they_hold_the_reference(held):
    candles = real_candles()
    setup = replace(TEN, exits=WAYS_OUT["all"], guards=held)
    result = agree(candles, crossings(candles, 3, 9), setup, Moments())
    assert len(result.orders) < len(backtest(candles, crossings(candles, 3, 9), TEN).orders)


def test_what_an_entry_could_not_sell_again_is_no_holding_and_goes_with_the_next():
    """At the least that the venue takes, the fee makes an entry too small to be sold."""
    rows = [(100, 99, 101, 100)] * 6
    signals = np.array([1, -1, 1, 1, -1, 0], np.int8)
    setup = Setup(D(10), Rules(D("0.001"), D(1), min_notional=D(10)))
    made = agree(candles_of(rows), signals, setup, Moments()).orders
    assert [(one.side, one.candle) for one in made] == [
        (Side.BUY, 1),
        (Side.BUY, 3),
        (Side.SELL, 5),
    ], "-1 had nothing to sell, +1 bought once more, and with both it holds"
    first, second, sold = made
    assert first.units == second.units == D("0.099")
    assert sold.units == D("0.197"), "less the fees, in whole steps"


def test_many_holdings_at_once_are_followed_to_the_same_ends():
    """So many that they are swept together, with a few that are long."""
    rng = np.random.default_rng(5)
    closes = 500 + np.cumsum(rng.integers(-3, 4, 6000))
    opens = np.concatenate(([500], closes[:-1]))
    spread = rng.integers(0, 4, (2, 6000))
    lows, highs = np.minimum(opens, closes) - spread[0], np.maximum(opens, closes) + spread[1]
    candles = candles_of(np.stack((opens, lows, highs, closes), axis=1) + 500)
    signals = rng.choice([0, 0, 0, 0, 1, 1, -1], 6000).astype(np.int8)
    signals[3000:5000] = np.minimum(signals[3000:5000], 0)
    signals[3001:4500] = np.maximum(signals[3001:4500], 0)
    market = Rules(D("0.001"), D(1))
    for out in (WAYS_OUT["all"], WAYS_OUT["trailing"], Exits(stop_loss=D("0.3"))):
        setup = Setup(D(100), market, out)
        result = agree(candles, signals, setup, Moments())
        assert len(result.orders) > 500


def crossings(candles: Candles, fast: int, slow: int) -> np.ndarray:
    """+1 where the fast average comes above the slow one, -1 where it falls below."""
    sums = np.concatenate(([0], np.cumsum(candles.close)))
    above = np.zeros(len(candles), np.int8)
    ends = np.arange(slow, len(candles) + 1)
    means = [(sums[ends] - sums[ends - size]) / size for size in (fast, slow)]
    above[slow - 1 :] = means[0] > means[1]
    return np.diff(above, prepend=above[0]).astype(np.int8)


def seldom_leaving(signals: np.ndarray) -> np.ndarray:
    """The same with every fifth -1 only, so that there is something to add to."""
    leaves = np.flatnonzero(signals < 0)
    kept = signals.copy()
    kept[np.setdiff1d(leaves, leaves[::5])] = 0
    return kept
