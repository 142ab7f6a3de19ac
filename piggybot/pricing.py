"""Prices for what is held: each market is asked for once, and one without a price is left out.

Likewise the steps of what is left over: dust that is less than one is in nobody's sight.

Alone because profit, cards and summaries must all say so where a price is missing, never guess.

May import: core, errors, fills, market.
"""

from collections.abc import Sequence

from piggybot.core.positions import Position
from piggybot.core.profit import Prices
from piggybot.errors import PiggyError
from piggybot.market import MarketData
from proxy.fills import round_down


async def prices_of(market: MarketData, held: Sequence[Position]) -> Prices:
    """By exchange and symbol; those that have one now."""
    found = {}
    for exchange, symbol in dict.fromkeys((one.key.exchange, one.key.symbol) for one in held):
        try:
            found[exchange, symbol] = (await market.price(exchange, symbol)).price
        except PiggyError:
            continue
    return found


async def dust_of(market: MarketData, left: Sequence[Position]) -> list[Position]:
    """Of what is left over, what is a step at least; all of it, where no steps can be had now."""
    found = []
    for one in left:
        try:
            step = (await market.rules(one.key.exchange, one.key.symbol)).step
        except PiggyError:
            found.append(one)
            continue
        if round_down(one.units, step):
            found.append(one)
    return found
