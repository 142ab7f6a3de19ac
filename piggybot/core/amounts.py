"""What a run's buy may spend: within the limits, and such that what it buys can be sold again.

Alone because a person is told the bounds before they type, and refused by the same ones after.

May import: core, errors, fills, wire.
"""

from dataclasses import dataclass
from decimal import Decimal

from piggybot.core.money import usd, usd_exact
from piggybot.core.runs import Exits
from piggybot.errors import BadInput
from proxy import fills
from proxy.wire import Limits, MarketOut

SHORT_OF = Decimal("0.1")
"""How far a price is let fall before a holding without a stop may be too small to be sold."""
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the market bounds it by, now."""

    rules: MarketOut
    price: Decimal
    exits: Exits

    @property
    def smallest(self) -> Decimal:
        """The venue's smallest order."""
        return fills.smallest(self.price, self.rules)

    def least(self, limits: Limits) -> Decimal:
        """After a fall to its stop, what it bought must still be large enough to be sold."""
        falls = [one for one in (self.exits.stop_loss, self.exits.trailing_stop) if one is not None]
        fallen = self.smallest / (1 - min(falls, default=SHORT_OF))
        least = fallen + self.rules.step * self.price
        return max(limits.minTradeUsd, least.quantize(CENT) + CENT)


def check(symbol: str, amount: Decimal, limits: Limits, bounds: Bounds) -> None:
    """BadInput for what no buy of this run could ever be."""
    if symbol not in limits.symbols:
        raise BadInput(f"{symbol} may not be bought.", f"Allowed: {', '.join(limits.symbols)}")
    asked, least = usd_exact(amount), bounds.least(limits)
    if amount > limits.maxTradeUsd:
        most = usd(limits.maxTradeUsd)
        raise BadInput(f"{asked} is above the limit of {most} a trade.", f"Give {most} or less.")
    if amount < limits.minTradeUsd:
        raise BadInput(
            f"{asked} is too little for a buy: {usd(limits.minTradeUsd)} is the least.",
            f"Give {usd(least)} or more.",
        )
    if amount < least:
        raise BadInput(
            f"{asked} is too little for {symbol}: after a fall it could not be sold again, as "
            f"{usd(bounds.smallest)} is the exchange's smallest order.",
            f"Give {usd(least)} or more.",
        )
