"""Where a guard halts a run, read off the books of the same run without guards.

Alone because books are floats: who is within a hair of a limit is told that they cannot say, and
watch.py, which is exact, has to. Its docstring says how the guards are meant.

May import: backtest, core.
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from piggybot.backtest.books import HAIR, Books, along
from piggybot.backtest.ends import SIGNAL
from piggybot.backtest.levels import NEVER, Flags
from piggybot.backtest.setup import Setup
from piggybot.core.market import Candles, Floats
from piggybot.core.runs import Halt

T = TypeVar("T", bound=np.generic)


class Unclear(Exception):
    """It takes a walk to know."""


def first_halt(books: Books, candles: Candles, setup: Setup) -> tuple[Halt | None, int]:
    """The guard, and the candle from whose open on it halts the run; NEVER: none does."""
    stake = books.stakes(setup)
    losing, falling = _losing(books, setup, stake), _falling(books, candles, setup, stake)
    if losing == falling == NEVER:
        return None, NEVER
    return (Halt.LOSSES, losing) if losing <= falling else (Halt.DRAWDOWN, falling)


def losses(books: Books, setup: Setup) -> Flags:
    """Which of the ended holdings have lost."""
    hair = HAIR * _at_ends(books, books.stakes(setup))
    if (np.abs(books.profit) <= hair).any():
        raise Unclear
    lost: Flags = books.profit < 0
    return lost


def _losing(books: Books, setup: Setup, stake: Floats) -> int:
    most, profit, hair = setup.guards.losses, books.profit, HAIR * _at_ends(books, stake)
    if most <= 0 or not len(profit):
        return NEVER
    number = np.arange(len(profit))
    last_win = np.maximum.accumulate(np.where(profit > hair, number, -1))
    last = int((number - last_win >= most).argmax())
    if number[last] - last_win[last] < most:
        return NEVER
    row = slice(last + 1 - most, last + 1)
    if (profit[row] >= -hair[row]).any():
        raise Unclear
    return int(_at_ends(books, books.orders.candle)[last]) + 1


def _falling(books: Books, candles: Candles, setup: Setup, stake: Floats) -> int:
    share, orders, count = np.float64(setup.guards.drawdown), books.orders, len(candles)
    if share <= 0:
        return NEVER
    worth = books.at_slots(candles)
    best = np.maximum(worth, 0)
    since = _at_ends(books, orders.candle) + 1
    np.maximum.at(best, since[since < count], books.realised[since < count])
    np.maximum.accumulate(best, out=best)
    base = np.maximum(along(orders.candle + 1, stake, candles), np.float64(setup.amount_usd)) + best
    lost = best - worth
    near = lost >= (share - HAIR) * base
    near[orders.candle[~orders.buys & ~orders.inside & (orders.cause != SIGNAL)]] = False
    first = int(near.argmax())
    if not near[first]:
        return NEVER
    if lost[first] < (share + HAIR) * base[first]:
        raise Unclear
    return first


def _at_ends(books: Books, column: NDArray[T]) -> NDArray[T]:
    """Of a column with one element an order, those of the sells."""
    return column[~books.orders.buys]
