"""A venue's own words about its markets, read into values: trading rules and candles.

Alone, because the numbers come from the raw texts, never through ccxt's floats.

May import: errors, outcome, venue, wire.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from proxy.errors import Denied, VenueUnavailable
from proxy.outcome import decimal
from proxy.venue import Market
from proxy.wire import Candle, Timeframe

TIMEFRAMES = {one.value: one.step for one in Timeframe}
KLINE_FIELDS = 7
CLOSE_TIME = 6
LATE_CANDLES = 3
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


def step_of(timeframe: str) -> timedelta:
    """How long a candle is; Denied for a timeframe that is not offered."""
    step = TIMEFRAMES.get(timeframe)
    if step is None:
        raise Denied(
            "unknown_timeframe",
            f"There are no {timeframe} candles.",
            f"Choose one of {', '.join(TIMEFRAMES)}.",
        )
    return step


def read_candles(rows: Any, step: timedelta, now: datetime) -> list[Candle]:
    """Closed candles, oldest first; VenueUnavailable for gaps, nonsense, or an old last one."""
    if not isinstance(rows, list):
        raise _bad_candles("are not a list")
    now_ms = int(now.timestamp() * 1000)
    candles = [_candle(row) for row in rows if _closed(row, now_ms)]
    step_ms = step // timedelta(milliseconds=1)
    for earlier, later in pairwise(candles):
        if later.openTime - earlier.openTime != step_ms:
            raise _bad_candles("have a gap")
    if candles and now_ms - candles[-1].openTime > LATE_CANDLES * step_ms:
        raise _bad_candles("end too long ago")
    return candles


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
    return decimal(row.get(name)) or ZERO


def _closed(row: Any, now_ms: int) -> bool:
    if not isinstance(row, list) or len(row) < KLINE_FIELDS:
        raise _bad_candles("have a part missing")
    closes = row[CLOSE_TIME]
    return isinstance(closes, int) and closes < now_ms


def _candle(row: list[Any]) -> Candle:
    prices = [decimal(value) for value in row[1:6]]
    if not isinstance(row[0], int) or None in prices:
        raise _bad_candles("are not numbers")
    opened, high, low, close, volume = (value or ZERO for value in prices)
    if not 0 < low <= min(opened, close) <= max(opened, close) <= high:
        raise _bad_candles("contradict themselves")
    return Candle(openTime=row[0], open=opened, high=high, low=low, close=close, volume=volume)


def _bad_candles(why: str) -> VenueUnavailable:
    return VenueUnavailable(
        "bad_candles", f"The venue's candles {why}; they are not used.", "Try again in a minute."
    )
