"""The reading half of Binance's REST: time, rules, prices, and what a key holds and may do.

May import: nothing of ours.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from piggybot.sandbox.books import Account
from piggybot.sandbox.market import INTERVALS, Candle, Market
from piggybot.sandbox.requests import Request, Route, Signed
from piggybot.sandbox.rules import SYMBOLS, ApiError, Symbol, amount, illegal, symbol_named

MOST_CANDLES = 1000
DEFAULT_CANDLES = 500
DEPTH_ROWS = 5
DEPTH_SIZE = Decimal(2)

Milliseconds = Callable[[], int]


class Reading:
    """Each method is one route: request in, JSON out."""

    def __init__(self, market: Market, now: Milliseconds) -> None:
        self._market = market
        self._now = now

    def routes(self) -> dict[Route, Callable[[Request], Any]]:
        """What anybody may ask."""
        return {
            ("GET", "/api/v3/ping"): self.ping,
            ("GET", "/api/v3/time"): self.time,
            ("GET", "/api/v3/exchangeInfo"): self.exchange_info,
            ("GET", "/api/v3/klines"): self.klines,
            ("GET", "/api/v3/ticker/price"): self.price,
            ("GET", "/api/v3/ticker/24hr"): self.day,
            ("GET", "/api/v3/ticker/bookTicker"): self.book_ticker,
            ("GET", "/api/v3/avgPrice"): self.average,
            ("GET", "/api/v3/depth"): self.depth,
        }

    def signed_routes(self) -> dict[Route, Signed]:
        """What a key may ask about itself."""
        return {
            ("GET", "/api/v3/account"): self.account,
            ("GET", "/sapi/v1/account/apiRestrictions"): self.restrictions,
        }

    def ping(self, _: Request) -> dict[str, Any]:
        return {}

    def time(self, _: Request) -> dict[str, Any]:
        return {"serverTime": self._now()}

    def exchange_info(self, request: Request) -> dict[str, Any]:
        limits = [("REQUEST_WEIGHT", "MINUTE", 1, 6000), ("ORDERS", "SECOND", 10, 100)]
        names = ("rateLimitType", "interval", "intervalNum", "limit")
        return {
            "timezone": "UTC",
            "serverTime": self._now(),
            "rateLimits": [dict(zip(names, limit, strict=True)) for limit in limits],
            "exchangeFilters": [],
            "symbols": [symbol.describe() for symbol in _asked(request)],
        }

    def klines(self, request: Request) -> list[list[Any]]:
        symbol, interval = symbol_named(request.need("symbol")), request.need("interval")
        if interval not in INTERVALS:
            raise ApiError(-1120, "Invalid interval.")
        limit = min(request.whole("limit", DEFAULT_CANDLES), MOST_CANDLES)
        now, start = self._now(), request.whole("startTime", 0)
        end = request.whole("endTime", now)
        if "startTime" in request.params:
            length = INTERVALS[interval]
            first = -(-start // length) * length
            candles = self._market.candles(symbol.name, interval, first, limit)
            return [_kline(candle) for candle in candles if candle.opened <= end]
        return [_kline(c) for c in self._market.newest(symbol.name, interval, end, limit)]

    def price(self, request: Request) -> Any:
        return _one_or_all(request, self._price)

    def book_ticker(self, request: Request) -> Any:
        return _one_or_all(request, self._book_ticker)

    def day(self, request: Request) -> Any:
        return _one_or_all(request, self._day)

    def average(self, request: Request) -> dict[str, Any]:
        symbol = symbol_named(request.need("symbol"))
        price = amount(self._market.price(symbol.name))
        return {"mins": 5, "price": price, "closeTime": self._now()}

    def depth(self, request: Request) -> dict[str, Any]:
        symbol = symbol_named(request.need("symbol"))
        ask, bid = self._market.price(symbol.name), self._market.bid(symbol.name)
        steps, size = [symbol.tick * n for n in range(DEPTH_ROWS)], amount(DEPTH_SIZE)
        return {
            "lastUpdateId": self._now(),
            "bids": [[amount(bid - step), size] for step in steps],
            "asks": [[amount(ask + step), size] for step in steps],
        }

    def account(self, account: Account, request: Request) -> dict[str, Any]:
        balances = [
            {"asset": asset, "free": amount(held.free), "locked": amount(held.locked)}
            for asset, held in sorted(account.balances.items())
            if held.free or held.locked or request.params.get("omitZeroBalances") != "true"
        ]
        rate = "0.00100000"
        return {
            "makerCommission": 10,
            "takerCommission": 10,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {"maker": rate, "taker": rate, "buyer": "0", "seller": "0"},
            "canTrade": True,
            "canWithdraw": True,
            "canDeposit": True,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": self._now(),
            "accountType": "SPOT",
            "balances": balances,
            "permissions": ["SPOT"],
            "uid": 354937868,
        }

    def restrictions(self, account: Account, _: Request) -> dict[str, Any]:
        """What this key may do; `account` above speaks of the account and not of the key."""
        return {
            "ipRestrict": account.ip_restricted,
            "createTime": self._now(),
            "enableReading": True,
            "enableSpotAndMarginTrading": account.can_trade,
            "enableWithdrawals": account.can_withdraw,
            "enableInternalTransfer": False,
            "enableMargin": False,
            "enableFutures": False,
            "permitsUniversalTransfer": False,
            "enableVanillaOptions": False,
            "enableFixApiTrade": False,
            "enableFixReadOnly": True,
            "enablePortfolioMarginTrading": False,
        }

    def _price(self, symbol: Symbol) -> dict[str, Any]:
        return {"symbol": symbol.name, "price": amount(self._market.price(symbol.name))}

    def _book_ticker(self, symbol: Symbol) -> dict[str, Any]:
        return {
            "symbol": symbol.name,
            "bidPrice": amount(self._market.bid(symbol.name)),
            "bidQty": amount(DEPTH_SIZE),
            "askPrice": amount(self._market.price(symbol.name)),
            "askQty": amount(DEPTH_SIZE),
        }

    def _day(self, symbol: Symbol) -> dict[str, Any]:
        day = self._market.day(symbol.name)
        book = self._book_ticker(symbol)
        change = day.close - day.open
        return book | {
            "priceChange": amount(change),
            "priceChangePercent": f"{change / day.open * 100:.3f}",
            "weightedAvgPrice": amount((day.high + day.low + day.close) / 3),
            "prevClosePrice": amount(day.open),
            "lastPrice": amount(day.close),
            "lastQty": "0.00100000",
            "openPrice": amount(day.open),
            "highPrice": amount(day.high),
            "lowPrice": amount(day.low),
            "volume": amount(day.volume),
            "quoteVolume": amount(day.volume * day.close),
            "openTime": day.opened,
            "closeTime": self._now(),
            "firstId": 1,
            "lastId": 1,
            "count": 1,
        }


def _asked(request: Request) -> list[Symbol]:
    """The symbols of `symbol` or `symbols`, or all."""
    if "symbol" in request.params:
        return [symbol_named(request.params["symbol"])]
    if "symbols" not in request.params:
        return list(SYMBOLS.values())
    try:
        names = json.loads(request.params["symbols"])
    except ValueError:
        raise illegal("symbols", '["A","B"]') from None
    return [symbol_named(str(name)) for name in names]


def _one_or_all(request: Request, show: Callable[[Symbol], dict[str, Any]]) -> Any:
    rows = [show(symbol) for symbol in _asked(request)]
    return rows[0] if "symbol" in request.params else rows


def _kline(candle: Candle) -> list[Any]:
    value = amount(candle.volume * candle.close)
    half, half_value = amount(candle.volume / 2), amount(candle.volume * candle.close / 2)
    return [
        candle.opened,
        amount(candle.open),
        amount(candle.high),
        amount(candle.low),
        amount(candle.close),
        amount(candle.volume),
        candle.opened + candle.length - 1,
        value,
        100,
        half,
        half_value,
        "0",
    ]
