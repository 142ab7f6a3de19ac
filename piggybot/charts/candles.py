"""Candles with a strategy's lines, our trades, and the levels at which a holding is left.

May import: charts, core, wire.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
from matplotlib.axes import Axes

from piggybot.charts import look
from piggybot.charts.values import CandleChart, Mark
from piggybot.core.market import Candles, Floats
from proxy.wire import Side

HEIGHT = 6.6
BOTTOM, TOP, LEGEND = 0.105, 0.835, 0.05
FAR = 0.6
"""A level further away than this share of the picture's height would press all else together."""
Span = tuple[float, float]


def draw(chart: CandleChart) -> bytes:
    """A PNG. Needs one candle at least."""
    first = max(0, len(chart.candles) - chart.shown)
    candles = chart.candles.part(first, len(chart.candles))
    lines = {name: values[first:] for name, values in chart.lines.items()}
    figure = look.card(chart.head, HEIGHT)
    last = candles.close[-1] if chart.price is None else np.float64(chart.price)
    height = TOP - BOTTOM - LEGEND * -(-len(lines) // 2)
    axes = look.panel(figure, BOTTOM, height, look.number(last))
    span = _span(candles, lines)
    levels = _near(chart.levels, span)
    span = (min([span[0], *levels.values()]), max([span[1], *levels.values()]))
    price = _price(axes, last, candles.open[-1])
    look.scale(axes, span, 6, tags=(price,))
    look.times(axes, candles.opened)
    _candles(axes, candles)
    _lines(axes, lines)
    _levels(axes, levels)
    _trades(axes, candles, chart.trades, span)
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


def _lines(axes: Axes, lines: Mapping[str, Floats]) -> None:
    for (name, values), colour in zip(lines.items(), look.LINES * len(lines), strict=False):
        last = values[-1] if len(values) and np.isfinite(values[-1]) else None
        label = name if last is None else f"{name} {look.number(last)}"
        axes.plot(np.arange(len(values)), values, color=colour, linewidth=2.6, label=label)
    if lines:
        look.legend(axes)


def _levels(axes: Axes, levels: Mapping[str, float]) -> None:
    for name, price in levels.items():
        axes.axhline(price, color=look.INK, linewidth=1.6, linestyle=(0, (4, 3)))
        axes.annotate(
            f"{name} {look.number(price)}",
            xy=(0.01, price),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            size=look.SMALL - 1,
            color=look.INK,
            bbox={"facecolor": look.PANEL, "edgecolor": "none", "alpha": 0.8, "pad": 2},
        )


def _trades(axes: Axes, candles: Candles, trades: Sequence[Mark], span: Span) -> None:
    """An arrow under the candle of a buy, over that of a sell; a dot at the price itself.

    What was traded since the last close stands right of it, where the next candle will be.
    """
    gap = (span[1] - span[0] or 1.0) * 0.035
    for trade in trades:
        at = (trade.at - int(candles.opened[0])) // candles.timeframe.ms
        if not 0 <= at <= len(candles):
            continue
        buy, price = trade.side is Side.BUY, np.float64(trade.price)
        low, high = (each[at] if at < len(each) else price for each in (candles.low, candles.high))
        axes.scatter(at, price, 45, color=look.INK, zorder=5)
        axes.scatter(
            at,
            low - gap if buy else high + gap,
            230,
            marker="^" if buy else "v",
            facecolors=look.GOOD if buy else look.BAD,
            edgecolors=look.INK,
            linewidths=1.4,
            zorder=5,
        )


def _price(axes: Axes, last: float, opened: float) -> look.Tag:
    """A line at the price now, and its tag at the scale."""
    colour = look.GOOD if last >= opened else look.BAD
    axes.axhline(last, color=colour, linewidth=1.4, linestyle=(0, (1, 2)))
    return look.Tag(last, look.number(last), colour)
