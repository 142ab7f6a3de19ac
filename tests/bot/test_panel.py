"""The panel: one answer for all who ask the same, off the event loop, and failures in words.

May import: core, errors, strategies.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from piggybot.core.market import Candles, Floats
from piggybot.errors import StrategyFailed
from piggybot.strategies import Signals, Strategy
from piggybot.strategies.panel import Opinion, Panel, Question
from piggybot.strategies.registry import Registry
from piggybot.strategies.rsi import Rsi
from piggybot.strategies.sma_crossover import SmaCrossover
from tests.candles import hourly

pytestmark = pytest.mark.anyio

ASKERS = 1000


class Watched(Registry):
    """The real one, with a strategy that is watched in the place of every other."""

    def __init__(self, strategy: Strategy) -> None:
        super().__init__()
        self.strategy = strategy
        self.built: list[Mapping[str, str]] = []

    def build(self, name: str, params: Mapping[str, str]) -> Strategy:
        self.built.append(params)
        return self.strategy


@dataclass(frozen=True)
class Counting:
    """Says what `answer` says, and writes down in which thread it was asked."""

    name: ClassVar[str] = "counting"
    adds: ClassVar[bool] = False
    warmup: ClassVar[int] = 1

    threads: list[str]
    answer: object = None
    words: object = "1 because"

    def signals(self, candles: Candles) -> Signals:
        self.threads.append(threading.current_thread().name)
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return self.answer  # type: ignore[return-value]
        return np.zeros(len(candles), np.int8)

    def explain(self, candles: Candles, at: int) -> str:
        return self.words  # type: ignore[return-value]


@pytest.fixture
def panel() -> Iterator[Panel]:
    one = Panel(Registry())
    yield one
    one.close()


async def test_an_opinion_is_of_the_last_candle(panel: Panel):
    signals = SmaCrossover().signals(hourly())
    for at in (*np.flatnonzero(signals)[3:7].tolist(), 700):
        seen = hourly().part(0, at + 1)
        opinion = await panel.opinion("sma_crossover", {}, seen)
        assert opinion == Opinion(int(signals[at]), SmaCrossover().explain(seen, at))


async def test_signals_and_lines_are_those_of_the_strategy(panel: Panel):
    signals = await panel.signals("sma_crossover", {"fast": "5"}, hourly())
    assert np.array_equal(signals, SmaCrossover(5).signals(hourly()))
    assert np.count_nonzero(signals) > 50
    lines = await panel.lines("sma_crossover", {"fast": "5"}, hourly())
    assert list(lines) == ["5-SMA", "30-SMA"]
    assert await panel.lines("dca", {}, hourly()) == {}
    assert await panel.warmup("sma_crossover", {"slow": "50"}) == 51
    with pytest.raises(ValueError, match="read-only"):
        signals[0] = 1


async def test_nothing_is_said_before_the_warmup(panel: Panel):
    """An RSI of few candles says what it would not with more; live always has more."""
    rule = Rsi()
    early = np.flatnonzero(rule.signals(hourly()))
    assert early[0] < rule.warmup - 1 < early[-1]
    signals = await panel.signals("rsi", {}, hourly())
    assert np.flatnonzero(signals).tolist() == early[early >= rule.warmup - 1].tolist()
    at = int(early[0])
    opinion = await panel.opinion("rsi", {}, hourly().part(0, at + 1))
    assert opinion == Opinion(0, f"needs 389 candles, has {at + 1}: no signal yet")


async def test_a_thousand_who_ask_the_same_share_one_look():
    threads: list[str] = []
    panel = Panel(Watched(Counting(threads)))
    asked = [panel.opinion("rsi", {"window": "10"}, hourly()) for _ in range(ASKERS)]
    answers = await asyncio.gather(*asked)
    assert answers == [Opinion(0, "1 because")] * ASKERS
    assert len(threads) == 1
    assert threads[0] != threading.current_thread().name, "off the event loop"
    panel.close()


async def test_a_rule_is_made_once_whatever_it_is_asked():
    registry = Watched(Counting([]))
    panel = Panel(registry)
    slow, fast = {"window": "20"}, {"window": "10"}
    for params in (slow, fast, slow):
        await panel.warmup("rsi", params)
        await panel.opinion("rsi", params, hourly())
        await panel.signals("rsi", params, hourly())
    assert registry.built == [slow, fast]
    panel.close()


async def test_other_candles_parameters_or_strategies_are_looked_at_anew():
    threads: list[str] = []
    panel = Panel(Watched(Counting(threads)))
    for name, params, candles in (
        ("rsi", {}, hourly()),
        ("macd", {}, hourly()),
        ("rsi", {"window": "10"}, hourly()),
        ("rsi", {}, hourly().part(0, 500)),
        ("rsi", {}, hourly().part(1, 501)),
    ):
        await panel.opinion(name, params, candles)
    assert len(threads) == 5
    await panel.opinion("rsi", {}, hourly().part(0, 500))
    assert len(threads) == 5, "the same candles in another object are the same"
    panel.close()


async def test_who_stops_waiting_takes_the_answer_from_nobody():
    threads: list[str] = []
    panel = Panel(Watched(Counting(threads)))
    first = asyncio.ensure_future(panel.opinion("rsi", {}, hourly()))
    second = asyncio.ensure_future(panel.opinion("rsi", {}, hourly()))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == Opinion(0, "1 because")
    assert len(threads) == 1
    panel.close()


@pytest.mark.parametrize(
    ("answer", "words", "sentence"),
    [
        (ZeroDivisionError("by <b>zero</b>"), "1", "ZeroDivisionError: by <b>zero</b> (test_panel"),
        (RuntimeError("\x1b[31m a\n\u202eb" + "c" * 900), "1", "RuntimeError: [31m a bccc"),
        ([0, 0], "1", "its signals are no array but list"),
        (np.zeros(1468), "1", "its signals are float64, not int8"),
        (np.full(1468, np.nan), "1", "its signals are float64, not int8"),
        (np.zeros(1467, np.int8), "1", "it gave signals of shape (1467,) for 1468 candles"),
        (np.full(1468, 2, np.int8), "1", "one of its signals is none of -1, 0, 1"),
        (np.full(1468, -128, np.int8), "1", "one of its signals is none of -1, 0, 1"),
        (None, None, "its explanation is no text but NoneType"),
        (None, "\n \x00", "its explanation is no text but str"),
    ],
)
async def test_a_wrong_answer_is_a_failure_in_words(answer: object, words: object, sentence: str):
    panel = Panel(Watched(Counting([], answer, words)))
    for _ in range(2):
        with pytest.raises(StrategyFailed) as failed:
            await panel.opinion("rsi", {}, hourly())
        assert failed.value.message.startswith(f"The strategy rsi failed: {sentence}")
        assert failed.value.message.endswith(".")
        assert len(failed.value.message) < 300
        assert failed.value.hint
    panel.close()


async def test_a_failure_is_shared_for_a_while_and_then_asked_about_anew():
    threads: list[str] = []
    panel = Panel(Watched(Counting(threads, ValueError("busy"))), failed_for=0)
    for asked in (1, 2):
        told = await asyncio.gather(
            *(panel.signals("rsi", {}, hourly()) for _ in range(ASKERS)), return_exceptions=True
        )
        assert {type(one) for one in told} == {StrategyFailed}
        assert len(threads) == asked
        await asyncio.sleep(0.01)
    panel.close()
    threads.clear()
    panel = Panel(Watched(Counting(threads, ValueError("busy"))))
    for _ in range(2):
        with pytest.raises(StrategyFailed):
            await panel.signals("rsi", {}, hourly())
        await asyncio.sleep(0.01)
    assert len(threads) == 1
    panel.close()


async def test_an_explanation_is_kept_to_one_short_line():
    panel = Panel(Watched(Counting([], None, "RSI 5\n\n<b>\u202e" + "x" * 999)))
    opinion = await panel.opinion("rsi", {}, hourly())
    assert opinion.why == ("RSI 5 <b>" + "x" * 999)[:300]
    panel.close()


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("gone", {}, "There is no strategy “gone”."),
        ("rsi", {"windoww": "3"}, "rsi has no parameter “windoww”."),
        ("rsi", {"window": "0"}, "window is 0; it goes from 2 to 100 candles."),
    ],
)
async def test_a_run_whose_strategy_is_gone_or_changed_fails(
    panel: Panel, name: str, params: dict[str, str], message: str
):
    """After an update, what a run was started with may not be there any more."""
    with pytest.raises(StrategyFailed) as failed:
        await panel.opinion(name, params, hourly())
    assert failed.value.message == message


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "its lines are no mapping of at most 16"),
        ({str(n): hourly().close for n in range(17)}, "its lines are no mapping of at most 16"),
        ({"": hourly().close}, "a line of it has no name that can be shown"),
        ({"a": hourly().close[1:]}, "its line a is not one value a candle"),
        ({"a": hourly().opened}, "its line a is no array of floats"),
    ],
)
async def test_lines_that_cannot_be_drawn_are_a_failure(lines: object, sentence: str):
    class Drawing(Counting):
        def lines(self, candles: Candles) -> Mapping[str, Floats]:
            return lines  # type: ignore[return-value]

    panel = Panel(Watched(Drawing([])))
    with pytest.raises(StrategyFailed, match=sentence):
        await panel.lines("rsi", {}, hourly())
    panel.close()


async def test_many_opinions_at_once_are_what_each_alone_would_be(panel: Panel):
    seen = hourly().part(0, 700)
    asked = [
        Question("sma_crossover", {}, seen),
        Question("sma_crossover", {"fast": "5"}, seen),
        Question("no_such_strategy", {}, seen),
        Question("rsi", {"window": "14"}, seen),
        Question("sma_crossover", {}, seen),
    ]
    said = await panel.opinions(asked)
    assert isinstance(said[2], StrategyFailed)
    for one, answer in zip(asked, said, strict=True):
        if one.name != "no_such_strategy":
            assert answer == await panel.opinion(one.name, one.params, one.candles)
    assert said[0] is said[4]
    assert await panel.opinions([]) == []


async def test_many_opinions_are_said_here_and_now_and_kept():
    threads: list[str] = []
    panel = Panel(Watched(Counting(threads)))
    try:
        asked = [Question("rsi", {"n": str(n)}, hourly().part(0, 50)) for n in range(20)]
        await panel.opinions(asked)
        await panel.opinions(asked)
        assert threads == [threading.current_thread().name] * 20
    finally:
        panel.close()
