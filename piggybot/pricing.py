"""Prices for what is held: each market is asked for once, and one without a price is left out.

Alone because profit, cards and summaries must all say so where a price is missing, never guess.

May import: core, errors, market.
"""

from collections.abc import Sequence

from piggybot.core.positions import Position
from piggybot.core.profit import Prices
from piggybot.errors import PiggyError
from piggybot.market import MarketData


async def prices_of(market: MarketData, held: Sequence[Position]) -> Prices:
    """By exchange and symbol; those that have one now."""
    found = {}
    for exchange, symbol in dict.fromkeys((one.key.exchange, one.key.symbol) for one in held):
        try:
            found[exchange, symbol] = (await market.price(exchange, symbol)).price
        except PiggyError:
            continue
    return found
