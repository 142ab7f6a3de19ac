"""When a holding must be left, whatever its strategy says: pure rules on prices that were seen.

Alone because the watcher and the backtest must leave at the same price. Levels lie on the market's
price steps (ticks): the first step at or beyond the level. Stops come before the target.

May import: core, wire.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from piggybot.core.runs import Cause, Exits
from proxy.wire import Timeframe

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the rules need of an open position: units bought, quote paid (both before fees)."""

    bought: Decimal
    paid: Decimal
    peak: Decimal
    opened: datetime
    tick: Decimal
    timeframe: Timeframe


def stop_level(holding: Holding, share: Decimal) -> Decimal:
    """The highest price step at which the stop is hit: `share` below what was paid a unit."""
    return _on_step(holding.paid * (ONE - share), holding.bought, holding.tick, ROUND_FLOOR)


def target_level(holding: Holding, share: Decimal) -> Decimal:
    """The lowest price step at which the profit is taken."""
    return _on_step(holding.paid * (ONE + share), holding.bought, holding.tick, ROUND_CEILING)


def trail_level(holding: Holding, share: Decimal) -> Decimal:
    """The highest price step at which the trailing stop is hit: `share` below the peak."""
    return _on_step(holding.peak * (ONE - share), ONE, holding.tick, ROUND_FLOOR)


def levels(exits: Exits, holding: Holding) -> dict[Cause, Decimal]:
    """The prices at which each way out that is set would be taken now."""
    rules = (
        (Cause.STOP_LOSS, exits.stop_loss, stop_level),
        (Cause.TRAILING_STOP, exits.trailing_stop, trail_level),
        (Cause.TAKE_PROFIT, exits.take_profit, target_level),
    )
    return {cause: level(holding, share) for cause, share, level in rules if share is not None}


def due(exits: Exits, holding: Holding, price: Decimal, now: datetime) -> Cause | None:
    """The way out that this price, seen now, demands; None: stay."""
    stop, trail, target = exits.stop_loss, exits.trailing_stop, exits.take_profit
    if stop is not None and price <= stop_level(holding, stop):
        return Cause.STOP_LOSS
    if trail is not None and price <= trail_level(holding, trail):
        return Cause.TRAILING_STOP
    if target is not None and price >= target_level(holding, target):
        return Cause.TAKE_PROFIT
    if exits.time_limit is None:
        return None
    over = now - holding.opened >= exits.time_limit * holding.timeframe.step
    return Cause.TIME_LIMIT if over else None


def _on_step(value: Decimal, units: Decimal, tick: Decimal, rounding: str) -> Decimal:
    """`value / units` on a price step, exactly: one division of whole numbers, rounded once.

    A market without price steps has every price.
    """
    if tick <= 0:
        return Context(rounding=rounding).divide(value, units)
    top, bottom = value.as_integer_ratio(), (units * tick).as_integer_ratio()
    over, under = top[0] * bottom[1], top[1] * bottom[0]
    steps = over // under if rounding == ROUND_FLOOR else -(-over // under)
    return steps * tick
