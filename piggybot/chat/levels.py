"""Where a run's holding would be left: the prices of its exits.

Alone because the chart draws them and the position's card names them.

May import: core, wire.
"""

from decimal import Decimal

from piggybot.core.decisions import holding
from piggybot.core.exits import levels
from piggybot.core.positions import Position
from piggybot.core.runs import Cause, Run
from proxy.wire import MarketOut


def levels_of(run: Run, position: Position, rules: MarketOut) -> dict[Cause, Decimal]:
    """By the way out; nothing where nothing is held."""
    held = holding(run, position, rules)
    return {} if held is None else levels(run.exits, held)
