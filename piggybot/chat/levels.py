"""Where a run's holding would be left: the prices of its exits.

Alone because the chart draws them and the position's card names them.

May import: core, wire.
"""

from decimal import Decimal

from piggybot.core.exits import Holding, levels
from piggybot.core.positions import Position
from piggybot.core.runs import Cause, Run
from proxy.wire import MarketOut


def levels_of(run: Run, position: Position, rules: MarketOut) -> dict[Cause, Decimal]:
    """By the way out; nothing where nothing is held."""
    if position.opened is None or position.peak is None:
        return {}
    holding = Holding(
        position.bought,
        position.paid,
        position.peak,
        position.opened,
        rules.tick,
        run.timeframe,
    )
    return levels(run.exits, holding)
