"""What a strategy answered: checked before anybody acts on it, whoever's strategy it is.

May import: core.
"""

from collections.abc import Mapping
from typing import TypeAlias, cast

from piggybot.core.market import Floats
from piggybot.core.money import visible
from piggybot.strategies import Signals

LONGEST_WORDS = 300
LONGEST_NAME = 40
MOST_LINES = 16
MOST_WARMUP = 100_000
Lines: TypeAlias = Mapping[str, Floats]


class WrongAnswer(Exception):
    """What a strategy gave is not what it promised; half a sentence, without a full stop."""


def checked_signals(answer: object, count: int) -> Signals:
    """-1, 0 or 1 for each of `count` candles, as int8."""
    import numpy as np  # late: 12 MiB that a bot without runs need not have

    if not isinstance(answer, np.ndarray):
        raise WrongAnswer(f"its signals are no array but {_kind(answer)}")
    if answer.dtype != np.int8:
        raise WrongAnswer(f"its signals are {answer.dtype}, not int8")
    if answer.shape != (count,):
        raise WrongAnswer(f"it gave signals of shape {answer.shape} for {count} candles")
    if count and not (answer.min() >= -1 and answer.max() <= 1):
        raise WrongAnswer("one of its signals is none of -1, 0, 1")
    return cast(Signals, answer)


def checked_words(answer: object) -> str:
    """On one line, what can be seen of it, and not too long."""
    words = visible(answer) if isinstance(answer, str) else ""
    if not words:
        raise WrongAnswer(f"its explanation is no text but {_kind(answer)}")
    return words[:LONGEST_WORDS]


def checked_warmup(answer: object) -> int:
    if type(answer) is not int or not 1 <= answer <= MOST_WARMUP:
        raise WrongAnswer(f"its warmup is no whole number from 1 to {MOST_WARMUP:,}")
    return answer


def checked_lines(answer: object, count: int) -> Lines:
    """At most 16, each a float for each of `count` candles."""
    import numpy as np  # late: 12 MiB that a bot without runs need not have

    if not isinstance(answer, Mapping) or len(answer) > MOST_LINES:
        raise WrongAnswer(f"its lines are no mapping of at most {MOST_LINES}")
    for name, line in answer.items():
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or visible(name) != name:
            raise WrongAnswer("a line of it has no name that can be shown")
        if not isinstance(line, np.ndarray) or line.dtype != np.float64:
            raise WrongAnswer(f"its line {visible(name)} is no array of floats")
        if line.shape != (count,):
            raise WrongAnswer(f"its line {visible(name)} is not one value a candle")
    return cast(Lines, answer)


def _kind(answer: object) -> str:
    return visible(type(answer).__name__)[:LONGEST_NAME]
