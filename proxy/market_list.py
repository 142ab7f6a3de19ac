"""The list of markets of one venue: loaded in the background, shared, never used stale.

Alone, because a caller that gives up must not end the load for all the others.

May import: errors, markets, venue.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

from proxy.errors import ProxyError, UnknownSymbol, VenueUnavailable
from proxy.markets import read_market
from proxy.venue import Market

STALE = timedelta(hours=1)
Loader = Callable[[], Awaitable[Mapping[str, Any]]]


class MarketList:
    """Symbols as people write them, "BTC/USDT" or "BTCUSDT", to the venue's rules."""

    def __init__(self, exchange: str, load: Loader, clock: Callable[[], datetime]) -> None:
        self._exchange = exchange
        self._load = load
        self._clock = clock
        self._known: dict[str, Market] = {}
        self._loaded: datetime | None = None
        self._loading: asyncio.Task[None] | None = None

    async def find(self, symbol: str) -> Market:
        """The market; UnknownSymbol where the venue has none, VenueUnavailable without a list."""
        if self._loaded is None:
            await self.reload()
        elif self._stale():
            with contextlib.suppress(ProxyError):
                await self.reload()
        if self._stale():
            raise VenueUnavailable(
                "markets_stale",
                f"The list of markets of {self._exchange} is over an hour old and is not used.",
                "It is loaded again by itself as soon as the exchange answers.",
            )
        market = self.known(symbol)
        if market is None:
            raise UnknownSymbol(
                "unknown_symbol",
                f"{self._exchange} has no spot market of that name.",
                "Write it like BTC/USDT.",
            )
        return market

    def known(self, symbol: str) -> Market | None:
        """The market, where the list has it and is not stale."""
        return None if self._stale() else self._known.get(symbol.strip().upper())

    async def reload(self) -> None:
        """Load the list, or join a load that is under way; the old one stays if it fails."""
        if self._loading is None or self._loading.done():
            self._loading = asyncio.get_running_loop().create_task(
                self._reload(), context=Context()
            )
        await asyncio.shield(self._loading)

    async def close(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)

    def _stale(self) -> bool:
        return self._loaded is None or self._clock() - self._loaded > STALE

    async def _reload(self) -> None:
        asked = self._clock()
        known: dict[str, Market] = {}
        for listed in (await self._load()).values():
            market = read_market(self._exchange, listed) if listed.get("spot") else None
            if market is not None:
                known[market.symbol] = known[market.venue_symbol] = market
        if not known:
            raise VenueUnavailable("no_markets", f"{self._exchange} lists no markets.")
        self._known, self._loaded = known, asked
