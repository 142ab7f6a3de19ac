"""A venue's own words about its markets, read into trading rules.

Alone, because the numbers come from the raw texts, never through ccxt's floats.

May import: outcome, venue.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from proxy.outcome import decimal
from proxy.venue import Market

ZERO = Decimal(0)


def read_market(exchange: str, market: Mapping[str, Any]) -> Market | None:
    """The rules of one market of ccxt's list, from its raw filters; None where one is missing."""
    info = market.get("info")
    filters = {one.get("filterType"): one for one in info.get("filters", [])} if info else {}
    lot, price = filters.get("LOT_SIZE"), filters.get("PRICE_FILTER")
    if lot is None or price is None:
        return None
    market_lot = filters.get("MARKET_LOT_SIZE", {})
    step = max(_number(lot, "stepSize"), _number(market_lot, "stepSize"))
    if step <= 0:
        return None
    return Market(
        exchange=exchange,
        symbol=market["symbol"],
        venue_symbol=market["id"],
        base=market["base"],
        quote=market["quote"],
        min_notional=_smallest_value(filters),
        min_qty=max(_number(lot, "minQty"), _number(market_lot, "minQty")),
        step=step,
        tick=_number(price, "tickSize"),
    )


def _smallest_value(filters: Mapping[Any, Mapping[str, Any]]) -> Decimal:
    """The least value of a market order, where the venue holds market orders to one."""
    notional, minimum = filters.get("NOTIONAL"), filters.get("MIN_NOTIONAL")
    least = ZERO
    if notional is not None and notional.get("applyMinToMarket", True):
        least = max(least, _number(notional, "minNotional"))
    if minimum is not None and minimum.get("applyToMarket", True):
        least = max(least, _number(minimum, "minNotional"))
    return least


def _number(row: Mapping[str, Any], name: str) -> Decimal:
    """Without the zeros at its end: rules that are equal are written alike, and kept so."""
    return (decimal(row.get(name)) or ZERO).normalize()
