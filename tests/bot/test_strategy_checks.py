"""Each check of strategy_checks.py is shown a strategy that breaks just that promise.

May import: core, strategies.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import ClassVar

import numpy as np
import pytest
import talib

from piggybot.core.market import Candles, Floats
from piggybot.strategies import Signals
from tests.bot.strategy_checks import complaints
from tests.candles import hourly

Rule = Callable[[Candles], Signals]
WORDS = {1: "enters", -1: "leaves", 0: "waits"}
TURN = count()


def good(candles: Candles) -> Signals:
    average = talib.SMA(candles.close, 5)
    up, down = candles.close > average, candles.close < average
    return up.astype(np.int8) - down.astype(np.int8)


def said(candles: Candles, at: int) -> str:
    return f"{candles.close[at]:.2f} {WORDS[int(good(candles)[at])]}"


def drawn(candles: Candles) -> Mapping[str, Floats]:
    return {"average": talib.SMA(candles.close, 5)}


@dataclass(frozen=True)
class Planted:
    """Good in all that is not replaced."""

    name: ClassVar[str] = "planted"
    adds: ClassVar[bool] = False

    rule: Rule = good
    words: Callable[[Candles, int], str] = said
    draw: Callable[[Candles], Mapping[str, Floats]] = drawn
    warmup: int = field(default=5)

    def signals(self, candles: Candles) -> Signals:
        return self.rule(candles)

    def explain(self, candles: Candles, at: int) -> str:
        return self.words(candles, at)

    def lines(self, candles: Candles) -> Mapping[str, Floats]:
        return self.draw(candles)


def enters(where: np.ndarray) -> Signals:
    return where.astype(np.int8)


def next_close(candles: Candles) -> Signals:
    higher = np.zeros(len(candles), np.bool_)
    higher[:-1] = candles.close[1:] > candles.close[:-1]
    return enters(higher)


def by_turns(candles: Candles) -> Signals:
    return enters(np.arange(len(candles)) % 7 == next(TURN) % 7)


def exponential(candles: Candles) -> Signals:
    return enters(candles.close > talib.EMA(candles.close, 20))


def two(candles: Candles) -> Signals:
    return good(candles) * np.int8(2)


LOOKS_AHEAD: dict[str, Rule] = {
    "the next close": next_close,
    "the highest of all": lambda c: enters(c.close >= c.close.max(initial=0)),
    "scaled by the whole": lambda c: enters(c.close > np.mean(c.close) if len(c) else c.close > 0),
    "the last candle only": lambda c: enters(np.arange(len(c)) == len(c) - 1),
}
OF_NAN: dict[str, Rule] = {
    "not above reads as below": lambda c: enters(~(c.close > talib.SMA(c.close, 5))),
    "TA-Lib's RSI of NaN is 0": lambda c: enters(talib.RSI(c.close, 14) < 30),
    "NaN as a number": lambda c: enters(np.nan_to_num(c.close) < talib.SMA(c.close, 5)[-1:].sum()),
}


def test_a_good_one_has_nothing_wrong():
    assert complaints(Planted(), hourly()) == []


@pytest.mark.parametrize("name", LOOKS_AHEAD)
def test_a_look_ahead_is_caught(name: str):
    found = complaints(Planted(LOOKS_AHEAD[name], warmup=2), hourly())
    assert any(one.startswith("looks ahead: at candle") for one in found), found


@pytest.mark.parametrize("name", OF_NAN)
def test_a_signal_of_nan_is_caught(name: str):
    found = complaints(Planted(OF_NAN[name]), hourly())
    assert any(one.startswith("makes a signal of NaN") for one in found), found


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (Planted(by_turns), "says something else when asked again"),
        (Planted(exponential, warmup=20), "warmup 20 is too short: at candle"),
        (Planted(warmup=4), "warmup 4 is too short: at candle"),
        (Planted(two), "a signal is none of -1, 0, 1"),
        (Planted(lambda c: good(c)[1:]), "(1467,) signals for 1468 candles"),
        (Planted(lambda c: good(c)[None, :]), "(1, 1468) signals for 1468 candles"),
        (Planted(lambda c: good(c).astype(float)), "signals are not an array of int8: ndarray"),
        (Planted(lambda c: good(c).tolist()), "signals are not an array of int8: list"),
        (Planted(words=lambda c, at: "because"), "explains candle 0 without a number"),
        (Planted(words=lambda c, at: f"{at}\n{at}"), "not in one short line"),
        (Planted(words=lambda c, at: f"{c.close[at]}"), "explains 1 and -1 in the same words: #"),
        (
            Planted(words=lambda c, at: f"{c.close[-1]} {WORDS[int(good(c)[at])]}"),
            "explains candle 734 by what comes after it",
        ),
        (Planted(draw=lambda c: {"a": c.close[1:]}), "draws a as float64 (1467,)"),
        (Planted(draw=lambda c: {"a": c.close * 0}), "draws a off the scale of prices"),
        (Planted(draw=lambda c: {"a": c.close * 9}), "draws a off the scale of prices"),
    ],
)
def test_a_broken_promise_is_caught(planted: Planted, complaint: str):
    found = complaints(planted, hourly())
    assert any(complaint in one for one in found), found
