"""Profit day by day, and what it adds up to.

May import: charts, core.
"""

from decimal import Decimal

import numpy as np
from matplotlib.axes import Axes

from piggybot.charts import look
from piggybot.charts.values import ProfitChart
from piggybot.core.market import Floats
from piggybot.core.money import usd

HEIGHT = 6.0
MOST_BARS = 62


def draw(chart: ProfitChart) -> bytes:
    """A PNG. Needs one day at least."""
    realised = np.array(chart.realised, dtype=np.float64)
    total = np.cumsum(realised)
    days = np.array(chart.days, dtype="datetime64[ms]").astype(np.int64)
    figure = look.card(chart.head, HEIGHT)
    now = total[-1] + np.float64(chart.unrealised)
    widest = _signed(now)
    above, below = look.panel(figure, 0.43, 0.365, widest), look.panel(figure, 0.12, 0.25, widest)
    _total(above, total, now)
    _by_day(below, realised)
    for axes in (above, below):
        look.times(axes, days, look.DAY)
        axes.set_xlim(-0.6, max(len(days) - 0.4, 1.0))
    above.tick_params(labelbottom=False)
    return look.png(figure)


def _signed(now: float) -> str:
    """+6.73; less than a cent never reads as none."""
    shown = usd(Decimal(f"{now:.8f}")).replace("$", "")
    return f"+{shown}" if now > 0 else shown


def _total(axes: Axes, total: Floats, now: float) -> None:
    """The sum of all days; what is not realised yet is the dashed end of it."""
    at = np.arange(len(total))
    colour = look.GOOD if now >= 0 else look.BAD
    least, most = min(0.0, total.min(), now), max(0.0, total.max(), now)
    look.scale(axes, (least, most), 5, tags=(look.Tag(now, _signed(now), colour),))
    axes.axhline(0, color=look.FAINT, linewidth=1.6)
    axes.plot(at, total, color=colour, linewidth=3.2, marker="o", markersize=7, markevery=[-1])
    axes.fill_between(at, total, 0, color=colour, alpha=0.16, linewidth=0)
    if now != total[-1]:
        axes.plot([at[-1], at[-1]], [total[-1], now], color=colour, linewidth=3, linestyle=":")
        axes.plot(at[-1], now, color=look.PANEL, marker="o", markeredgecolor=colour, markersize=9)
    name = "sum in USD" if now == total[-1] else "sum in USD; ring: open too"
    look.name(axes, name)


def _by_day(axes: Axes, realised: Floats) -> None:
    """A bar a day; of a long time, as many days a bar as fit."""
    days = -(-len(realised) // MOST_BARS)
    starts = np.arange(0, len(realised), days)
    bars = np.add.reduceat(realised, starts)
    look.scale(axes, (min(0.0, bars.min()), max(0.0, bars.max())), 3)
    axes.axhline(0, color=look.FAINT, linewidth=1.6)
    colours = np.where(bars >= 0, look.GOOD, look.BAD).tolist()
    axes.bar(starts + (days - 1) / 2, bars, 0.72 * days, color=colours)
    look.name(axes, "each day" if days == 1 else f"each {days} days")
