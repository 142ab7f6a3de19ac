"""What a book is worth in USD, now; and the day's first check, from which the daily loss counts.

The prices may be a few seconds old; what is older than a minute is refused by `risk.py`.

May import: errors, known, parts, records, risk, venue.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from proxy.errors import ProxyError
from proxy.known import DOLLARS
from proxy.parts import Parts
from proxy.records import Book, Books, DayStart, Held, mark_of
from proxy.risk import Valuation, day_pnl, is_fresh
from proxy.venue import Holdings, Venue

REUSE = timedelta(seconds=5)
QUOTE_ASSET = "USDT"


class Valuer:
    """Values books, and remembers the last value of each for when a venue is out of reach."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._last: dict[tuple[str, Book, str], Valuation] = {}

    async def value(
        self, user_id: str, book: Book, exchange: str, held: Sequence[Held]
    ) -> Valuation | None:
        """The newest valuation there is, with its time; None where there never was one.

        `held` is what our fills hold in that book: those prices are in it too.
        """
        key = (user_id, book, exchange)
        last = self._last.get(key)
        try:
            if last is not None and self._is_new(last):
                return await self._with_held(last, book, held)
            fresh = await self._with_held(await self._value(user_id, book, exchange), book, held)
        except ProxyError:
            return last
        self._last[key] = fresh
        return fresh

    def at_hand(
        self, user_id: str, book: Book, exchange: str, held: Sequence[Held]
    ) -> Valuation | None:
        """What `value` would give without asking anybody; None where it would ask."""
        last = self._last.get((user_id, book, exchange))
        if last is None or not self._is_new(last):
            return None
        whole = all(mark_of(one.exchange, one.symbol) in last.prices for one in held)
        return last if whole else None

    def _is_new(self, last: Valuation) -> bool:
        return timedelta(0) <= self._parts.clock() - last.at <= REUSE

    def fresh(self, valuation: Valuation) -> bool:
        """Whether it may be judged by, or begin a day."""
        return is_fresh(valuation.at, self._parts.clock())

    async def begin_day(self, user_id: str, book: Book, valuation: Valuation) -> DayStart:
        """The day's first check; later ones leave it as it is."""
        start = DayStart(valuation.value, valuation.prices)
        today = self._parts.clock().date()
        journal = self._parts.store.journal
        return await self._parts.door(journal.start_day, user_id, book, today, start)

    async def pnl(self, books: Books, book: Book) -> Decimal | None:
        """Today's profit or loss of our fills; None where it cannot be known now."""
        account = books.account
        valuation = await self.value(account.user_id, book, account.exchange, books.held)
        if valuation is None or not self.fresh(valuation):
            return None
        start = await self.begin_day(account.user_id, book, valuation)
        return day_pnl(replace(books, day_start=start), valuation.prices)

    async def _value(self, user_id: str, book: Book, exchange: str) -> Valuation:
        venue = self._parts.venue(exchange, book)
        at = self._parts.clock()
        symbols = self._parts.limits.symbols
        prices: dict[str, Decimal] = {}
        worth = dict.fromkeys(DOLLARS, Decimal(1))  # each asset once, however many its pairs
        balances, quotes = await asyncio.gather(
            venue.balances(user_id), asyncio.gather(*map(venue.quote, symbols))
        )
        for symbol, quote in zip(symbols, quotes, strict=True):
            prices[mark_of(exchange, symbol)] = quote.price
            worth.setdefault(symbol.partition("/")[0], quote.price)
            at = min(at, quote.at)
        total = sum((_total(balances, asset) * price for asset, price in worth.items()), Decimal(0))
        return Valuation(total, prices, at)

    async def _with_held(self, valuation: Valuation, book: Book, held: Sequence[Held]) -> Valuation:
        """Also the prices of what our fills hold elsewhere."""
        prices = dict(valuation.prices)
        for one in held:
            mark = mark_of(one.exchange, one.symbol)
            if mark in prices:
                continue
            quote = await self._parts.venue(one.exchange, book).quote(one.symbol)
            prices[mark] = quote.price
        return replace(valuation, prices=prices)


async def in_dollars(venue: Venue, asset: str) -> Decimal | None:
    """The price of one asset, or None where nobody names one."""
    if asset in DOLLARS:
        return Decimal(1)
    try:
        return (await venue.quote(f"{asset}/{QUOTE_ASSET}")).price
    except ProxyError:
        return None


def _total(balances: dict[str, Holdings], asset: str) -> Decimal:
    held = balances.get(asset)
    return Decimal(0) if held is None else held.free + held.locked
