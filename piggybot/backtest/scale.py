"""A setup's orders in whole numbers: what is bought and sold at a price, one or a whole array.

Alone because leap.py asks for thousands at once and walk.py for one after the other, and both must
get the same. The rules themselves are those of proxy/fills.py.

May import: backtest, core, fills, wire.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TypeVar

from piggybot.backtest.setup import Setup
from piggybot.core.market import Times
from proxy.fills import Ratio, fee_rate, fee_steps, whole_steps, worse_ticks
from proxy.wire import Side

N = TypeVar("N", int, Times)
ROOM = 2**62
"""Beyond it, sums of two whole numbers might not fit an array."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Prices seen are in units, `tick` of them a price step; sizes held in grains."""

    tick: int
    budget: int
    """What an entry spends, in ticks times steps."""
    step: int
    """A step of size, in grains."""
    fee: int
    """1e-8, in grains."""
    buy_rate: Ratio
    sell_rate: Ratio
    dearest: int
    """The highest price at which the venue takes an entry."""
    least_steps: int
    least_value: int
    """The least that it takes of a sell; the value in steps times price units."""

    @classmethod
    def of(cls, setup: Setup, unit: Decimal) -> "Scale":
        rules, amount = setup.market, Fraction(setup.amount_usd)
        step, price = Fraction(rules.step), Fraction(unit)
        size, worth = Fraction(rules.min_qty), Fraction(rules.min_notional)
        dearest = amount // (size * price) if size else ROOM
        return cls(
            int(rules.tick / unit),
            amount // (step * Fraction(rules.tick)),
            *rules.grains,
            fee_rate(rules.step),
            fee_rate(rules.step * rules.tick),
            0 if amount < worth else dearest,
            max(1, ceil(size / step)),
            ceil(worth / (step * price)),
        )

    def dear(self, seen: N) -> N:
        """The ticks that a buy pays at this price."""
        return worse_ticks(seen, Side.BUY, self.tick)

    def cheap(self, seen: N) -> N:
        """The ticks that a sell gets at this price."""
        return worse_ticks(seen, Side.SELL, self.tick)

    def steps(self, ticks: N) -> N:
        """The steps that an entry buys."""
        return whole_steps(ticks * 0 + self.budget, ticks)

    def buy_fee(self, steps: N) -> N:
        """The fee of buying so many steps, in 1e-8 of base."""
        return fee_steps(steps, self.buy_rate)

    def gained(self, steps: N) -> N:
        """The grains that come of buying so many steps: the fee is taken from them."""
        return steps * self.step - self.buy_fee(steps) * self.fee

    def whole(self, steps: N) -> N:
        """The whole steps that are there of so many bought ones."""
        return whole_steps(self.gained(steps), self.step)

    def sell_fee(self, ticks: N, steps: N) -> N:
        """The fee of selling so many steps, in 1e-8 of quote."""
        return fee_steps(ticks * steps, self.sell_rate)

    def least(self, steps: int) -> int:
        """The lowest price at which so many steps are sold; ROOM: at none."""
        return ROOM if steps < self.least_steps else -(-self.least_value // steps)
