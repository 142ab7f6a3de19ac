"""A backtest as a picture: which values it shows; charts/ draws them.

Alone because chat and terminal show the same picture.

May import: backtest, charts.
"""

from piggybot.backtest.engine import Result
from piggybot.backtest.report import Report, holding
from piggybot.backtest.trial import Trial
from piggybot.charts.values import BacktestChart, Head


def chart_of(trial: Trial, result: Result, told: Report) -> BacktestChart:
    """Equity beside holding the coin, under what was tested and what it came to."""
    span = f"{trial.symbol} {trial.timeframe}, {(told.ends - told.begins).days} days, UTC"
    change = told.ours.change
    head = Head(trial.strategy, span, "BACKTEST", f"{change:+.2%}", change > 0)
    opened = result.candles.opened
    return BacktestChart(head, result.stake, opened, result.equity, holding(result))
