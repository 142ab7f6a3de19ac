"""Closed candles for everybody: kept in the database, and only what is missing is asked for.

Whatever is given out is whole: as many as were asked for, without a gap, up to the last one;
otherwise it is an error that says between which times, and what can be asked for instead.

May import: candle_rows, errors, gaps, klines, venue, wire.
"""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog

from migrations.database import Door
from proxy.candle_rows import CandleRows
from proxy.gaps import not_closed, why_not_whole
from proxy.klines import Series, Span, holes, read_page, timeframe_of
from proxy.venue import Market
from proxy.wire import Candle, CandlesOut, Timeframe

MOST = 1000
"""Candles of one request to a venue."""
SETTLED_MS = 10_000
"""A candle that closed just now may still change by a late trade: it is given out, but not kept."""
Found = dict[int, Candle]

log = structlog.get_logger(__name__)


class CandleSource(Protocol):
    """What is needed of a venue."""

    name: str
    title: str

    @property
    def source(self) -> str:
        """The origin of its market data; empty where it is the official one."""

    def time(self) -> datetime:
        """Now, by the venue's own clock."""

    async def market(self, symbol: str) -> Market:
        """The market; UnknownSymbol, VenueUnavailable."""

    async def klines(
        self, market: Market, timeframe: Timeframe, first: int, last: int, most: int
    ) -> Any:
        """Its candles that open from `first` to `last` (ms), the oldest `most` of them, raw."""


class CandleFeed:
    """Candles of all venues. Callers that want the same wait for the same question."""

    def __init__(self, venues: Mapping[str, CandleSource], rows: CandleRows, door: Door) -> None:
        self._venues = venues
        self._rows = rows
        self._door = door
        self._shelves: dict[Series, _Shelf] = {}
        self._asked: dict[tuple[Series, Span], asyncio.Task[list[Candle]]] = {}

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, count: int, end: int | None
    ) -> CandlesOut:
        """The last `count` that closed by `end` (ms; None: now), oldest first; BadCandles."""
        frame = timeframe_of(timeframe)
        venue = self._venues[exchange]
        market = await venue.market(symbol)
        now = _now(venue)
        series = Series(venue.source, venue.title, venue.name, market.symbol, frame)
        span = Span.ending(now if end is None else end, count, frame.ms)
        if span.end > now:
            raise not_closed(series, span)
        shelf = self._shelves.get(series)
        if shelf is None:
            shelf = self._shelves[series] = _Shelf(series, market, self._rows, self._door)
        found = await asyncio.shield(self._task(shelf, venue, span))
        return CandlesOut(exchange=exchange, symbol=market.symbol, timeframe=frame, candles=found)

    async def close(self) -> None:
        """End what is still being asked."""
        tasks = list(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _task(
        self, shelf: "_Shelf", venue: CandleSource, span: Span
    ) -> "asyncio.Task[list[Candle]]":
        """The work that gets `span`: a task of its own, which no caller's end cancels."""
        key = (shelf.series, span)
        if key not in self._asked:
            work = shelf.whole(venue, span)
            task = asyncio.get_running_loop().create_task(work, context=Context())
            task.add_done_callback(partial(self._done, key))
            self._asked[key] = task
        return self._asked[key]

    def _done(self, key: tuple[Series, Span], task: "asyncio.Task[list[Candle]]") -> None:
        del self._asked[key]
        if not task.cancelled():
            task.exception()  # whoever still waits has it


class _Shelf:
    """One series: what is kept, what is too young to be kept, and one question at a time."""

    def __init__(self, series: Series, market: Market, rows: CandleRows, door: Door) -> None:
        self.series = series
        self._market = market
        self._rows = rows
        self._door = door
        self._young: Found = {}
        self._asking = asyncio.Lock()

    async def whole(self, venue: CandleSource, span: Span) -> list[Candle]:
        """All of `span`, or BadCandles."""
        have = await self._have(span, _now(venue))
        if holes(span, have):
            async with self._asking:
                have = await self._have(span, _now(venue))
                if holes(span, have):
                    have = await self._completed(venue, span, have)
        return [have[at] for at in span.times()]

    async def _have(self, span: Span, now: int) -> Found:
        """What is known of `span` and of the candle before it."""
        wide = span.begun_before()
        kept = await self._door(self._rows.read, self.series, wide)
        self._young = {
            at: one for at, one in self._young.items() if now - at - span.step < SETTLED_MS
        }
        return kept | {at: one for at, one in self._young.items() if wide.first <= at <= wide.last}

    async def _completed(self, venue: CandleSource, span: Span, have: Found) -> Found:
        """`have`, and what the venue adds to it; kept, if it is whole."""
        try:
            found = await self._ask(venue, span, have)
        except _Contradiction:
            log.warning("the venue's past has changed; asked anew", series=self.series.name)
            await self._door(self._rows.forget, self.series)
            have, self._young = {}, {}
            found = await self._ask(venue, span, have)
        whole = have | found
        missing = holes(span, whole)
        if missing:
            oldest = await self._oldest(venue, span) if missing[0].first == span.first else None
            raise why_not_whole(self.series, span, missing, oldest, _now(venue))
        settled = _now(venue) - SETTLED_MS - span.step
        old = [one for at, one in found.items() if at <= settled]
        await self._door(self._rows.add, self.series, old)
        self._young |= {at: one for at, one in found.items() if at > settled}
        return whole

    async def _ask(self, venue: CandleSource, span: Span, have: Found) -> Found:
        """What the venue has in the holes; the candle before each must be as it was."""
        found: Found = {}
        for hole in holes(span, have):
            seam = have.get(hole.first - hole.step)
            asked = hole if seam is None else hole.begun_before()
            for page in asked.pages(MOST):
                found |= await self._page(venue, page, page.count)
            if seam is not None and found.pop(seam.openTime, None) != seam:
                raise _Contradiction
        return found

    async def _oldest(self, venue: CandleSource, span: Span) -> int | None:
        """When the venue's very first candle opened; None: it has none up to the end of `span`."""
        found = await self._page(venue, Span(0, span.last, span.step), 1)
        return min(found, default=None)

    async def _page(self, venue: CandleSource, page: Span, most: int) -> Found:
        if page.last < 0:
            return {}  # before 1970 there was no market
        frame = self.series.timeframe
        rows = await venue.klines(self._market, frame, max(page.first, 0), page.last, most)
        return {one.openTime: one for one in read_page(rows, page, self.series)}


class _Contradiction(Exception):
    """The venue says something else of a candle than it said before."""


def _now(venue: CandleSource) -> int:
    return int(venue.time().timestamp() * 1000)
