"""Candles with a strategy's lines, our trades, and the levels at which a holding is left.

May import: charts, core, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from matplotlib.axes import Axes

from piggybot.charts import labels, look
from piggybot.charts.values import CandleChart, Mark
from piggybot.core.market import Candles, Floats
from proxy.wire import Side

HEIGHT = 6.6
BOTTOM, TOP, LEGEND = 0.105, 0.835, 0.05
LOWER, AIR = 0.17, 0.02
"""The height of a lower plot, and what is between its legend and the plot above."""
FAR = 0.6
"""A level further away than this share of the picture's height would press all else together."""
NAME = 0.24
"""Inches that the name of a level takes of the scale's height."""
LETTER = 16.5
"""Pixels of one letter of it."""
GAP = 0.035
"""Of the picture's height, between a candle and the middle of an arrow."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A trade as it is drawn: at which candle, its price, and the height of its arrow."""

    at: int
    price: float
    tip: float
    buy: bool


def draw(chart: CandleChart) -> bytes:
    """A PNG. Needs one candle at least."""
    first = max(0, len(chart.candles) - chart.shown)
    candles = chart.candles.part(first, len(chart.candles))
    lines = {name: values[first:] for name, values in chart.lines.items()}
    below = {name: values[first:] for name, values in chart.below.items()}
    figure = look.card(chart.head, HEIGHT)
    last = candles.close[-1] if chart.price is None else np.float64(chart.price)
    bottom = BOTTOM + LOWER + LEGEND + AIR if below else BOTTOM
    height = TOP - bottom - LEGEND * -(-len(lines) // 2)
    axes = look.panel(figure, bottom, height, look.number(last))
    span = _span(candles, lines)
    levels = _near(chart.levels, span)
    span = (min([span[0], *levels.values()]), max([span[1], *levels.values()]))
    price = _price(axes, last, candles.open[-1])
    look.scale(axes, span, 6, tags=(price,))
    look.times(axes, candles.opened)
    _candles(axes, candles)
    _lines(axes, lines)
    arrows = _arrows(candles, chart.trades, span)
    _trades(axes, arrows)
    _levels(axes, levels, len(candles), _things(candles, lines, arrows, span))
    if below:
        axes.tick_params(labelbottom=False)
        _below(look.panel(figure, BOTTOM, LOWER, look.number(last)), candles, below)
    return look.png(figure)


def _span(candles: Candles, lines: Mapping[str, Floats]) -> Span:
    low, high = candles.low.min(), candles.high.max()
    room = high - low
    for values in lines.values():
        seen = values[np.isfinite(values)]
        if len(seen):
            low, high = min(low, seen.min()), max(high, seen.max())
    return max(low, candles.low.min() - room), min(high, candles.high.max() + room)


def _near(levels: Mapping[str, Decimal], span: Span) -> dict[str, float]:
    room = (span[1] - span[0]) * FAR
    found = {name: np.float64(price) for name, price in levels.items()}
    return {name: each for name, each in found.items() if span[0] - room <= each <= span[1] + room}


def _candles(axes: Axes, candles: Candles) -> None:
    at = np.arange(len(candles))
    rises = candles.close >= candles.open
    colours = np.where(rises, look.GOOD, look.BAD)
    axes.vlines(at, candles.low, candles.high, colors=colours.tolist(), linewidth=1.6)
    low, high = np.minimum(candles.open, candles.close), np.maximum(candles.open, candles.close)
    floor, roof = axes.get_ylim()
    flat = (roof - floor) * 0.003
    axes.bar(at, np.maximum(high - low, flat), 0.72, low, color=colours.tolist())


def _below(axes: Axes, candles: Candles, lines: Mapping[str, Floats]) -> None:
    """What has a scale of its own."""
    seen = np.concatenate([values[np.isfinite(values)] for values in lines.values()])
    look.scale(axes, (seen.min(), seen.max()) if len(seen) else (0.0, 1.0), 3)
    look.times(axes, candles.opened)
    _lines(axes, lines, columns=3)


def _lines(axes: Axes, lines: Mapping[str, Floats], columns: int = 2) -> None:
    for (name, values), colour in zip(lines.items(), look.LINES * len(lines), strict=False):
        last = values[-1] if len(values) and np.isfinite(values[-1]) else None
        shown = "" if last is None else look.number(last)
        label = f"{name} {shown.rstrip('0').rstrip('.') if '.' in shown else shown}".rstrip()
        axes.plot(np.arange(len(values)), values, color=colour, linewidth=2.6, label=label)
    if lines:
        look.legend(axes, columns)


def _levels(
    axes: Axes, levels: Mapping[str, float], count: int, things: Sequence[labels.Things]
) -> None:
    """Each with its name on its line, or beside it where two lines are close."""
    room, plot = look.room_of(axes, NAME), axes.get_window_extent().width
    heights = labels.apart(list(levels.values()), room)
    for (name, price), height in zip(levels.items(), heights, strict=True):
        axes.axhline(price, color=look.INK, linewidth=1.6, linestyle=(0, (4, 3)))
        text = f"{name} {look.number(price)}"
        left = labels.place(len(text) * LETTER / plot, height, room, count, things)
        axes.annotate(
            text,
            xy=(left, height),
            xycoords=("axes fraction", "data"),
            size=look.SMALL - 1,
            color=look.INK,
            va="center",
            bbox={"facecolor": look.PANEL, "edgecolor": "none", "alpha": 0.8, "pad": 2},
            zorder=6,
        )


def _arrows(candles: Candles, trades: Sequence[Mark], span: Span) -> list[Arrow]:
    """Under the candle of a buy, over that of a sell.

    What was traded since the last close stands right of it, where the next candle will be.
    """
    gap, found = (span[1] - span[0] or 1.0) * GAP, []
    for trade in trades:
        at = (trade.at - int(candles.opened[0])) // candles.timeframe.ms
        if not 0 <= at <= len(candles):
            continue
        buy, price = trade.side is Side.BUY, np.float64(trade.price)
        low, high = (each[at] if at < len(each) else price for each in (candles.low, candles.high))
        found.append(Arrow(at, price, low - gap if buy else high + gap, buy))
    return found


def _trades(axes: Axes, arrows: Sequence[Arrow]) -> None:
    """An arrow for each, and a dot at the price itself."""
    for one in arrows:
        axes.scatter(one.at, one.price, 45, color=look.INK, zorder=5)
        axes.scatter(
            one.at,
            one.tip,
            230,
            marker="^" if one.buy else "v",
            facecolors=look.GOOD if one.buy else look.BAD,
            edgecolors=look.INK,
            linewidths=1.4,
            zorder=5,
        )


def _things(
    candles: Candles, lines: Mapping[str, Floats], arrows: Sequence[Arrow], span: Span
) -> list[labels.Things]:
    """All that a name could hide."""
    every, half = np.arange(len(candles), dtype=np.float64), (span[1] - span[0]) * GAP
    tips = np.array([(one.at, one.price, one.tip) for one in arrows], np.float64).reshape(-1, 3)
    ends = tips[:, 1:]
    marks = labels.Things(
        tips[:, 0], ends.min(axis=1) - half, ends.max(axis=1) + half, labels.AT_A_MARK
    )
    drawn = [labels.Things(every, values, values) for values in lines.values()]
    return [labels.Things(every, candles.low, candles.high), *drawn, marks]


def _price(axes: Axes, last: float, opened: float) -> look.Tag:
    """A line at the price now, and its tag at the scale."""
    colour = look.GOOD if last >= opened else look.BAD
    axes.axhline(last, color=colour, linewidth=1.4, linestyle=(0, (1, 2)))
    return look.Tag(last, look.number(last), colour)
