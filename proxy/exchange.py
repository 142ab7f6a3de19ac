"""The real venues: an order is sent here, once, and judged by `outcome`; the rest are questions.

`CcxtVenue` is a Venue (venue.py) and a CandleSource (candles.py). It holds no secret: `keys` is a
way to open one for the moment of signing. One instance per venue serves all users, so that its
budget counts for all.

May import: budget, ccxt_line, ccxt_wire, errors, history, key_rights, lookup, market_list, outcome,
outcome_binance, questions, venue, wire.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from proxy.budget import Purpose, asking, purpose
from proxy.ccxt_line import Answered, Call, Clock, Line, Opener, calling
from proxy.ccxt_wire import RECV_WINDOW_MS, CcxtError
from proxy.errors import ProxyError, VenueUnavailable
from proxy.history import traded_at
from proxy.key_rights import balances_of, rights_of
from proxy.lookup import look_up, named, witness
from proxy.market_list import MarketList
from proxy.outcome import Answer, decimal, error_of, judge_send, refusal
from proxy.outcome_binance import STALE
from proxy.questions import Questions
from proxy.venue import (
    Anchor,
    Clocks,
    Gate,
    Holdings,
    Market,
    Mine,
    Placement,
    Quote,
    Report,
    Traded,
    Verdict,
)
from proxy.wire import Permissions, Side, Timeframe

Keys = Callable[[str, str], Awaitable[Opener]]
"""(user id, venue) → a way to open that key; NoKey where there is none."""

TITLES = {"binanceus": "Binance.US", "binance": "Binance"}
FRESH = timedelta(seconds=2)
TOO_OLD = timedelta(seconds=10)
PAGES_AT_ONCE = 4
"""Pages of history on the wire: they must not take the connections from those in a hurry."""
PROBE_SYMBOL = "BTC/USDT"
UNREADABLE = (CcxtError, KeyError, TypeError, ValueError, AttributeError, IndexError)


class CcxtVenue:
    """A venue that speaks Binance's spot REST."""

    deadline = RECV_WINDOW_MS / 1000

    def __init__(
        self, name: str, line: Line, keys: Keys, clock: Clock, fresh: timedelta = FRESH
    ) -> None:
        self.name = name
        self.title = TITLES[name]
        self.sandbox = line.sandbox
        self._line = line
        self._keys = keys
        self._clock = clock
        self._fresh = fresh
        self._questions = Questions(name, self.title, line, clock)
        self._ccxt = self._questions.ccxt
        self._markets = MarketList(name, self._load_markets, clock)
        self._quotes: dict[str, Quote] = {}
        self._pricing: dict[tuple[str, Purpose], asyncio.Task[Quote]] = {}
        self._paging = asyncio.Semaphore(PAGES_AT_ONCE)

    async def refresh(self) -> None:
        """Measure the clock and load the markets anew; VenueUnavailable where that fails."""
        await self._questions.measure_clock()
        await self._markets.reload()

    async def clocks(self) -> Clocks:
        return Clocks(self._clock(), await self._questions.measure_clock())

    async def close(self) -> None:
        await self._markets.close()
        await self._line.close()

    async def market(self, symbol: str) -> Market:
        return await self._markets.find(symbol)

    async def quote(self, symbol: str) -> Quote:
        market = await self.market(symbol)
        known = self._quoted(market)
        return await asyncio.shield(self._price(market)) if known is None else known

    def at_hand(self, symbol: str) -> tuple[Market, Quote] | None:
        market = self._markets.known(symbol)
        quote = None if market is None else self._quoted(market)
        return None if market is None or quote is None else (market, quote)

    def _quoted(self, market: Market) -> Quote | None:
        """The newest price, while it is fresh."""
        known = self._quotes.get(market.symbol)
        if known is None or not timedelta(0) <= self._clock() - known.at < self._fresh:
            return None
        return known

    def _price(self, market: Market) -> asyncio.Task[Quote]:
        """The price that is being asked for; once, for all who want it then for one purpose."""
        which = market.symbol, purpose()
        asking_now = self._pricing.get(which)
        if asking_now is None:
            asking_now = self._pricing[which] = asyncio.create_task(self._ask_price(market))
            asking_now.add_done_callback(lambda _: self._pricing.pop(which))
        return asking_now

    async def _ask_price(self, market: Market) -> Quote:
        asked = self._clock()
        params = {"symbol": market.venue_symbol}
        body = await self._questions.public(self._ccxt.publicGetTickerPrice, params)
        price = decimal(body.get("price")) if isinstance(body, dict) else None
        if not price or self._clock() - asked > TOO_OLD:
            raise VenueUnavailable(
                "no_price", f"{self.title} gives no fresh price for {market.symbol}."
            )
        self._quotes[market.symbol] = Quote(price, asked)
        return self._quotes[market.symbol]

    @property
    def source(self) -> str:
        return self._line.origin

    def time(self) -> datetime:
        return self._questions.venue_time()

    async def klines(
        self, market: Market, timeframe: Timeframe, first: int, last: int, most: int
    ) -> Any:
        params = {
            "symbol": market.venue_symbol,
            "interval": timeframe.value,
            "startTime": first,
            "endTime": last,
            "limit": most,
        }
        method = self._ccxt.publicGetKlines
        if last + 2 * timeframe.ms > self.time().timestamp() * 1000:
            return await self._questions.public(method, params)  # the newest: decisions wait for it
        async with self._paging:
            with asking(Purpose.HISTORY):
                return await self._questions.public(method, params)

    async def balances(self, user_id: str) -> dict[str, Holdings]:
        return await balances_of(self._questions, await self._keys(user_id, self.name))

    async def traded(
        self, user_id: str, market: Market, after: Anchor, since: datetime, mine: Mine
    ) -> list[Traded]:
        key = await self._keys(user_id, self.name)
        return await traded_at(self._questions, key, market, after, mine)

    async def permissions(self, user_id: str) -> Permissions:
        return await self.inspect(await self._keys(user_id, self.name))

    async def inspect(self, key: Opener) -> Permissions:
        """What a key may do, before it is stored; KeyRefused, VenueUnavailable."""
        return await rights_of(self._questions, key, await self.market(PROBE_SYMBOL))

    def prepare(self) -> None:
        self._line.open_ahead()

    async def send(self, order: Placement, gate: Gate) -> Report:
        call = Call(gate=self._last_check(gate))
        try:
            self._line.check_free(self.title)
            call.open = await self._keys(order.user_id, self.name)
            with calling(call), asking(Purpose.ACT):
                await self._place(order)
        except Answered as answered:
            return await self._judged(answered.answer, order)
        except ProxyError as error:
            return self._broken_off(call, error)
        except Exception as error:  # noqa: BLE001  whatever ccxt raises, the order is accounted for
            why = f"The order could not be built ({type(error).__name__})."
            return self._broken_off(call, ProxyError("not_built", why))
        return self._broken_off(call, ProxyError("not_built", "The order was not sent."))

    async def ask(self, order: Placement, since: datetime, known: Collection[str] = ()) -> Report:
        try:
            key = await self._keys(order.user_id, self.name)
        except ProxyError as error:
            unasked = Report(Verdict.UNKNOWN, error.code, error.message, error.hint)
            return replace(unasked, answered=False)
        with asking(Purpose.ASK):
            report = await look_up(self._questions, key, order)
            if report.verdict is not Verdict.NOT_FOUND:
                return report
            return await witness(self._questions, key, order, since, known) or report

    async def cancel(self, order: Placement) -> Report:
        try:
            key = await self._keys(order.user_id, self.name)
        except ProxyError as error:
            return Report(Verdict.UNKNOWN, error.code, error.message, error.hint)
        with asking(Purpose.ACT):
            await self._questions.tried(key, self._ccxt.privateDeleteOrder, named(order))
            return await look_up(self._questions, key, order)

    async def _place(self, order: Placement) -> None:
        """Let ccxt build, sign and send it. Buys by cost, sells by size; the id is always ours."""
        symbol, params = order.market.symbol, {"newClientOrderId": order.client_id}
        if order.side is Side.BUY and order.cost is not None and order.units is None:
            cost = format(order.cost, "f")
            await self._ccxt.create_market_buy_order_with_cost(symbol, cost, params)
        elif order.side is Side.SELL and order.units is not None and order.cost is None:
            units = format(order.units, "f")
            await self._ccxt.create_order(symbol, "market", "sell", units, None, params)

    def _last_check(self, gate: Gate) -> Gate:
        def check() -> None:
            self._line.check_free(self.title)
            gate()

        return check

    async def _judged(self, answer: Answer, order: Placement) -> Report:
        if error_of(answer)[0] == STALE:
            await self._questions.measure_quietly()
        return judge_send(answer, order.client_id, self._questions.about())

    def _broken_off(self, call: Call, error: ProxyError) -> Report:
        """No answer, because something broke: before the gate had let it through, or after."""
        if call.passed:
            return Report(Verdict.UNKNOWN, "unknown", f"{self.title} has not answered.")
        return Report(Verdict.NOT_SENT, error.code, error.message, error.hint)

    async def _load_markets(self) -> Mapping[str, Any]:
        self._line.check_free(self.title)
        try:
            return dict(await self._ccxt.load_markets(True))
        except Answered as answered:
            raise refusal(answered.answer, self._questions.about()) from None
        except UNREADABLE as error:
            why = f"{self.title}'s list of markets cannot be read ({type(error).__name__})."
            raise VenueUnavailable("no_markets", why, "It is tried again by itself.") from None
