"""The proxy as the bot calls it: the Broker, over HTTP. One request a method, never re-sent here.

May import: connections, errors, wire.
"""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from piggybot.connections import Answer, Connections, apart
from piggybot.errors import BrokerDown, BrokerRefused
from proxy.wire import (
    AccountOut,
    AccountsOut,
    AdoptIn,
    AdoptOut,
    BalanceOut,
    BooksOut,
    CandlesOut,
    CheckOut,
    CredentialsIn,
    CredentialsOut,
    CredentialsRefused,
    ErrorOut,
    FlattenIn,
    FlattenOut,
    ForgetIn,
    ForgetOut,
    HealthOut,
    LimitsIn,
    MarketOut,
    Mode,
    ModeIn,
    OrderOut,
    PendingOut,
    PriceOut,
    Problem,
    RegisterIn,
    SellableOut,
    StopIn,
    StopOut,
    TradeIn,
    TradeOut,
    VenueOut,
    VoidIn,
)

Model = TypeVar("Model", bound=BaseModel)
Query = Mapping[str, str]
UNCONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Raised before the first byte of a request only: certain that nothing was sent."""
FAILURES = (aiohttp.ClientError, OSError)
STOP_PATIENCE = 3.0
"""Seconds: a person who stops must hear soon how far the stop has come; it is tried again."""
OK, ACCEPTED, REFUSED = 200, 202, 400
MOST_AT_ONCE, MOST_STOPS = 40, 8
"""Together fewer than the proxy takes (64), so that questions which hang never shut out a stop."""
SERVER_ERROR = 500
UNREACHED = "The trading service cannot be reached."
BUSY = "The trading service is still busy with earlier questions."
SILENT = "The trading service gave no answer."
IS_IT_RUNNING = (
    "Start it on its host (piggybot up), then try again. BACKEND_API_URL in .env says where I look."
)
WAIT = "Wait a little, then try again. /stop has a way of its own and still works."
SAME_VERSION = "Do both run the same version?"
OUR_TOKEN = Problem(
    code="invalid_token",
    message="The trading service refused the bot's own token (this is not your exchange key).",
    hint="Both must read the same PROXY_TOKEN or PROXY_TOKEN_FILE; then start both again.",
)


class Way:
    """A way to the proxy that so many requests may take at once; what a failure there proves."""

    def __init__(self, most: int, headers: Mapping[str, str], patience: float) -> None:
        self._connections = Connections(most, headers)
        self._free = asyncio.Semaphore(most)
        self._patience = patience
        # For the connection, and for each silence; twice that for all.
        self._timeout = aiohttp.ClientTimeout(
            total=2 * patience, connect=patience, sock_read=patience
        )

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], params: Query, body: str | None
    ) -> Answer:
        await self._turn()
        try:
            return await self._connections.ask(
                method, url, self._timeout, headers=headers, params=params, data=body
            )
        except UNCONNECTED as error:
            raise BrokerDown(UNREACHED, IS_IT_RUNNING, sent=False) from error
        except FAILURES:
            pass  # and forgotten: it may hold the request, and so the token
        finally:
            self._free.release()
        raise BrokerDown(SILENT, IS_IT_RUNNING, sent=True)

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise BrokerDown(BUSY, WAIT, sent=False) from error

    async def close(self) -> None:
        await self._connections.close()


class ProxyClient:
    """A Broker. `url` may carry user:password, then HTTP Basic is used instead of the token."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._origin, named = apart(url.rstrip("/"))
        headers = named or {"Authorization": f"Bearer {token}"}
        self._usual = Way(MOST_AT_ONCE, headers, timeout)
        self._stops = Way(MOST_STOPS, headers, STOP_PATIENCE)

    async def close(self) -> None:
        await self._usual.close()
        await self._stops.close()

    async def health(self) -> HealthOut:
        return await self._ask("GET", "/api/health", HealthOut)

    async def register(self, request: RegisterIn) -> AccountOut:
        return await self._ask("POST", "/api/account", AccountOut, request)

    async def everyone(self) -> AccountsOut:
        return await self._ask("GET", "/api/accounts", AccountsOut)

    async def account(self, user_id: str) -> AccountOut:
        return await self._ask("GET", f"/api/account/{user_id}", AccountOut)

    async def credentials(self, request: CredentialsIn) -> CredentialsOut:
        return await self._ask("POST", "/api/credentials", CredentialsOut, request)

    async def forget(self, request: ForgetIn) -> ForgetOut:
        return await self._ask("POST", "/api/forget", ForgetOut, request)

    async def mode(self, request: ModeIn) -> AccountOut:
        return await self._ask("POST", "/api/mode", AccountOut, request)

    async def limits(self, request: LimitsIn) -> AccountOut:
        return await self._ask("POST", "/api/limits", AccountOut, request)

    async def stop(self, request: StopIn) -> StopOut:
        answer = await self._send("POST", "/api/stop", request, way=self._stops)
        return _read(answer, StopOut)

    async def stop_state(self, user_id: str | None) -> StopOut:
        """By the way of stops too: a question that hangs must not hold up the next one's stop."""
        query = {"userId": user_id}
        return _read(await self._send("GET", "/api/stop", query=query, way=self._stops), StopOut)

    async def sellable(
        self, user_id: str, mode: Mode | None = None, all_accounts: bool = False
    ) -> SellableOut:
        query = {"mode": None if mode is None else mode.value, "allAccounts": str(all_accounts)}
        return await self._ask("GET", f"/api/sellable/{user_id}", SellableOut, query=query)

    async def flatten(self, request: FlattenIn) -> FlattenOut:
        return await self._ask("POST", "/api/flatten", FlattenOut, request)

    async def place(self, order: TradeIn, client_id: str) -> TradeOut | PendingOut:
        """One POST, ever; every answer that is not in the contract leaves the outcome unknown."""
        headers = {"Idempotency-Key": client_id}
        answer = await self._send("POST", "/api/trade", order, headers=headers)
        accepted = answer.status == ACCEPTED
        told = _read(answer, PendingOut) if accepted else _read(answer, TradeOut)
        if told.clientOrderId != client_id:
            message = "The trading service answered about another order than this one."
            raise BrokerDown(message, SAME_VERSION, sent=True)
        return told

    async def check(self, order: TradeIn) -> CheckOut:
        return await self._ask("POST", "/api/check", CheckOut, order)

    async def order(self, user_id: str, client_id: str) -> OrderOut:
        path = f"/api/orders/{client_id}"
        return await self._ask("GET", path, OrderOut, query={"userId": user_id})

    async def void(self, user_id: str, client_id: str) -> OrderOut:
        path = f"/api/orders/{client_id}/void"
        return await self._ask("POST", path, OrderOut, VoidIn(userId=user_id))

    async def venue(self, exchange: str) -> VenueOut:
        """GET /api/venue: whether it answers the proxy, and what the clocks say."""
        return await self._ask("GET", "/api/venue", VenueOut, query={"exchange": exchange})

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        query = {"exchange": exchange, "symbol": symbol}
        return await self._ask("GET", "/api/price", PriceOut, query=query)

    async def market(self, exchange: str, symbol: str) -> MarketOut:
        query = {"exchange": exchange, "symbol": symbol}
        return await self._ask("GET", "/api/market", MarketOut, query=query)

    async def candles(
        self, exchange: str, symbol: str, timeframe: str, limit: int, end: int | None = None
    ) -> CandlesOut:
        query = {"exchange": exchange, "symbol": symbol, "timeframe": timeframe}
        query["limit"] = str(limit)
        if end is not None:
            query["end"] = str(end)
        return await self._ask("GET", "/api/candles", CandlesOut, query=query)

    async def books(self, user_id: str, exchange: str, mode: Mode, since: int) -> BooksOut:
        query = {"exchange": exchange, "mode": mode.value, "since": str(since)}
        return await self._ask("GET", f"/api/books/{user_id}", BooksOut, query=query)

    async def adopt(self, request: AdoptIn) -> AdoptOut:
        return await self._ask("POST", "/api/adopt", AdoptOut, request)

    async def balance(self, user_id: str, exchange: str) -> BalanceOut:
        path = f"/api/balance/{user_id}"
        return await self._ask("GET", path, BalanceOut, query={"exchange": exchange})

    async def _ask(
        self,
        method: str,
        path: str,
        model: type[Model],
        body: BaseModel | None = None,
        query: Mapping[str, str | None] | None = None,
    ) -> Model:
        return _read(await self._send(method, path, body, query=query), model)

    async def _send(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        body: BaseModel | None = None,
        *,
        query: Mapping[str, str | None] | None = None,
        headers: Mapping[str, str] | None = None,
        way: Way | None = None,
    ) -> Answer:
        content = None if body is None else body.model_dump_json(exclude_none=True)
        sent_as = {} if content is None else {"Content-Type": "application/json"}
        params = {name: value for name, value in (query or {}).items() if value is not None}
        answer = await (way or self._usual).ask(
            method, self._origin + path, {**sent_as, **(headers or {})}, params, content
        )
        if answer.status >= REFUSED:
            raise _refusal(answer)
        return answer


def _read(answer: Answer, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        message = f"The trading service said what I do not understand (status {answer.status})."
        raise BrokerDown(message, SAME_VERSION, sent=True) from error


def _refusal(answer: Answer) -> BrokerRefused | BrokerDown:
    """A listed refusal; anything else, and any failure of the proxy itself, is no answer."""
    status = answer.status
    try:
        refused = CredentialsRefused.model_validate_json(answer.content)
        problem = Problem(code=refused.error, message=refused.message, hint=refused.hint)
        return BrokerRefused(problem, status)
    except ValidationError:
        pass
    try:
        found = ErrorOut.model_validate_json(answer.content)
    except ValidationError:
        message = f"The trading service answered with error {status}, and gave no reason."
        return BrokerDown(message, IS_IT_RUNNING, sent=True)
    if found.error.code == OUR_TOKEN.code:
        return BrokerRefused(OUR_TOKEN, status)
    if status >= SERVER_ERROR and found.status is None:
        return BrokerDown(found.error.message, found.error.hint, sent=True)
    return BrokerRefused(found.error, status, found.status, found.wholeSince)
