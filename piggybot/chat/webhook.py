"""The port on which Telegram delivers: who knows the secret may hand in one small update.

Alone because whoever finds the address can knock here. The secret is compared in constant time,
before a byte of the body is read. TLS is the task of what stands in front.

May import: errors.
"""

import asyncio
import contextlib
import hmac
import socket
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from uvicorn import Config, Server

from piggybot.errors import BadSettings

SECRET_HEADER = b"x-telegram-bot-api-secret-token"
LARGEST = 1024 * 1024
GRACE_SECONDS = 2
OK, FORBIDDEN, NOT_FOUND, TOO_LARGE, FAILED = 200, 403, 404, 413, 500
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Deliver = Callable[[bytes], Awaitable[bool]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where Telegram's deliveries arrive, and by which secret they are known."""

    host: str
    port: int
    path: str
    secret: str = field(repr=False)


class _Quiet(Server):
    """uvicorn's server, which leaves the signals to whoever runs the bot."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HookServer:
    """Listens at `place`; `deliver` says whether an update is safe, so that it may be confirmed."""

    def __init__(self, place: Place, deliver: Deliver) -> None:
        self._place = place
        self._deliver = deliver
        self._server: _Quiet | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when it listens; BadSettings where the port cannot be had."""
        config = Config(
            self._answer,
            log_config=None,
            access_log=False,
            interface="asgi3",
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        listening = self._bound()
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))

    async def stop(self) -> None:
        """Take nothing new, and let what is being taken end."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)

    def _bound(self) -> socket.socket:
        host, port = self._place.host, self._place.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as problem:
            listening.close()
            raise BadSettings(
                f"TELEGRAM_WEBHOOK_PORT: {host}:{port} cannot be listened on ({problem.strerror}).",
                "Choose another port, and send Telegram's deliveries there.",
            ) from None
        return listening

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = await self._taken(scope, receive)
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _taken(self, scope: Scope, receive: Receive) -> int:
        if (scope["method"], scope["path"]) != ("POST", self._place.path):
            return NOT_FOUND
        given = dict(scope["headers"]).get(SECRET_HEADER, b"")
        if not hmac.compare_digest(given, self._place.secret.encode()):
            log.warning("a delivery without our secret was refused")
            return FORBIDDEN
        body = await _body(receive)
        if body is None:
            return TOO_LARGE
        return OK if await self._deliver(body) else FAILED


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is larger than any update."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        more = message.get("more_body", False)
    return body
