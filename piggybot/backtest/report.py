"""What a backtest came to in numbers, and beside it what simply holding the coin would have.

How they are counted, so that nobody need guess:
- Returns are shares of the stake: what an entry spends, or, where a strategy adds, the most that
  was in at once. Each entry spends the same amount, so profits add up; they are not compounded.
- What is still held counts at the last close, as if it were sold there for nothing.
- Sharpe and Sortino: the changes of equity from candle to candle, mean over deviation (Sortino:
  over the deviation of the losses alone), times the square root of the candles in 365 days; the
  risk-free rate is 0. CAGR, over 365 days too, needs 30 days at least.
- Drawdown: the most that equity lay below its best, as a share of that best.
- Holding: the stake is spent at the first open, with the same slippage and fee, and kept.

May import: backtest, core, fills, wire.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from piggybot.backtest.engine import Result
from piggybot.backtest.prices import utc
from piggybot.core.market import Floats
from piggybot.core.runs import Halt
from proxy import fills
from proxy.wire import Side

YEAR = timedelta(days=365)
LEAST_FOR_A_YEARLY_RATE = timedelta(days=30)
CENT_OF_A_CENT = Decimal("0.0001")
HAIR = 1e-12


@dataclass(frozen=True, slots=True)
class Figures:
    """What an equity came to. Shares of one; None where there is too little to say it."""

    change: float
    yearly: float | None
    """CAGR."""
    drawdown: float
    sharpe: float | None
    sortino: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """A backtest in numbers."""

    stake: Decimal
    begins: datetime
    ends: datetime
    candles: int
    profit: Decimal
    """In quote, to four places; what is open included."""
    ours: Figures
    held: Figures
    """Of simply holding the coin."""
    trades: int
    """Holdings that ended."""
    wins: int
    win_rate: float | None
    profit_factor: float | None
    """What the winners earned for each 1 that the losers lost; None without losers."""
    exposure: float
    """The share of the candles in which something was held."""
    fees: Decimal
    """In quote, to four places."""
    open: bool
    """Something is held at the end."""
    halt: Halt | None
    halted: datetime | None


def report(result: Result) -> Report:
    """All figures of one backtest."""
    candles, trades = result.candles, result.trades
    step = candles.timeframe.step
    profits = trades.profit[trades.ended]
    won, lost = profits[profits > 0].sum(), -profits[profits < 0].sum()
    count, wins = len(profits), int((profits > 0).sum())
    stake = np.float64(result.stake)
    return Report(
        stake=result.stake,
        begins=utc(candles.opened[0]),
        ends=utc(candles.opened[-1]) + step,
        candles=len(candles),
        profit=_money(result.equity[-1] - stake),
        ours=_figures(result.equity, stake, step),
        held=_figures(holding(result), stake, step),
        trades=count,
        wins=wins,
        win_rate=wins / count if count else None,
        profit_factor=(won / lost).item() if lost else None,
        exposure=_exposure(result),
        fees=_money(trades.fees.sum()),
        open=count < len(trades),
        halt=result.halt,
        halted=None if result.halted is None else utc(candles.opened[0]) + result.halted * step,
    )


def holding(result: Result) -> Floats:
    """The equity of simply holding the coin, at each candle's close."""
    candles, rules = result.candles, result.setup.market
    price = fills.slipped(Decimal(str(candles.open[0])), Side.BUY, rules.tick)
    bought = fills.buy(result.stake, price, rules.step)
    worth = np.float64(bought.units - bought.fee) * candles.close
    return np.float64(result.stake - bought.quote) + worth


def _figures(equity: Floats, stake: np.float64, step: timedelta) -> Figures:
    changes = np.diff(equity, prepend=stake)
    best = np.maximum.accumulate(np.maximum(equity, stake))
    yearly = np.sqrt(YEAR / step)
    spread = changes.std(ddof=1) if len(changes) > 1 else 0
    falls = np.sqrt((np.minimum(changes, 0) ** 2).mean())
    return Figures(
        change=(equity[-1] / stake - 1).item(),
        yearly=_yearly(equity[-1] / stake, len(equity) * step),
        drawdown=((best - equity) / best).max().item(),
        sharpe=_ratio(changes.mean(), spread, yearly),
        sortino=_ratio(changes.mean(), falls, yearly),
    )


def _ratio(mean: np.float64, deviation: np.float64 | int, yearly: np.float64) -> float | None:
    """None where nothing deviates; a hair of rounding is nothing."""
    if deviation <= abs(mean) * HAIR:
        return None
    ratio: float = (mean / deviation * yearly).item()
    return ratio


def _yearly(grown: np.float64, time: timedelta) -> float | None:
    if time < LEAST_FOR_A_YEARLY_RATE:
        return None
    rate: float = (max(grown, np.float64(0)) ** (YEAR / time)).item()
    return rate - 1


def _exposure(result: Result) -> float:
    trades, count = result.trades, len(result.candles)
    until = np.where(trades.ended, trades.exit + trades.inside, count)
    held: int = (until - trades.entry).sum().item()
    return held / count


def _money(value: np.float64) -> Decimal:
    return Decimal(str(value)).quantize(CENT_OF_A_CENT)
