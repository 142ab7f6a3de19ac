"""Closed candles as they lie in the database, one table for everybody.

May import: klines, tables, wire.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from proxy.klines import Series, Span
from proxy.tables import candles
from proxy.wire import Candle

PARTS = ("open", "high", "low", "close", "volume")


class CandleRows:
    """Candles by their open time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, series: Series, span: Span) -> dict[int, Candle]:
        """What is kept of `span`."""
        at = candles.c.open_time
        query = select(at, *(candles.c[part] for part in PARTS)).where(
            *_of(series), at.between(span.first, span.last)
        )
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return {
            row[0]: Candle(openTime=row[0], **dict(zip(PARTS, row[1:], strict=True)))
            for row in rows
        }

    def add(self, series: Series, found: Iterable[Candle]) -> None:
        """Keep candles that are not kept yet, all of them or none."""
        values = [_whose(series) | _values(candle) for candle in found]
        if not values:
            return
        with self._engine.begin() as db:
            db.execute(insert(candles), values)

    def forget(self, series: Series) -> None:
        """Drop the whole series: the venue no longer says what it said."""
        with self._engine.begin() as db:
            db.execute(delete(candles).where(*_of(series)))


def _whose(series: Series) -> dict[str, Any]:
    names = ("source", "exchange", "symbol", "timeframe")
    return {name: str(getattr(series, name)) for name in names}


def _of(series: Series) -> list[Any]:
    return [candles.c[name] == value for name, value in _whose(series).items()]


def _values(candle: Candle) -> dict[str, Any]:
    return {"open_time": candle.openTime} | {part: getattr(candle, part) for part in PARTS}
