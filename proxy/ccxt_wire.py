"""ccxt, tamed: it builds and signs, with a secret that is opened for that moment, and no more.

ccxt knows the markets and the venues' dialects. It never sends (`ccxt_line` does), never retries,
and never judges the answer to a signed request: every such answer leaves as `Answered`.

May import: ccxt_line, errors, outcome.
"""

from typing import Any

import ccxt.async_support as ccxt

from proxy.ccxt_line import Answered, Clock, Line, current
from proxy.errors import KeyRefused
from proxy.outcome import OK

RECV_WINDOW_MS = 5000
OPTIONS = {
    "fetchMarkets": {"types": ["spot"]},
    "fetchMargins": False,
    "fetchCurrencies": False,
    "recvWindow": RECV_WINDOW_MS,
    "adjustForTimeDifference": False,
    "timeDifference": 0,
    "defaultType": "spot",
}

CcxtError = ccxt.BaseError


def connect(name: str, title: str, line: Line, clock: Clock) -> Any:
    """A ccxt exchange without secrets that sends over `line` only. One per venue, for all users."""
    kinds: dict[str, Any] = {"binanceus": WiredBinanceUs, "binance": WiredBinance}
    exchange = kinds[name](
        {"enableRateLimit": True, "options": OPTIONS, "aiohttp_trust_env": False}
    )
    exchange.title = title
    exchange.line = line
    exchange.wall_clock = clock
    exchange.enableLastHttpResponse = False
    exchange.enableLastJsonResponse = False
    exchange.enableLastResponseHeaders = False
    exchange.verbose = False
    check_never_repeats(exchange)
    return exchange


def check_never_repeats(exchange: Any) -> None:
    """Refuse an exchange that would send again by itself, or keep what it has sent."""
    if _has_key(exchange.options, "maxRetriesOnFailure") or exchange.fetchHistoryCacheSize:
        raise RuntimeError("ccxt is set to repeat or keep requests; orders could be sent twice.")


def _has_key(options: Any, name: str) -> bool:
    if not isinstance(options, dict):
        return False
    return bool(options.get(name)) or any(_has_key(value, name) for value in options.values())


class _Wired:
    """What both venues change in ccxt. Stands before ccxt's class, so `super()` is ccxt."""

    title: str
    line: Line
    wall_clock: Clock
    apiKey: str | None
    secret: str | None

    def milliseconds(self) -> int:
        return int(self.wall_clock().timestamp() * 1000)

    def set_last_request(self, request: object) -> None:
        """Keep nothing: a request carries the key."""

    def calculate_rate_limiter_cost(self, _api: Any, method: str, path: str, *_: Any) -> int:
        """What a request counts, by the venue's own list and not by ccxt's."""
        return self.line.budget.weight(method, path)

    async def throttle(self, cost: int) -> None:
        """Before anything is signed: wait for room in the budget, in the place of ccxt's queue."""
        await self.line.budget.spend(cost, self.title)
        self.line.check_free(self.title)

    def sign(self, *args: Any, **kwargs: Any) -> Any:
        """Sign with the secret of the call, which is on the instance only meanwhile."""
        call = current()
        if call is None or call.open is None:
            return super().sign(*args, **kwargs)  # type: ignore[misc]
        self.apiKey, self.secret = call.open()
        try:
            return super().sign(*args, **kwargs)  # type: ignore[misc]
        except (ValueError, TypeError, IndexError):
            raise KeyRefused(
                "invalid_signature",
                "The secret cannot be used to sign: it is not whole, or of a wrong kind.",
                "Copy the secret again, whole; a PEM secret has several lines.",
            ) from None
        finally:
            self.apiKey = self.secret = ""

    async def fetch(
        self,
        url: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
    ) -> Any:
        """Send over the line. Only the list of markets is read by ccxt."""
        answer = await self.line.exchange(method, url, headers, body)
        if current() is not None:
            raise Answered(answer)
        parsed = answer.json() if answer.failure is None else None
        if answer.status != OK or not isinstance(parsed, dict):
            raise Answered(answer)
        return self.parse_json(answer.body.decode())  # type: ignore[attr-defined]


class WiredBinanceUs(_Wired, ccxt.binanceus):  # type: ignore[misc]
    """Binance.US."""


class WiredBinance(_Wired, ccxt.binance):  # type: ignore[misc]
    """Binance.com."""
