"""When one line crosses another, and how long a recursive indicator remembers. No loops.

Alone because a cross must be the same cross wherever the series begins: sums that begin elsewhere
round elsewhere, so what differs by less than a billionth counts as level. And TA-Lib turns a NaN
into a 0 in places, so what follows a NaN is made unknown here.

May import: core.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from piggybot.core.market import Floats
from piggybot.strategies import Signals

TIE = 1e-9
FORGOTTEN = 1e-12
Line: TypeAlias = Floats | float
Flags: TypeAlias = NDArray[np.bool_]


def crossings(line: Floats, other: Line, size: Line) -> Signals:
    """+1 where `line` crosses above `other`, -1 where below. NaN crosses nothing.

    `size` is how large such values are: less than a billionth of it apart is level.
    """
    return signs(rises(line, other, size), falls(line, other, size))


def rises(line: Floats, other: Line, size: Line) -> Flags:
    """Where `line` crosses above `other`."""
    return _upwards((line - other) / size)


def falls(line: Floats, other: Line, size: Line) -> Flags:
    """Where `line` crosses below `other`."""
    return _upwards((other - line) / size)


def _upwards(gap: Floats) -> Flags:
    found = np.zeros(len(gap), np.bool_)
    np.logical_and(gap[1:] > TIE, gap[:-1] <= TIE, out=found[1:])
    return found


def signs(enters: Flags, leaves: Flags) -> Signals:
    """+1 where it is to be entered, -1 where left."""
    return enters.view(np.int8) - leaves.view(np.int8)


def known(values: Floats, source: Floats) -> Floats:
    """`values`, with NaN from the first candle on whose source is not a number."""
    if math.isfinite(source.sum()):
        return values
    return np.where(np.isfinite(np.cumsum(source)), values, np.nan)


def memory(weight: float) -> int:
    """Candles until a smoothing that weighs the newest by `weight` has forgotten what was before.

    What was before then weighs a trillionth: far less than what counts as level.
    """
    return math.ceil(math.log(FORGOTTEN) / math.log(1 - weight))
