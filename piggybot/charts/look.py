"""How every picture looks: a dark card with strong contrast, which a phone shows well in any theme.

Alone because the pictures must look alike, and each size here was chosen on a screen of 360 points:
1080 pixels wide, no letter below 29 pixels, few ticks.

May import: charts, core.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from math import floor, log10

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from piggybot.charts.labels import apart
from piggybot.charts.values import Head
from piggybot.core.market import Times

WIDTH, DPI = 7.2, 150
CARD, PANEL, GRID = "#12161d", "#181d26", "#2b3340"
INK, FAINT = "#f0f3f7", "#9aa7b8"
GOOD, BAD, BLUE, AMBER, VIOLET = "#2fd08c", "#ff5c72", "#57a6ff", "#ffc247", "#c08cff"
LINES = (AMBER, BLUE, VIOLET, "#5fe0e0", "#ff9d5c")
BADGES = {"LIVE": BAD, "REDUCING": AMBER, "HALTED": BAD}
TITLE, NUMBER, SMALL = 21, 21, 15
LEFT, RIGHT = 0.03, 0.97
NARROWEST = 0.55
LETTER, GAP = 19, 22
"""Pixels of one bold digit, and around a number at the side."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STEPS = (
    *(5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY),
)
MONTHS = (1, 2, 3, 6, 12, 24, 60)
MOST_TICKS = 5
AT_THE_EDGE, FEW = 0.05, 20
AIR = 0.022
"""Of the width, at both ends: half the mark of a trade."""
DIGITS = 5
TAG = 0.32
"""Inches that a tag takes of the scale's height."""


def card(head: Head, height: float) -> Figure:
    """An empty card of that height in inches, with what stands over it."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=CARD)
    top, second = 1 - 0.2 / height, 1 - 0.68 / height
    figure.text(LEFT, top, head.title, size=TITLE, color=INK, weight="bold", va="top")
    figure.text(LEFT, second, head.note, size=SMALL, color=FAINT, va="top")
    if head.badge:
        _badge(figure, RIGHT - 0.012, top - 0.03 / height, head.badge)
    figure.text(
        RIGHT,
        second + 0.03 / height,
        head.number,
        size=NUMBER,
        color={None: INK, True: GOOD, False: BAD}[head.good],
        weight="bold",
        ha="right",
        va="top",
    )
    return figure


def _badge(figure: Figure, right: float, top: float, text: str) -> None:
    box = {"boxstyle": "round,pad=0.35", "facecolor": BADGES.get(text.split(maxsplit=1)[0], BLUE)}
    figure.text(
        right,
        top,
        text,
        size=SMALL,
        color=CARD,
        weight="bold",
        ha="right",
        va="top",
        bbox={**box, "edgecolor": "none"},
    )


def panel(figure: Figure, bottom: float, height: float, widest: str) -> Axes:
    """A plot on the card, in shares of its height; its scale, at the right, has room for this."""
    wide = max(NARROWEST, 1 - LEFT - (len(widest) * LETTER + 2 * GAP) / DPI / WIDTH)
    axes = figure.add_axes((LEFT, bottom, wide, height), facecolor=PANEL)
    axes.grid(visible=True, color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.yaxis.tick_right()
    axes.tick_params(colors=FAINT, labelsize=SMALL, length=0, pad=6)
    return axes


@dataclass(frozen=True, slots=True)
class Tag:
    """A number at the scale's side, on its height."""

    at: float
    text: str
    colour: str


def scale(
    axes: Axes, span: tuple[float, float], ticks: int, unit: str = "", tags: Sequence[Tag] = ()
) -> None:
    """From least to most with a little air and few round numbers; tags stand in their place."""
    least, most = span
    height = most - least or abs(most) * 0.01 or 1.0
    axes.set_ylim(least - height * 0.07, most + height * 0.07)
    axes.yaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))
    marks = axes.get_yticks()
    step = abs(marks[1] - marks[0]) if len(marks) > 1 else height
    places = max(0, -floor(log10(step) + 1e-9))
    room = room_of(axes, TAG)
    heights = apart([each.at for each in tags], room)

    def shown(at: float, _: object) -> str:
        hidden = any(abs(at - each) < room * 0.9 for each in heights)
        return "" if hidden else f"{at:,.{places}f}{unit}"

    axes.yaxis.set_major_formatter(FuncFormatter(shown))
    for each, height in zip(tags, heights, strict=True):
        _draw_tag(axes, each, height)


def room_of(axes: Axes, inches: float) -> float:
    """So much of the scale's height, in the scale's own numbers."""
    low, high = axes.get_ylim()
    return inches / (axes.get_window_extent().height / DPI) * (high - low)


def _draw_tag(axes: Axes, tag: Tag, height: float) -> None:
    axes.annotate(
        tag.text,
        xy=(1, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        size=SMALL,
        color=CARD,
        weight="bold",
        va="center",
        bbox={"boxstyle": "round,pad=0.25", "facecolor": tag.colour, "edgecolor": "none"},
        annotation_clip=False,
    )


def times(axes: Axes, opened: Times, least: int = MINUTE) -> None:
    """A few moments, UTC, under a plot whose x is the number of the candle.

    `least` is the length of a candle (ms) where there is only one, which does not tell it.
    """
    first, last = int(opened[0]), int(opened[-1])
    own = int(opened[1]) - first if len(opened) > 1 else least
    steps = (each for each in STEPS if each % own == 0)
    step = next((each for each in steps if (last - first) / each <= MOST_TICKS), None)
    moments = np.array(
        _months(first, last) if step is None else _multiples(step, first, last), dtype=np.int64
    )
    places = np.searchsorted(opened, moments)
    inner = (places >= len(opened) * AT_THE_EDGE) | (len(opened) < FEW)
    axes.set_xticks(places[inner], _labels(moments[inner].tolist(), step))
    air = max(0.5, len(opened) * AIR)
    axes.set_xlim(-air, len(opened) + air)


def _multiples(step: int, first: int, last: int) -> range:
    return range(-(-first // step) * step, last + 1, step)


def _months(first: int, last: int) -> Sequence[int]:
    """The first of each month, or of each few."""
    begin, end = (np.datetime64(one, "ms").astype("datetime64[M]") + 1 for one in (first, last))
    firsts = np.arange(begin, end, dtype="datetime64[M]")
    apart = next((each for each in MONTHS if len(firsts) / each <= MOST_TICKS), MONTHS[-1])
    kept = firsts[firsts.astype(np.int64) % apart == 0]
    return [int(each) for each in kept.astype("datetime64[ms]").astype(np.int64)]


def _labels(moments: Sequence[int], step: int | None) -> list[str]:
    """The hour, and below it the day where it is a new one; of months (step is None) the year."""
    shown, before = [], ""
    for moment in moments:
        at = datetime.fromtimestamp(moment / 1000, UTC)
        day = f"{at.day} {at:%b}"
        if step is not None and step >= DAY:
            shown.append(day)
            continue
        small, large = (f"{at:%b}", f"{at:%Y}") if step is None else (f"{at:%H:%M}", day)
        shown.append(small if large == before else f"{small}\n{large}")
        before = large
    return shown


def legend(axes: Axes, columns: int = 2) -> None:
    """The names of the lines, over the plot: nothing is hidden by them."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=columns,
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
        handlelength=1.0,
        handletextpad=0.4,
        columnspacing=1.0,
        borderaxespad=0.2,
    )


def name(axes: Axes, text: str) -> None:
    """What a plot shows, over it: nothing crosses it there."""
    axes.annotate(
        text,
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        size=SMALL - 1,
        color=FAINT,
        va="bottom",
    )


def number(value: float) -> str:
    """Five digits that count: 64,120 1.2345 0.000012345."""
    if not value:
        return "0"
    places = max(0, DIGITS - 1 - floor(log10(abs(value))))
    return f"{value:,.{places}f}"


def thinned(values: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], ...]:
    """Positions and values of at most about `most` points that look the same drawn as a line."""
    size = -(-len(values) // (most // 2))
    if size <= 1:
        return np.arange(len(values), dtype=np.float64), values
    starts = np.arange(0, len(values), size)
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    at = np.repeat(starts.astype(np.float64), 2)
    thin = np.column_stack((low, high)).ravel()
    return np.append(at, len(values) - 1.0), np.append(thin, values[-1])


def png(figure: Figure) -> bytes:
    """The picture's bytes: the same values give the same bytes."""
    out = BytesIO()
    compressed = {"compress_level": 9}
    figure.savefig(
        out, format="png", facecolor=CARD, metadata={"Software": None}, pil_kwargs=compressed
    )
    return out.getvalue()
