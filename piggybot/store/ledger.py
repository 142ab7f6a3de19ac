"""What our own fills hold and have earned: positions, days, totals and fills, read as values.

Positions and days are running totals, so what is asked here does not grow with what was traded.
How fills come in is in booking.py.

May import: core, store, wire.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Row, Select, exists, func, or_, select

from piggybot.core.positions import ZERO, Book, Day, Filled, Key, Market, Position, Totals
from piggybot.core.runs import Halt, RunState
from piggybot.core.slots import Mark
from piggybot.store import booking
from piggybot.store.paging import past
from piggybot.store.runs import NO_EXITS
from piggybot.store.slots import write_marks
from piggybot.store.tables_runs import days, fills, positions, runs
from proxy.wire import Side

LIVING = [one.value for one in RunState if one is not RunState.ENDED]
DAY = [days.c[name] for name in ("day", *booking.TOTALS, *booking.COUNTS)]
"""The columns of a Day, in its order."""
IN_ORDER = (fills.c.at, fills.c.run_id, fills.c.client_id, fills.c.trade_id)


class Ledger:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def position(self, key: Key) -> Position:
        """The position under this key; an empty one where nothing was ever bought."""
        with self._engine.connect() as db:
            return booking.position_at(db, key)

    def positions(self, user_id: str, book: Book) -> list[Position]:
        """The open holdings of one account's book, oldest first."""
        mine = select(positions).where(positions.c.user_id == user_id)
        mine = mine.where(positions.c.book == book.value, positions.c.entries > 0)
        return self._positions(mine.order_by(positions.c.opened, positions.c.run_id))

    def dust(self, user_id: str, book: Book) -> list[Position]:
        """What was left over in one account's book and is no holding, by exchange and market."""
        mine = select(positions).where(positions.c.user_id == user_id)
        mine = mine.where(positions.c.book == book.value, positions.c.entries == 0)
        mine = mine.where(positions.c.units != ZERO)
        ordered = mine.order_by(*(positions.c[name] for name in booking.KEY))
        return [one for one in self._positions(ordered) if one.units]

    def of_run(self, run_id: str) -> list[Position]:
        """What a run holds and has earned, in each book."""
        return self._positions(select(positions).where(positions.c.run_id == run_id))

    def armed(self) -> list[str]:
        """Runs that hold something, have exits, and may act on them; by id."""
        held = exists().where(positions.c.run_id == runs.c.id, positions.c.entries > 0)
        sure = or_(runs.c.halt.is_(None), runs.c.halt != Halt.BOOKS.value)
        query = select(runs.c.id).where(runs.c.state.in_(LIVING), runs.c.exits != NO_EXITS)
        with self._engine.connect() as db:
            return list(db.execute(query.where(sure, held).order_by(runs.c.id)).scalars())

    def totals(self, user_id: str, book: Book) -> Totals:
        """What a book has come to, over all that was ever held."""
        columns = ("realised", "fees", "cost", "trades", "wins")
        query = select(*(positions.c[name] for name in columns))
        query = query.where(positions.c.user_id == user_id, positions.c.book == book.value)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        if not rows:
            return Totals()
        return Totals(*(sum(column) for column in zip(*rows, strict=True)))

    def days(self, user_id: str, book: Book, since: date, run_id: str | None = None) -> list[Day]:
        """UTC days from `since` on, oldest first; over all runs, or of one."""
        whose = booking.EVERY_RUN if run_id is None else run_id
        query = select(*DAY).where(days.c.user_id == user_id, days.c.book == book.value)
        query = query.where(days.c.run_id == whose, days.c.day >= since.isoformat())
        with self._engine.connect() as db:
            return [Day(*row) for row in db.execute(query.order_by(days.c.day))]

    def by_run(self, user_id: str, book: Book, since: date) -> dict[str, Day]:
        """The sums of the UTC days from `since` on, for each run, and for what was by hand."""
        first = self.first_day(user_id, book)
        query = select(days.c.run_id, *DAY)
        query = query.where(days.c.user_id == user_id, days.c.book == book.value)
        query = query.where(days.c.run_id != booking.EVERY_RUN).order_by(days.c.run_id)
        if first is None or since <= first:
            query = query.where(days.c.day == booking.EVER)
        else:
            query = query.where(days.c.day >= since.isoformat())
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return {
            str(run_id): _sum([row[2:] for row in group])
            for run_id, group in groupby(rows, lambda row: row[0])
        }

    def first_day(self, user_id: str, book: Book) -> date | None:
        """The UTC day of the first fill; None: there was none."""
        query = select(func.min(days.c.day)).where(days.c.user_id == user_id)
        query = query.where(days.c.book == book.value, days.c.run_id == booking.EVERY_RUN)
        with self._engine.connect() as db:
            day = db.execute(query).scalar()
        return None if day is None else date.fromisoformat(day)

    def fills(
        self,
        user_id: str,
        book: Book,
        since: datetime | None = None,
        symbol: str | None = None,
        run_id: str | None = None,
    ) -> list[Filled]:
        """Fills, oldest first."""
        query = select(fills).where(fills.c.user_id == user_id, fills.c.book == book.value)
        if since is not None:
            query = query.where(fills.c.at >= since)
        if symbol is not None:
            query = query.where(fills.c.symbol == symbol)
        if run_id is not None:
            query = query.where(fills.c.run_id == run_id)
        with self._engine.connect() as db:
            return [filled_of(row) for row in db.execute(query.order_by(*IN_ORDER))]

    def markets(self, user_id: str) -> list[Market]:
        """Where this account has ever traded, in order."""
        columns = (positions.c.book, positions.c.exchange, positions.c.symbol)
        query = select(*columns).distinct().where(positions.c.user_id == user_id)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return sorted(Market(user_id, Book(book), *where) for book, *where in rows)

    def of_market(self, market: Market, most: int, after: Filled | None = None) -> list[Filled]:
        """Fills of a market, oldest first: at most so many, those after one."""
        query = select(fills).where(fills.c.user_id == market.user_id)
        query = query.where(fills.c.book == market.book.value, fills.c.symbol == market.symbol)
        query = query.where(fills.c.exchange == market.exchange)
        if after is not None:
            known = (after.at, after.key.run_id, after.client_id, after.trade_id)
            query = query.where(past(IN_ORDER, known))
        with self._engine.connect() as db:
            return [filled_of(row) for row in db.execute(query.order_by(*IN_ORDER).limit(most))]

    def raise_peaks(self, peaks: Iterable[tuple[Key, Decimal]]) -> None:
        """Note the highest prices seen while these holdings are open; a peak never falls."""
        with self._engine.begin() as db:
            write_marks(db, [Mark(key, peak=price) for key, price in peaks])

    def _positions(self, query: Select[Any]) -> list[Position]:
        with self._engine.connect() as db:
            return [booking.position_of(row) for row in db.execute(query)]


def _sum(rows: Sequence[tuple[Any, ...]]) -> Day:
    """What these days come to together."""
    return Day("", *(sum(column) for column in zip(*rows, strict=True)))


def filled_of(row: Row[Any]) -> Filled:
    """The fill that lies in a row."""
    return Filled(
        Key(row.user_id, Book(row.book), row.exchange, row.symbol, row.run_id),
        row.client_id,
        row.trade_id,
        Side(row.side),
        row.price,
        row.qty,
        row.fee,
        row.fee_asset,
        row.fee_quote,
        row.realised,
        row.at,
    )
