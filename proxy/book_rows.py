"""What the journal knows that helps to read a venue's own lists: where to begin, and whose it is.

May import: records, tables, venue.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, select

from proxy.records import Book, milliseconds
from proxy.tables import fills, orders
from proxy.venue import Anchor

MOST_IDS = 500


class BookRows:
    """Questions to the journal; nothing is written here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def symbols(self, user_id: str, exchange: str, book: Book) -> list[str]:
        """The markets that this user's orders were sent to."""
        mine = _of(user_id, exchange, book)
        query = select(orders.c.symbol).where(*mine, orders.c.market.is_not(None)).distinct()
        with self._engine.connect() as db:
            return sorted(db.execute(query).scalars())

    def anchor(self, user_id: str, exchange: str, symbol: str, since: datetime) -> Anchor:
        """The last order and trade before `since`, by the venue's numbers, or else the first."""
        mine = [*_of(user_id, exchange, Book.LIVE), orders.c.symbol == symbol]
        named = select(orders.c.order_id).where(*mine, orders.c.order_id.is_not(None))
        done = select(fills.c.trade_id).where(
            fills.c.user_id == user_id,
            fills.c.exchange == exchange,
            fills.c.book == Book.LIVE.value,
            fills.c.symbol == symbol,
        )
        with self._engine.connect() as db:
            return Anchor(
                _nearest(db, named, orders.c.created, since),
                _nearest(db, done, fills.c.at, milliseconds(since)),
            )

    def owners(self, client_ids: Iterable[str]) -> dict[str, str]:
        """Whose orders these are; an id that the journal has never seen is left out."""
        ids = list(client_ids)
        found: dict[str, str] = {}
        with self._engine.connect() as db:
            for first in range(0, len(ids), MOST_IDS):
                some = orders.c.client_id.in_(ids[first : first + MOST_IDS])
                query = select(orders.c.client_id, orders.c.user_id).where(some)
                found |= {row.client_id: row.user_id for row in db.execute(query)}
        return found


def _of(user_id: str, exchange: str, book: Book) -> tuple[Any, ...]:
    return (
        orders.c.user_id == user_id,
        orders.c.exchange == exchange,
        orders.c.book == book.value,
    )


def _nearest(db: Connection, query: Any, at: Column[Any], since: Any) -> int | None:
    """The newest number before that moment, else the oldest of all; None where there is none."""
    before = db.execute(query.where(at < since).order_by(at.desc()).limit(1)).scalar()
    found = before or db.execute(query.order_by(at).limit(1)).scalar()
    return int(found) if found is not None and found.isdecimal() else None
