"""What every strategy must keep, ours or another's: one function a promise, complaints as texts.

Alone so that planted bad strategies can be fed to it: a check that cannot fail checks nothing.

May import: core, strategies.
"""

import re
from collections.abc import Iterator

import numpy as np

from piggybot.core.market import Candles
from piggybot.strategies import Drawn, Signals, Strategy
from tests.candles import without

SERIES = 500
LONGEST = 200


def complaints(strategy: Strategy, candles: Candles) -> list[str]:
    """Everything that is wrong with it on these candles; empty when all is well.

    Where what it says has not even the right form, no more than that.
    """
    found = list(says_one_signal_a_candle(strategy, candles))
    return found or [wrong for check in CHECKS for wrong in check(strategy, candles)]


def says_one_signal_a_candle(strategy: Strategy, candles: Candles) -> Iterator[str]:
    for count in (0, 1, 2, strategy.warmup, len(candles)):
        part = candles.part(0, count)
        yield from _form(strategy.signals(part), len(part))


def never_looks_ahead(strategy: Strategy, candles: Candles) -> Iterator[str]:
    """500 truncated series say what the whole said."""
    whole = strategy.signals(candles)
    for end in _ends(0, len(candles)):
        part = strategy.signals(candles.part(0, end))
        if not np.array_equal(part, whole[:end]):
            at = int(np.flatnonzero(part != whole[:end])[0])
            yield f"looks ahead: at candle {at}, what comes after {end} matters"
            return


def says_the_same_twice(strategy: Strategy, candles: Candles) -> Iterator[str]:
    first, second = strategy.signals(candles), strategy.signals(candles)
    if not np.array_equal(first, second):
        yield "says something else when asked again"


def makes_no_signal_of_nan(strategy: Strategy, candles: Candles) -> Iterator[str]:
    gone = np.zeros(len(candles), np.bool_)
    holes = gone.copy()
    holes[len(candles) // 2 :: 17] = True
    beginning = gone.copy()
    beginning[: len(candles) // 3] = True
    for name, where in (("all", ~gone), ("holes", holes), ("beginning", beginning)):
        signals = strategy.signals(without(candles, where))
        yield from _form(signals, len(candles))
        if np.any(signals[where]):
            yield f"makes a signal of NaN ({name})"


def needs_no_more_than_its_warmup(strategy: Strategy, candles: Candles) -> Iterator[str]:
    """A series of just `warmup` candles says at its end what the whole series says there."""
    whole, warmup = strategy.signals(candles), strategy.warmup
    loud = np.flatnonzero(whole[warmup - 1 :]) + warmup
    for end in {*loud.tolist(), *_ends(warmup, len(candles))}:
        last = strategy.signals(candles.part(end - warmup, end))[-1]
        if last != whole[end - 1]:
            yield f"warmup {warmup} is too short: at candle {end - 1} more history matters"
            return


def explains_each_signal(strategy: Strategy, candles: Candles) -> Iterator[str]:
    """With a number in it, and in words that no other signal has."""
    signals = strategy.signals(candles)
    spoken: dict[int, set[str]] = {-1: set(), 0: set(), 1: set()}
    for at in [0, *np.flatnonzero(signals).tolist(), *range(0, len(candles), 29)]:
        text = strategy.explain(candles, at)
        if not re.search(r"[0-9]", text) or "\n" in text or not 0 < len(text) <= LONGEST:
            yield f"explains candle {at} without a number, or not in one short line: {text!r}"
            return
        spoken[int(signals[at])].add(re.sub(r"-?[0-9][0-9.,]*", "#", text))
    for one, other in ((1, 0), (-1, 0), (1, -1)):
        for text in spoken[one] & spoken[other]:
            yield f"explains {one} and {other} in the same words: {text}"


def explains_by_the_past(strategy: Strategy, candles: Candles) -> Iterator[str]:
    for at in range(len(candles) // 2, len(candles), 97):
        if strategy.explain(candles, at) != strategy.explain(candles.part(0, at + 1), at):
            yield f"explains candle {at} by what comes after it"
            return


def draws_one_value_a_candle(strategy: Strategy, candles: Candles) -> Iterator[str]:
    if not isinstance(strategy, Drawn):
        return
    for name, line in strategy.lines(candles).items():
        if line.dtype != np.float64 or line.shape != (len(candles),):
            yield f"draws {name} as {line.dtype} {line.shape}"
            continue
        drawn = line[np.isfinite(line)]
        if getattr(strategy, "below", False):
            if not drawn.size:
                yield f"draws nothing as {name}"
            continue
        if not (drawn.size and candles.low.min() / 2 < drawn.min()):
            yield f"draws {name} off the scale of prices"
        if not (drawn.size and drawn.max() < candles.high.max() * 2):
            yield f"draws {name} off the scale of prices"


def _form(signals: Signals, count: int) -> Iterator[str]:
    if not isinstance(signals, np.ndarray) or signals.dtype != np.int8:
        yield f"signals are not an array of int8: {type(signals).__name__}"
    elif signals.shape != (count,):
        yield f"{signals.shape} signals for {count} candles"
    elif not np.all(np.isin(signals, (-1, 0, 1))):
        yield "a signal is none of -1, 0, 1"


def _ends(least: int, most: int) -> list[int]:
    """500 of them, evenly spread, both ends included; all where there are fewer."""
    return sorted(set(np.linspace(least, most, SERIES).astype(int).tolist()))


CHECKS = (
    never_looks_ahead,
    says_the_same_twice,
    makes_no_signal_of_nan,
    needs_no_more_than_its_warmup,
    explains_each_signal,
    explains_by_the_past,
    draws_one_value_a_candle,
)
