"""Binance's words: the symbols with their filters, and every refusal with its code and status.

Alone because the books, the door and the faults all answer in these words, and a client judges an
answer by them to the letter.

May import: nothing of ours.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

BAD_REQUEST = 400
UNAUTHORIZED = 401
REJECTED = -2010


class ApiError(Exception):
    """A refusal in Binance's form."""

    def __init__(self, code: int, message: str, status: int = BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    @property
    def body(self) -> dict[str, Any]:
        return {"code": self.code, "msg": self.message}


def missing(name: str) -> ApiError:
    text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    return ApiError(-1102, text)


def illegal(name: str, legal: str) -> ApiError:
    words = f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
    return ApiError(-1100, words)


def filter_failure(name: str) -> ApiError:
    return ApiError(-1013, f"Filter failure: {name}")


def no_permission() -> ApiError:
    text = "Invalid API-key, IP, or permissions for action."
    return ApiError(-2015, text, UNAUTHORIZED)


def insufficient() -> ApiError:
    return ApiError(REJECTED, "Account has insufficient balance for requested action.")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One market's rules."""

    name: str
    base: str
    quote: str
    step: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal
    tick: Decimal = Decimal("0.01")
    max_price: Decimal = Decimal(1_000_000)
    max_notional: Decimal = Decimal(9_000_000)
    far_up: Decimal = Decimal(5)
    far_down: Decimal = Decimal("0.2")
    max_orders: int = 200

    def check_quantity(self, quantity: Decimal) -> None:
        if quantity % self.step or not self.step <= quantity <= self.max_qty:
            raise filter_failure("LOT_SIZE")

    def check_price(self, price: Decimal, market: Decimal) -> None:
        if price % self.tick or not self.tick <= price <= self.max_price:
            raise filter_failure("PRICE_FILTER")
        if not self.far_down * market <= price <= self.far_up * market:
            raise filter_failure("PERCENT_PRICE_BY_SIDE")

    def check_notional(self, notional: Decimal) -> None:
        if not self.min_notional <= notional <= self.max_notional:
            raise filter_failure("NOTIONAL")

    def check_market(self, quantity: Decimal, notional: Decimal) -> None:
        """What a market order must pass besides its quantity: no largest notional, but a lot."""
        if notional < self.min_notional:
            raise filter_failure("NOTIONAL")
        if quantity > self.max_market_qty:
            raise filter_failure("MARKET_LOT_SIZE")

    def whole_steps(self, quantity: Decimal) -> Decimal:
        return quantity // self.step * self.step

    def describe(self) -> dict[str, Any]:
        """This market as exchangeInfo shows it."""
        return {
            "symbol": self.name,
            "status": "TRADING",
            "baseAsset": self.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"],
            "icebergAllowed": False,
            "ocoAllowed": False,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": False,
            "cancelReplaceAllowed": False,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": self._filters(),
            "permissions": ["SPOT"],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
            "allowedSelfTradePreventionModes": ["EXPIRE_MAKER"],
        }

    def _filters(self) -> list[dict[str, Any]]:
        return [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": amount(self.tick),
                "maxPrice": amount(self.max_price),
                "tickSize": amount(self.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": amount(self.step),
                "maxQty": amount(self.max_qty),
                "stepSize": amount(self.step),
            },
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": "0.00000000",
                "maxQty": amount(self.max_market_qty),
                "stepSize": "0.00000000",
            },
            {
                "filterType": "PERCENT_PRICE_BY_SIDE",
                "bidMultiplierUp": str(self.far_up),
                "bidMultiplierDown": str(self.far_down),
                "askMultiplierUp": str(self.far_up),
                "askMultiplierDown": str(self.far_down),
                "avgPriceMins": 5,
            },
            {
                "filterType": "NOTIONAL",
                "minNotional": amount(self.min_notional),
                "applyMinToMarket": True,
                "maxNotional": amount(self.max_notional),
                "applyMaxToMarket": False,
                "avgPriceMins": 5,
            },
            {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": self.max_orders},
        ]


def amount(value: Decimal) -> str:
    """A number as Binance writes it: plain, eight places."""
    return f"{value:.8f}"


SYMBOLS = {
    "BTCUSDT": Symbol(
        "BTCUSDT",
        "BTC",
        "USDT",
        Decimal("0.00001"),
        Decimal(9000),
        Decimal(100),
        Decimal(1),
    ),
    "ETHUSDT": Symbol(
        "ETHUSDT",
        "ETH",
        "USDT",
        Decimal("0.0001"),
        Decimal(9000),
        Decimal(1000),
        Decimal(10),
    ),
}


def symbol_named(name: str) -> Symbol:
    if name not in SYMBOLS:
        raise ApiError(-1121, "Invalid symbol.")
    return SYMBOLS[name]
