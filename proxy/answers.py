"""How errors become answers: a status, a code, a sentence. Never the caller's input back.

May import: errors, logs, unkept, wire.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from migrations.database import NOT_KEPT
from proxy import wire
from proxy.errors import BadCandles, OrderRefused, ProxyError
from proxy.unkept import problem_of
from proxy.wire import CredentialsRefused, ErrorOut, Problem, Status

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]

CREDENTIALS = "/api/credentials"
UNPROCESSABLE = 422
INTERNAL, UNAVAILABLE = 500, 503
BAD_HOST = 400
LET_IN = "host let in"
ID_BYTES = 6
IN_FIELDS = 1
KNOWN_FIELDS = frozenset(
    name
    for kind in vars(wire).values()
    if isinstance(kind, type) and issubclass(kind, wire.Wire)
    for name in kind.model_fields
) | {"Idempotency-Key", "idempotency-key", "clientOrderId", "timeframe", "limit", "end"}
TAKES = "The README lists what each endpoint takes."
ID_HINT = "It is 8 to 36 letters, digits, - or _."
NUMBER_HINT = 'Write it like "2.50".'
FIELD_HINTS = {
    "amountUsd": NUMBER_HINT,
    "units": NUMBER_HINT,
    "quotedPrice": NUMBER_HINT,
    "maxTradeUsd": NUMBER_HINT,
    "maxTradesPerDay": "Write a whole number, like 5.",
    "side": "It is BUY or SELL.",
    "userId": "It is 1 to 64 letters, digits, - or _.",
    "exchange": "It is a name like binanceus.",
    "symbol": "It is a text like BTC/USDT.",
    "mode": "It is PAPER or LIVE.",
    "epoch": "It is the epoch of the account, a whole number.",
    "notAfter": "It is a moment, in milliseconds since 1970.",
    "limit": "It is a whole number from 1 to 1000.",
    "end": "It is a moment, in milliseconds since 1970.",
    "Idempotency-Key": f"{ID_HINT} Make a new one for each order.",
    "clientOrderId": ID_HINT,
    "clientOrderIds": f"It is a list of ids. {ID_HINT}",
}
OTHER_WORDS = ("http_error", "The request was refused.", TAKES)
HTTP_WORDS = {
    404: ("not_found", "There is no such endpoint.", "The README lists all endpoints."),
    405: ("method_not_allowed", "This endpoint takes another method.", TAKES),
    400: ("bad_request", "The request could not be read.", TAKES),
}

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Give every kind of error its answer."""
    app.add_exception_handler(ProxyError, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    for kind in NOT_KEPT:
        app.add_exception_handler(kind, on_unkept)


async def on_refusal(request: Request, error: Exception) -> JSONResponse:
    """Our own errors: their status, and their words."""
    assert isinstance(error, ProxyError)
    problem = Problem(code=error.code, message=error.message, hint=error.hint)
    return _answer(request, error.status, problem, error)


async def on_invalid(request: Request, error: Exception) -> JSONResponse:
    """Names the fields that are wrong, and nothing that was in them."""
    assert isinstance(error, RequestValidationError)
    names = sorted({_field(one["loc"]) for one in error.errors()})
    problem = Problem(
        code="invalid_request",
        message=f"Missing or not valid: {', '.join(names)}.",
        hint=FIELD_HINTS.get(names[0], TAKES) if len(names) == 1 else TAKES,
    )
    return _answer(request, UNPROCESSABLE, problem, error)


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """No such endpoint, and the like."""
    assert isinstance(error, HTTPException)
    code, message, hint = HTTP_WORDS.get(error.status_code, OTHER_WORDS)
    problem = Problem(code=code, message=message, hint=hint)
    return _answer(request, error.status_code, problem, error)


async def on_unkept(request: Request, error: Exception) -> JSONResponse:
    """The database fails us: an order may be anywhere, so it is named no state."""
    log.error("the database cannot be used", path=request.url.path, exc_info=error)
    return _answer(request, UNAVAILABLE, problem_of(error), error)


class LastResort:
    """Whatever else goes wrong is logged under an id, and only the id goes out."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun: list[bool] = []

        async def noting(message: Message) -> None:
            begun.append(True)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            error_id = secrets.token_hex(ID_BYTES)
            log.exception("internal error", error_id=error_id, path=scope["path"])
            if begun:
                raise
            problem = Problem(
                code="internal",
                message="Something went wrong inside the proxy.",
                hint=f"It is in the proxy's log under {error_id}.",
            )
            answer = _answer(Request(scope), INTERNAL, problem, None)
            await answer(scope, receive, send)


class KnownHosts:
    """Starlette's check of the host name, with our words where it refuses."""

    def __init__(self, app: App, hosts: Sequence[str]) -> None:
        self._app = app
        self._check = TrustedHostMiddleware(self._let_in, allowed_hosts=hosts, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        async def told(message: Message) -> None:
            if scope.get(LET_IN):
                await send(message)

        await self._check(scope, receive, told)
        if not scope.get(LET_IN):
            problem = Problem(
                code="unknown_host",
                message="The proxy is not called by that host name.",
                hint="PROXY_HOSTS in the proxy's settings lists the names that it takes.",
            )
            await _answer(Request(scope), BAD_HOST, problem, None)(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Any, send: Any) -> None:
        scope[LET_IN] = True
        await self._app(scope, receive, send)


def _answer(
    request: Request, status: int, problem: Problem, error: Exception | None
) -> JSONResponse:
    headers = dict(getattr(error, "headers", None) or {})
    if request.url.path == CREDENTIALS:
        refused = CredentialsRefused(error=problem.code, message=problem.message, hint=problem.hint)
        return JSONResponse(refused.model_dump(mode="json"), status, headers)
    body = ErrorOut(error=problem)
    if isinstance(error, OrderRefused):
        body = ErrorOut(
            error=problem,
            clientOrderId=error.client_id,
            status=Status(error.order_status),
        )
        headers["Idempotency-Key"] = error.client_id
    if isinstance(error, BadCandles):
        body = ErrorOut(error=problem, wholeSince=error.whole_since)
    return JSONResponse(body.model_dump(mode="json", exclude_none=True), status, headers)


def _field(place: tuple[int | str, ...]) -> str:
    """The name of a field of ours. What a caller made up is not repeated."""
    names = [str(part) for part in place[IN_FIELDS:]]
    if not names or names[0].isdigit():
        return "the body (it is not a JSON object)"
    if names[0] == "idempotency-key":
        return "Idempotency-Key"
    return names[0] if names[0] in KNOWN_FIELDS else "a field that does not exist"
