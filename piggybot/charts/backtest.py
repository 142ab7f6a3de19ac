"""What a backtest came to: its equity beside simply holding the coin, and how far it fell.

May import: charts, core.
"""

import numpy as np

from piggybot.charts import look
from piggybot.charts.values import BacktestChart
from piggybot.core.market import Floats

HEIGHT = 6.6
POINTS = 1600


def draw(chart: BacktestChart) -> bytes:
    """A PNG. Needs one candle at least."""
    figure = look.card(chart.head, HEIGHT)
    stake = np.float64(chart.stake)
    mine, held = ((each / stake - 1) * 100 for each in (chart.equity, chart.held))
    ends = _ends(mine[-1], held[-1])
    widest = max((each.text for each in ends), key=len)
    above, below = look.panel(figure, 0.385, 0.4, widest), look.panel(figure, 0.11, 0.225, widest)
    span = min(mine.min(), held.min(), 0), max(mine.max(), held.max(), 0)
    look.scale(above, span, 5, " %", tags=ends)
    above.axhline(0, color=look.FAINT, linewidth=1.6)
    for values, name, colour in (
        (held, "buy and hold", look.FAINT),
        (mine, "strategy", look.AMBER),
    ):
        above.plot(*look.thinned(values, POINTS), color=colour, linewidth=2.6, label=name)
    look.legend(above)
    fallen = _fallen(chart.equity, stake)
    look.scale(below, (fallen.min(), 0), 3, " %")
    at, thin = look.thinned(fallen, POINTS)
    below.fill_between(at, thin, 0, color=look.BAD, alpha=0.45, linewidth=0)
    below.plot(at, thin, color=look.BAD, linewidth=1.6)
    look.name(below, "below its best")
    for axes in (above, below):
        look.times(axes, chart.opened)
    above.tick_params(labelbottom=False)
    return look.png(figure)


def _fallen(values: Floats, stake: np.float64) -> Floats:
    """In per cent of the most that there was, the stake included."""
    best = np.maximum.accumulate(np.maximum(values, stake))
    return np.asarray((values / best - 1) * 100, dtype=np.float64)


def _ends(mine: float, held: float) -> tuple[look.Tag, look.Tag]:
    """Both ends as numbers at the side."""
    return (
        look.Tag(mine, f"{mine:+.1f}%", look.AMBER),
        look.Tag(held, f"{held:+.1f}%", look.FAINT),
    )
