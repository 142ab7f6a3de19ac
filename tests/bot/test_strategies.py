"""The built-in strategies: right on real candles, and true to what every strategy promises.

May import: core, strategies.
"""

import ast
import inspect
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from piggybot.core.market import Candles
from piggybot.strategies import BadSetting, Drawn, Strategy, crossings
from piggybot.strategies.bollinger import Bollinger
from piggybot.strategies.breakout import Breakout
from piggybot.strategies.dca import Dca
from piggybot.strategies.macd import Macd
from piggybot.strategies.rsi import Rsi
from piggybot.strategies.sma_crossover import SmaCrossover
from proxy.wire import Timeframe
from tests.bot.strategy_checks import complaints
from tests.bot.strategy_reference import REFERENCE
from tests.candles import coarse, columns, daily, frozen, halting, hourly

BUILT_IN: tuple[Strategy, ...] = (SmaCrossover(), Rsi(), Macd(), Bollinger(), Breakout(), Dca())
OTHERS: tuple[Strategy, ...] = (
    SmaCrossover(2, 3),
    SmaCrossover(50, 200),
    Rsi(2, 10.0, 90.0),
    Rsi(50, 45.0, 55.0),
    Macd(3, 5, 2),
    Macd(2, 3, 50),
    Bollinger(5, 0.5),
    Breakout(2, 100),
    Dca(7, 13),
)


LONGEST: tuple[Strategy, ...] = (
    SmaCrossover(500, 1000),
    Rsi(100),
    Macd(100, 200, 100),
    Bollinger(500),
    Breakout(500, 500),
    Dca(365),
)
MOST_NEEDED = 5_000
"""Candles, for the longest windows that may be set."""


def name_of(strategy: Strategy) -> str:
    return repr(strategy)


def still(count: int, price: float = 9139.66) -> Candles:
    line = np.full(count, price)
    opened = np.arange(count, dtype=np.int64) * Timeframe.H1.ms
    return frozen(Candles("BTC/USDT", Timeframe.H1, opened, line, line, line, line, line))


@pytest.mark.parametrize("strategy", BUILT_IN, ids=name_of)
@pytest.mark.parametrize("candles", [hourly(), daily()], ids=["hourly", "daily"])
def test_a_rule_says_what_plain_python_says_candle_by_candle(strategy: Strategy, candles: Candles):
    signals = strategy.signals(candles)
    assert signals.tolist() == REFERENCE[strategy.name](candles)
    assert np.count_nonzero(signals == 1) >= 3, "it says something at all"
    assert np.count_nonzero(signals == -1) >= 3 or strategy.name == "dca"


@pytest.mark.parametrize("strategy", (*BUILT_IN, *OTHERS), ids=name_of)
@pytest.mark.parametrize(
    "candles", [hourly(), coarse(), halting()], ids=["hourly", "coarse", "halting"]
)
def test_a_built_in_strategy_keeps_every_promise(strategy: Strategy, candles: Candles):
    assert complaints(strategy, candles) == []


@pytest.mark.parametrize("strategy", (*BUILT_IN, *OTHERS), ids=name_of)
def test_a_price_that_stands_still_is_no_signal(strategy: Strategy):
    if strategy.name != "dca":
        assert not strategy.signals(still(2000)).any()


@pytest.mark.parametrize("strategy", BUILT_IN, ids=name_of)
@pytest.mark.parametrize("scale", [1e-7, 1e6])
def test_the_unit_of_the_price_does_not_matter(strategy: Strategy, scale: float):
    real = hourly()
    scaled = Candles(
        real.symbol, real.timeframe, real.opened, *(line * scale for line in columns(real))
    )
    assert strategy.signals(scaled).tolist() == strategy.signals(real).tolist()
    assert "e-" not in strategy.explain(scaled, 1000)


def test_a_rise_out_of_a_standstill_is_not_bought_as_oversold():
    """TA-Lib says RSI 0 where nothing moves; the first step up would read as a way out of it."""
    prices = np.concatenate([np.full(500, 100.0), np.linspace(100.0, 101.0, 50)])
    candles = replace(still(550), close=prices)
    assert not Rsi().signals(candles).any()


@pytest.mark.parametrize(
    ("strategy", "at", "text"),
    [
        (SmaCrossover(), 20, "needs 31 candles, has 21: no signal yet"),
        (SmaCrossover(), 100, "10-SMA 8,866.65 above 30-SMA 8,782.88: no cross"),
    ],
)
def test_the_words_hold_the_numbers(strategy: Strategy, at: int, text: str):
    assert strategy.explain(hourly(), at) == text


@pytest.mark.parametrize(
    ("strategy", "signal", "words"),
    [
        (SmaCrossover(), 1, ("10-SMA", "crossed above", "30-SMA", "enter")),
        (SmaCrossover(), -1, ("crossed below", "leave")),
        (Rsi(), 1, ("RSI", "rose above 30", "enter")),
        (Rsi(), -1, ("fell below 70", "leave")),
        (Macd(), 1, ("MACD", "crossed above its signal line", "enter")),
        (Bollinger(), 1, ("fell below the lower band", "enter")),
        (Bollinger(), -1, ("rose above the 20-average", "leave")),
        (Breakout(), 1, ("above the 20-candle high", "enter")),
        (Breakout(), -1, ("below the 10-candle low", "leave")),
        (Dca(), 1, ("by calendar", "00:00 UTC", "enter")),
    ],
)
def test_the_words_say_what_is_done(strategy: Strategy, signal: int, words: tuple[str, ...]):
    for at in np.flatnonzero(strategy.signals(hourly()) == signal):
        text = strategy.explain(hourly(), int(at))
        assert all(word in text for word in words), text


def test_every_seventh_day_is_monday_at_the_hour():
    candles = hourly()
    at = np.flatnonzero(Dca(7, 13).signals(candles))
    closes = [
        datetime.fromtimestamp(int(opened) / 1000, UTC) + candles.timeframe.step
        for opened in candles.opened[at]
    ]
    assert len(closes) == 9
    assert {close.strftime("%A %H:%M") for close in closes} == {"Monday 13:00"}


def test_a_day_is_bought_once_where_no_candle_closes_at_the_hour():
    four = replace(hourly(), timeframe=Timeframe.H4)
    opened = np.arange(len(four), dtype=np.int64) * Timeframe.H4.ms + 1588291200000
    signals = Dca(1, 9).signals(replace(four, opened=opened))
    at = np.flatnonzero(signals)
    assert set(np.diff(at)) == {6}, "each day once, six candles of four hours apart"
    closed = datetime.fromtimestamp(int(opened[at[0]]) / 1000, UTC) + Timeframe.H4.step
    assert closed.hour == 12, "the first close at 09:00 or after"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: SmaCrossover(30, 30), "fast (30) must be below slow (30)."),
        (lambda: Macd(26, 12), "fast (26) must be below slow (12)."),
        (lambda: Rsi(14, 70.0, 30.0), "oversold (70) must be below overbought (30)."),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(make, sentence: str):
    with pytest.raises(BadSetting) as refused:
        make()
    assert str(refused.value) == sentence


def test_each_that_looks_at_prices_can_be_drawn_on_their_scale_or_below():
    drawn = {s.name: list(s.lines(hourly())) for s in BUILT_IN if isinstance(s, Drawn)}
    below = {s.name for s in BUILT_IN if getattr(s, "below", False)}
    assert below == {"rsi", "macd"}
    assert drawn == {
        "sma_crossover": ["10-SMA", "30-SMA"],
        "rsi": ["14-RSI", "oversold", "overbought"],
        "macd": ["MACD", "signal line"],
        "bollinger": ["upper band", "20-average", "lower band"],
        "breakout": ["20-candle high", "10-candle low"],
    }


@pytest.mark.parametrize("strategy", LONGEST, ids=name_of)
def test_ours_need_no_time_budget_as_they_loop_over_no_candle_and_need_few(strategy: Strategy):
    """Whole arrays in TA-Lib and numpy, and a bounded number of candles: bounded work."""
    rule = inspect.getmodule(type(strategy))
    assert rule is not None
    nodes = ast.walk(ast.parse(inspect.getsource(rule) + inspect.getsource(crossings)))
    loops = [one for one in nodes if isinstance(one, ast.For | ast.While)]
    assert loops == []
    assert strategy.warmup <= MOST_NEEDED
