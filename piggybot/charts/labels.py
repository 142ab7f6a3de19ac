"""Where the names of a chart's levels stand: on their lines, and where they hide the least.

Alone because what is found here is a place only: nothing is drawn.

May import: charts, core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from piggybot.core.market import Floats

EDGE = 0.01
"""Of the plot's width."""
AT_A_MARK = 50
"""Candles that one may rather hide than one trade."""


@dataclass(frozen=True, slots=True)
class Things:
    """What is drawn: something at `at` (numbers of candles), from `low` to `high`."""

    at: Floats
    low: Floats
    high: Floats
    weight: int = 1


def apart(heights: Sequence[float], room: float) -> list[float]:
    """The heights moved as little as can be, in their order, until each has room."""
    order = sorted(range(len(heights)), key=lambda at: (heights[at], -at))
    groups: list[list[float]] = []
    for number, at in enumerate(order):
        groups.append([heights[at] - number * room])
        while len(groups) > 1 and fmean(groups[-2]) > fmean(groups[-1]):
            last = groups.pop()
            groups[-1] += last
    level = [fmean(group) for group in groups for _ in group]
    found = list(heights)
    for number, at in enumerate(order):
        found[at] = level[number] + number * room
    return found


def place(wide: float, height: float, room: float, count: int, things: Sequence[Things]) -> float:
    """The left edge of a name. It and how wide it is are shares of a plot of so many candles."""
    offered = (EDGE, (1 - wide) / 2, 1 - EDGE - wide)
    hidden = [_hidden((left, left + wide), (height, room), count, things) for left in offered]
    return offered[hidden.index(min(hidden))]


def _hidden(
    across: tuple[float, float],
    upright: tuple[float, float],
    count: int,
    things: Sequence[Things],
) -> int:
    """How much a name would cover that stands there."""
    (left, right), (height, room) = across, upright
    found = 0
    for one in things:
        beside = (one.at >= left * count - 1) & (one.at <= right * count + 1)
        level = (one.high >= height - room / 2) & (one.low <= height + room / 2)
        found += one.weight * int(np.count_nonzero(beside & level))
    return found
