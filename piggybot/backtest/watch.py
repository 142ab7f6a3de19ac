"""The guards of a run, kept exactly along a walk: losses in a row, drawdown, cool-down.

The drawdown is looked at once a slot, after the exits and before the signal: what the run has
earned, realised and unrealised at the slot's price, against the most that it ever had (at slots,
and realised at the end of a holding). The stake is what an entry spends; with a strategy that adds,
the most that was in at once where that is more. What has halted a run is not taken back. All this
is as in core/decisions.py, but for many slots at once.

May import: backtest, core.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from piggybot.backtest.books import HAIR
from piggybot.backtest.levels import NEVER
from piggybot.backtest.prices import Prices
from piggybot.backtest.setup import Setup
from piggybot.core.runs import Halt

ZERO = Decimal(0)


@dataclass(slots=True)
class Watch:
    """What the guards have seen so far."""

    prices: Prices
    setup: Setup
    best: Decimal = ZERO
    most: Decimal = ZERO
    losses: int = 0
    ready: int = 1
    """The first candle at whose open may be bought."""
    unseen: int = 1
    """The first slot whose equity was not looked at: that at the open of this candle."""
    halt: Halt | None = None
    halted: int = NEVER
    """The candle at whose open, and ever after, no signal is obeyed."""

    def fallen(self, last: int, units: Decimal, earned: Decimal) -> bool:
        """Whether the drawdown halts the run at a slot up to that of candle `last`.

        At all slots that were not looked at yet, `units` were held, and `earned` is what had been
        realised, less what those units cost.
        """
        first, self.unseen = self.unseen, max(self.unseen, last + 1)
        share = self.setup.guards.drawdown
        if self.halt is not None or share <= 0 or last < first:
            return False
        opens = self.prices.open[first : last + 1]
        tops = np.maximum.accumulate(opens)
        each, base = np.float64(units * self.prices.unit), np.float64(earned)
        best = np.maximum(base + each * tops, np.float64(self.best))
        lost = best - (base + each * opens)
        near = lost >= (np.float64(share) - HAIR) * (best + np.float64(self._stake))
        for slot in np.flatnonzero(near):
            worth, top = (earned + units * self.prices.decimal(at[slot]) for at in (opens, tops))
            best_then = max(self.best, top)
            if best_then - worth >= share * (self._stake + best_then):
                self.halt, self.halted = Halt.DRAWDOWN, first + int(slot)
                return True
        self.best = max(self.best, earned + units * self.prices.decimal(tops[-1]))
        return False

    def left(self, candle: int, units: Decimal, earned: Decimal) -> None:
        """An exit at that candle's open: the slot is spent, and only its price was seen."""
        self.unseen = candle + 1
        worth = units * self.prices.decimal(self.prices.open[candle])
        self.best = max(self.best, earned + worth)

    def bought(self, cost: Decimal) -> None:
        """A buy has brought the cost of what is held to this."""
        self.most = max(self.most, cost)

    def closed(self, candle: int, inside: bool, earned: Decimal, realised: Decimal) -> None:
        """A holding has ended in that candle; it earned so much, the run so much in all."""
        guards = self.setup.guards
        lost = earned <= 0
        pause = guards.cooldown if lost else 0
        self.ready = candle + 1 + pause if inside else candle + max(1, pause)
        self.losses = self.losses + 1 if lost else 0
        self.best = max(self.best, realised)
        if self.halt is None and 0 < guards.losses <= self.losses:
            self.halt, self.halted = Halt.LOSSES, candle + 1

    @property
    def _stake(self) -> Decimal:
        amount = self.setup.amount_usd
        return max(amount, self.most) if self.setup.adds else amount
