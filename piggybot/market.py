"""Market data for all who decide or look: candles, prices and rules, shared between them.

However many runs want a series, the proxy is asked once; what memory holds is not asked again.
Nothing is ever given out that is not whole: it is the proxy's error instead, with its name.

May import: core, errors, ports, sharing, wire.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from piggybot.core.market import Candles
from piggybot.errors import BrokerDown, BrokerRefused
from piggybot.ports import Broker, Clock, Sleep
from piggybot.sharing import Shared
from proxy.wire import MarketOut, PriceOut, Problem, Timeframe

Progress = Callable[[int, int], Awaitable[None]]
"""Told (done, of) while candles are paged back."""

PAGE = 1000
FRESH = timedelta(seconds=2)
RULES = timedelta(minutes=5)
MOST_ANSWERS = 1000
LONGEST = 100_000
MOST_KEPT = 500_000
"""Candles in memory, of 48 bytes each."""
LATE = frozenset({"stale_candles", "not_closed_yet"})
PAUSES = (1.0, 3.0)
"""Seconds: a venue may need a moment to show the candle that closed just now."""
PATIENCE = timedelta(seconds=15)
DAY_MS = 24 * 3600 * 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Series:
    """Whose candles."""

    exchange: str
    symbol: str
    timeframe: Timeframe


@dataclass(frozen=True, slots=True)
class Wanted:
    """The candles of a series that open from `first` to `last` (ms), both included."""

    series: Series
    first: int
    last: int

    @property
    def step(self) -> int:
        return self.series.timeframe.ms

    @property
    def end(self) -> int:
        return self.last + self.step

    @property
    def count(self) -> int:
        return (self.end - self.first) // self.step


class MarketData:
    """Candles, prices, rules."""

    def __init__(
        self, broker: Broker, clock: Clock, sleep: Sleep, fresh: timedelta = FRESH
    ) -> None:
        self._broker = broker
        self._clock = clock
        self._sleep = sleep
        self._shelf = Shelf()
        self._locks: dict[Series, asyncio.Lock] = {}
        self._candles: Shared[Wanted, Candles] = Shared(clock, fresh, MOST_ANSWERS)
        self._prices: Shared[tuple[str, str], PriceOut] = Shared(clock, fresh, MOST_ANSWERS)
        self._rules: Shared[tuple[str, str], MarketOut] = Shared(clock, RULES, MOST_ANSWERS)

    async def candles(  # noqa: PLR0913, PLR0917
        self,
        exchange: str,
        symbol: str,
        timeframe: Timeframe,
        count: int,
        end: datetime | None = None,
        progress: Progress | None = None,
    ) -> Candles:
        """The last `count` that closed by `end` (None: now). BrokerRefused, BrokerDown."""
        assert count > 0, "no candles were asked for"
        moment = int((end or self._clock()).timestamp() * 1000)
        last = moment // timeframe.ms * timeframe.ms - timeframe.ms
        series = Series(exchange, symbol, timeframe)
        wanted = Wanted(series, last - (count - 1) * timeframe.ms, last)
        kept = self._shelf.cut(wanted)
        if kept is not None:
            return kept
        if progress is not None:
            return await self._get(wanted, progress)
        return await self._candles.get(wanted, partial(self._get, wanted, _quiet))

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        """The price, at most 2 s old when it was asked for last."""
        key = (exchange, symbol)
        return await self._prices.get(key, partial(self._broker.price, *key))

    async def rules(self, exchange: str, symbol: str) -> MarketOut:
        """Minimum, step and tick of a market."""
        key = (exchange, symbol)
        return await self._rules.get(key, partial(self._broker.market, *key))

    async def close(self) -> None:
        for shared in (self._candles, self._prices, self._rules):
            await shared.close()

    async def _get(self, wanted: Wanted, progress: Progress) -> Candles:
        tally = Tally(progress, wanted.count)
        async with self._locks.setdefault(wanted.series, asyncio.Lock()):
            kept = self._shelf.find(wanted.series)
            try:
                grown = None if kept is None else await self._grown(kept, wanted, tally)
                if grown is None:
                    grown = await self._fetch(wanted, tally)
            except BrokerRefused as refused:
                raise _in_whole(refused, wanted) from None
            self._shelf.keep(wanted.series, grown)
        first = (wanted.first - int(grown.opened[0])) // wanted.step
        return grown.part(first, first + wanted.count)

    async def _grown(self, kept: Candles, wanted: Wanted, tally: "Tally") -> Candles | None:
        """What is kept, with what it lacks; None where nothing of it is of use."""
        first, last = int(kept.opened[0]), int(kept.opened[-1])
        if wanted.first > last or wanted.last < first:
            return None
        tally.left = max(0, wanted.last - last) // wanted.step
        tally.left += max(0, first - wanted.first) // wanted.step
        parts = [kept]
        if wanted.last > last:
            # With the last one that is kept: a past that has changed is not sewn to the new.
            newer = await self._fetch(Wanted(wanted.series, last, wanted.last), tally)
            if not newer.same_at(0, kept, -1):
                return None
            parts.append(newer.part(1, len(newer)))
        if wanted.first < first:
            older = Wanted(wanted.series, wanted.first, first - wanted.step)
            parts.insert(0, await self._fetch(older, tally))
        return Candles.joined(parts) if len(parts) > 1 else kept

    async def _fetch(self, wanted: Wanted, tally: "Tally") -> Candles:
        """Pages from the newest back to the oldest, so that the last gap is met first."""
        pages: list[Candles] = []
        left = wanted.count
        while left:
            count = min(PAGE, left)
            pages.insert(0, await self._page(wanted, wanted.first + left * wanted.step, count))
            left -= count
            await tally.came(count)
        return Candles.joined(pages)

    async def _page(self, wanted: Wanted, end: int, count: int) -> Candles:
        for pause in PAUSES:
            try:
                return await self._asked(wanted.series, end, count)
            except BrokerRefused as refused:
                if refused.problem.code not in LATE or not self._just_closed(end):
                    raise
            await self._sleep(pause)
        return await self._asked(wanted.series, end, count)

    async def _asked(self, series: Series, end: int, count: int) -> Candles:
        exchange, symbol, timeframe = series.exchange, series.symbol, series.timeframe
        answer = await self._broker.candles(exchange, symbol, timeframe, count, end)
        times = [one.openTime for one in answer.candles]
        if times != list(range(end - count * timeframe.ms, end, timeframe.ms)):
            message = f"Other {symbol} {timeframe} candles came than were asked for."
            raise BrokerDown(message, "Do both run the same version?", sent=True)
        return Candles.read(answer.symbol, timeframe, answer.candles)

    def _just_closed(self, end: int) -> bool:
        return self._clock() - EPOCH - timedelta(milliseconds=end) < PATIENCE


class Shelf:
    """Series in memory, each as one piece; those that were used longest ago go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Series, Candles] = OrderedDict()

    def find(self, series: Series) -> Candles | None:
        return self._kept.get(series)

    def cut(self, wanted: Wanted) -> Candles | None:
        """All that is wanted, where all of it is there."""
        kept = self._kept.get(wanted.series)
        if kept is None or wanted.first < kept.opened[0] or wanted.last > kept.opened[-1]:
            return None
        self._kept.move_to_end(wanted.series)
        first = (wanted.first - int(kept.opened[0])) // wanted.step
        return kept.part(first, first + wanted.count)

    def keep(self, series: Series, candles: Candles) -> None:
        """Keep the newest of them, unless newer ones are kept already."""
        known = self._kept.get(series)
        if len(candles) > LONGEST:
            # A copy: a view would keep the whole alive.
            candles = Candles.joined([candles.part(len(candles) - LONGEST, len(candles))])
        if known is None or candles.opened[-1] >= known.opened[-1]:
            self._kept[series] = candles
        self._kept.move_to_end(series)
        while sum(len(one) for one in self._kept.values()) > MOST_KEPT:
            self._kept.popitem(last=False)


class Tally:
    """How far a long question has come."""

    def __init__(self, progress: Progress, of: int) -> None:
        self._progress = progress
        self._of = of
        self.left = of

    async def came(self, count: int) -> None:
        self.left = max(0, self.left - count)
        await self._progress(self._of - self.left, self._of)


async def _quiet(_done: int, _of: int) -> None:
    """Nobody watches."""


def _in_whole(refused: BrokerRefused, wanted: Wanted) -> BrokerRefused:
    """The refusal of one page, with what there is of all that was wanted."""
    if refused.whole_since is None:
        return refused
    there = (wanted.end - refused.whole_since) // wanted.step
    days = there * wanted.step // DAY_MS
    long = f" ({days} day{'s' if days > 1 else ''})" if days else ""
    hint = (
        f"From then on {there:,} of {wanted.count:,} are whole{long}: ask for at most so many, or "
        "choose a shorter timeframe."
    )
    problem = Problem(code=refused.problem.code, message=refused.message, hint=hint)
    return BrokerRefused(problem, refused.http_status, None, refused.whole_since)
