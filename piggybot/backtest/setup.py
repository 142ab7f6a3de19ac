"""What a backtest is asked: the market's rules, what an entry spends, exits and guards.

May import: core, errors, fills, strategies, wire.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from piggybot.core.market import Times
from piggybot.core.money import usd, usd_exact
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput
from piggybot.strategies import Signals
from proxy.fills import FEE_STEP
from proxy.wire import MarketOut

ONE = Decimal(1)
NO_EXITS = Exits()
NO_GUARDS = Guards(cooldown=0, losses=0, drawdown=Decimal(0))


@dataclass(frozen=True, slots=True)
class Rules:
    """A venue's rules for one market: money in quote, sizes in base."""

    step: Decimal
    tick: Decimal
    min_notional: Decimal = Decimal(0)
    min_qty: Decimal = Decimal(0)

    @property
    def grain(self) -> Decimal:
        """What sizes and fees are both multiples of: a power of ten."""
        exponent = self.step.normalize().as_tuple().exponent
        assert isinstance(exponent, int), "a step is a number"
        return min(FEE_STEP, Decimal(1).scaleb(exponent))

    @property
    def grains(self) -> tuple[int, int]:
        """How many grains a step has, and a step of fees."""
        return int(self.step / self.grain), int(FEE_STEP / self.grain)

    @classmethod
    def of(cls, market: MarketOut) -> "Rules":
        return cls(market.step, market.tick, market.minNotional, market.minQty)


@dataclass(frozen=True, slots=True)
class Setup:
    """What each entry spends, on which market, and what surrounds the strategy.

    A guard of 0 (`losses`, `drawdown`, `cooldown`) is off.
    """

    amount_usd: Decimal
    market: Rules
    exits: Exits = NO_EXITS
    guards: Guards = NO_GUARDS
    adds: bool = False

    def check(self) -> None:
        """Raise BadInput for what no run could be started with."""
        if self.amount_usd <= 0:
            raise BadInput("The amount must be more than zero.", "Give what each entry may spend.")
        if self.amount_usd < self.market.min_notional:
            asked, least = usd_exact(self.amount_usd), usd(self.market.min_notional)
            raise BadInput(
                f"{asked} is below the exchange's smallest order, {least}: it would buy nothing.",
                f"Give more than {least}: after a fall it must still be enough to be sold.",
            )
        if self.market.tick <= 0 or self.market.step <= 0:
            raise BadInput(
                "The exchange names no price step or no size step for this market.",
                "Without them no order's price can be known. Choose another market.",
            )
        for name in ("stop_loss", "trailing_stop"):
            share = getattr(self.exits, name)
            if share is not None and not 0 < share < ONE:
                words = name.replace("_", " ")
                raise BadInput(f"The {words} must be above 0% and below 100%.", "5% is usual.")
        if self.exits.take_profit is not None and self.exits.take_profit <= 0:
            raise BadInput("The take profit must be above 0%.", "10% is usual.")
        if self.exits.time_limit is not None and self.exits.time_limit < 1:
            raise BadInput("The time limit must be at least one candle.", "Give a whole number.")


def acted_on(signals: Signals) -> tuple[Times, Times]:
    """The candles at whose open a +1, or a -1, is acted on: each the one after its signal's."""
    seen = signals[:-1]
    return np.flatnonzero(seen > 0) + 1, np.flatnonzero(seen < 0) + 1
