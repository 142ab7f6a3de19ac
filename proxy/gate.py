"""Who may call: host, origin, size, kind and token, before a request reaches any route.

Pure ASGI, because it stands before every request. Its refusals are its own (`invalid_token` is
ours, never the venue's), and they never echo what was sent.

May import: wire.
"""

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from proxy.wire import ErrorOut, Problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 16 * 1024
MOST_DRAINED = 256 * 1024
OPEN_PATH = "/api/health"
AUTHENTICATED = "authenticated"
BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    code: str
    message: str
    hint: str = ""

    def body(self) -> bytes:
        problem = Problem(code=self.code, message=self.message, hint=self.hint)
        return ErrorOut(error=problem).model_dump_json(exclude_none=True).encode()


class _Refused(Exception):
    def __init__(self, refusal: _Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


NO_TOKEN = _Refusal(
    401,
    "invalid_token",
    "The proxy's own token is missing or wrong; no exchange was asked.",
    "Send it as `Authorization: Bearer …`, or as the password of HTTP Basic. It stands in the "
    "file proxy.token of the data folder.",
)
FOREIGN = _Refusal(
    403, "origin_refused", "Web pages may not call the proxy.", "Call it without an Origin header."
)
TOO_LARGE = _Refusal(413, "too_large", "The body is larger than 16 KiB.", "Send less.")
NOT_JSON = _Refusal(
    415, "not_json", "The body is not JSON.", "Send it with Content-Type: application/json."
)


class Gate:
    """Lets a request through to `app` only if everything about it is right.

    `touched` hears of every call with the token: the bot is alive.
    """

    def __init__(self, app: App, token: str, touched: Callable[[], None]) -> None:
        self._app = app
        self._token = token.encode()
        self._touched = touched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = _headers(scope)
            scope[AUTHENTICATED] = self._check(scope, headers)
            whole = await _body(headers, receive)
        except _Refused as refused:
            await _refuse(send, refused.refusal)
            return
        if scope[AUTHENTICATED]:
            self._touched()
        await self._app(scope, _once(whole, receive), send)

    def _check(self, scope: Scope, headers: dict[str, str]) -> bool:
        """Whether the caller showed the token; raises for what is refused."""
        if "origin" in headers:
            raise _Refused(FOREIGN)
        shown = headers.get("authorization")
        authenticated = shown is not None and self._is_token(shown)
        is_open = shown is None and scope["method"] == "GET" and scope["path"] == OPEN_PATH
        if not authenticated and not is_open:
            raise _Refused(NO_TOKEN)
        if scope["method"] in BODILESS:
            return authenticated
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise _Refused(NOT_JSON)
        return authenticated

    def _is_token(self, header: str) -> bool:
        """Compared in constant time, as bytes; several headers are no header."""
        scheme, _, value = header.partition(" ")
        shown = value.strip().encode("latin-1")
        if scheme.lower() == "basic":
            shown = _password(shown)
        elif scheme.lower() != "bearer":
            shown = b""
        return hmac.compare_digest(shown, self._token)


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        found[key] = "" if key in found and key == "authorization" else value.decode("latin-1")
    return found


def _password(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    """The whole body, however it comes; TOO_LARGE for more than is allowed.

    A little more is read and thrown away, because a caller that still writes when the connection
    ends would see a reset instead of the answer.
    """
    parts, size = bytearray(), 0
    if _declared(headers) > MOST_DRAINED:
        raise _Refused(TOO_LARGE)
    while size <= MOST_DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if size <= LARGEST_BODY:
            parts += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            break
    if size > LARGEST_BODY:
        raise _Refused(TOO_LARGE)
    return bytes(parts)


def _declared(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def _once(body: bytes, receive: Receive) -> Receive:
    """The body that was read, given once; then whatever the connection says."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def _refuse(send: Send, refusal: _Refusal) -> None:
    body = refusal.body()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if refusal.status == NO_TOKEN.status:
        headers.append((b"www-authenticate", b'Basic realm="piggybot proxy", charset="UTF-8"'))
    if refusal.status == TOO_LARGE.status:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
