"""What a walk holds and has earned: each buy and sell, as the position of a run would count them.

Alone because money is counted here: sizes in whole numbers by scale.py, cost and profit in Decimals
by the rule of proxy/fills.py that keeps a position's average.

May import: backtest, fills.
"""

from decimal import Decimal

from piggybot.backtest.ends import SIGNAL
from piggybot.backtest.orders import Row
from piggybot.backtest.prices import Prices
from piggybot.backtest.scale import Scale
from piggybot.backtest.setup import Setup
from proxy.fills import FEE_STEP, Cash, Position, apply_cash, whole_steps


class Purse:
    """Nothing is in it at the beginning; `rows` are the orders that were made."""

    def __init__(self, setup: Setup, prices: Prices) -> None:
        self._prices = prices
        self._scale = Scale.of(setup, prices.unit)
        self._step = setup.market.step
        self._value = setup.market.step * setup.market.tick
        self._grains = 0
        self.held = Position()
        self.realised = Decimal(0)
        self.rows: list[Row] = []

    @property
    def least(self) -> int:
        """The lowest price at which the venue would take an order to sell what is held."""
        return self._scale.least(whole_steps(self._grains, self._scale.step))

    @property
    def earned(self) -> Decimal:
        """What was realised, less what is in it now."""
        return self.realised - self.held.cost

    def buy(self, candle: int) -> Row | None:
        """Spend the amount at this candle's open; None where the venue takes no such order."""
        scale, seen = self._scale, int(self._prices.open[candle])
        ticks = scale.dear(seen)
        steps = scale.steps(ticks)
        if seen > scale.dearest or steps <= 0:
            return None
        row = Row(candle, False, True, SIGNAL, seen, ticks, steps, scale.buy_fee(steps))
        self._grains += scale.gained(steps)
        self._move(steps * self._step - row.fee * FEE_STEP, -(ticks * steps * self._value))
        self.rows.append(row)
        return row

    def sell(self, candle: int, cause: int, seen: int, inside: bool) -> Decimal:
        """Sell all whole steps, where a price of `seen` was met; what that earned."""
        scale = self._scale
        ticks, steps = scale.cheap(seen), whole_steps(self._grains, scale.step)
        row = Row(candle, inside, False, cause, seen, ticks, steps, scale.sell_fee(ticks, steps))
        cost, got = self.held.cost, ticks * steps * self._value - row.fee * FEE_STEP
        self._grains -= steps * scale.step
        self._move(-steps * self._step, got)
        self.rows.append(row)
        earned = got - (cost - self.held.cost)
        self.realised += earned
        return earned

    def _move(self, units: Decimal, quote: Decimal) -> None:
        self.held = apply_cash(self.held, Cash(units, quote))
