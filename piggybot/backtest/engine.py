"""A backtest: what a run with these signals would have done on these candles, to the last unit.

How a run meets the market, and what is assumed where candles do not tell:
- A signal of a closed candle is acted on at the open of the next one; the last candle's is not.
- Market orders pay the slippage and the fee of proxy/fills.py, as on paper. What is below the
  venue's minimum is not ordered; an entry that could not be sold again opens no holding. It goes
  with the next one, as does the part of a step that a sell leaves.
- +1 while flat enters; while holding it adds, where the strategy does. -1 sells all.
- Exits are met where ends.py says. At a slot (a candle's open) exits come first; where one is met,
  nothing else is done at that slot.
- Guards as in watch.py. A halted run obeys no signal any more; its exits stay.

May import: backtest, core, errors, strategies.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from piggybot.backtest.books import Books, Traded
from piggybot.backtest.halts import Unclear
from piggybot.backtest.leap import leap
from piggybot.backtest.levels import Course
from piggybot.backtest.orders import Orders
from piggybot.backtest.prices import whole
from piggybot.backtest.scale import ROOM
from piggybot.backtest.setup import Rules, Setup
from piggybot.backtest.trades import Trades
from piggybot.backtest.walk import Walk
from piggybot.core.market import Candles, Floats
from piggybot.core.runs import Halt
from piggybot.errors import BadInput
from piggybot.strategies import Signals

__all__ = ["Result", "Rules", "Setup", "backtest"]


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What came of it. Orders are exact; trades, books and equity are statistics of them."""

    setup: Setup
    candles: Candles
    orders: Orders
    trades: Trades
    books: Books
    stake: Decimal
    """What the returns are a share of: an entry's amount, or the most that was in at once."""
    equity: Floats
    """Stake, cash and worth at each candle's close."""
    halt: Halt | None = None
    """The guard that halted the run."""
    halted: int | None = None
    """The candle from whose open on it was halted."""


def backtest(candles: Candles, signals: Signals, setup: Setup) -> Result:
    """What a run would have done. BadInput where it cannot be computed exactly."""
    setup.check()
    assert len(signals) == len(candles), "one signal for each candle"
    if not len(candles):
        raise BadInput("There are no candles to test on.", "Choose a longer time.")
    course = Course.of(whole(candles, setup.market.tick), setup.exits)
    _check_sizes(course, setup)
    try:
        traded = leap(course, candles, signals, setup)
    except Unclear:
        traded = Walk(course, signals, setup).walk()
    return _result(candles, setup, traded)


def _check_sizes(course: Course, setup: Setup) -> None:
    """Arrays hold whole numbers below 2**63: refuse what would go beyond, before it does."""
    prices, rules = course.prices, setup.market
    entries = len(prices) if setup.adds else 2
    units = setup.amount_usd / prices.decimal(prices.low.min()) * entries
    most = max(int(units / rules.grain), int(prices.high.max()) * course.largest)
    if most >= ROOM:
        raise BadInput(
            "These numbers are too large to be counted exactly.",
            "Choose a smaller amount, or exits with fewer digits.",
        )


def _result(candles: Candles, setup: Setup, traded: Traded) -> Result:
    amount, books = setup.amount_usd, traded.books
    most = Decimal(str(books.cost.max(initial=0)))
    stake = max(amount, most) if setup.adds else amount
    return Result(
        setup,
        candles,
        books.orders,
        Trades.of(books, candles.close[-1]),
        books,
        stake,
        np.float64(stake) + books.equity(candles),
        traded.halt,
        traded.halted,
    )
