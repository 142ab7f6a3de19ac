"""Any ASGI app behind a real socket of this machine, inside the running event loop.

Alone because the sandbox's two servers, the proxy and tests all need the same: a free port, no
signal handlers, an end that takes milliseconds, and a way to reach the bare connection, since a
world that misbehaves must be able to cut one in the middle of an answer.

May import: nothing of ours.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.config import Config
from uvicorn.lifespan.off import LifespanOff
from uvicorn.lifespan.on import LifespanOn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

HOST = "127.0.0.1"
TRANSPORT = "piggybot.transport"
KEEP_ALIVE_SECONDS = 75
TURNS_TO_CLOSE = 3


class _Connection(H11Protocol):
    """uvicorn's connection, which also hands its transport to the app."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app: Any = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {TRANSPORT: transport}
            # A server that stops cancels what still waits; that is no error of the app.
            with contextlib.suppress(asyncio.CancelledError):
                await app(scope, receive, send)

        self.app = with_transport


class Server:
    """`app` on 127.0.0.1. Port 0 takes a free one; a stopped server starts again on its own."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._app = app
        self._port = port
        self._state = ServerState()
        self._listener: asyncio.Server | None = None
        self._lifespan: LifespanOn | LifespanOff | None = None
        self._config: Config | None = None

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    @property
    def listening(self) -> bool:
        return self._listener is not None

    async def start(self) -> None:
        """Return when the socket listens and the app's own start-up is through."""
        config = Config(
            self._app,
            http=_Connection,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        self._config = config
        self._lifespan = config.lifespan_class(config)
        await self._lifespan.startup()
        if self._lifespan.should_exit:
            raise RuntimeError("the app refused to start")
        await self.open_listener()

    async def open_listener(self) -> None:
        """Listen again on the same port."""
        assert self._config is not None and self._lifespan is not None, "start it first"
        if self._listener is not None:
            return
        config, state, app_state = self._config, self._state, self._lifespan.state
        # Named TCP, because asyncio turns Nagle's wait (40 ms an answer) off only for that.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, self._port))
        except OSError:
            listening.close()
            raise
        self._port = listening.getsockname()[1]
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: _Connection(config, state, app_state), sock=listening
        )

    async def close_listener(self) -> None:
        """Refuse every new connection, and cut those that stand: the host is simply not there."""
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        for connection in list(self._state.connections):
            connection.transport.abort()
        await self._turns()

    async def stop(self) -> None:
        """Cut every connection, end every request, run the app's shutdown. Twice does no harm."""
        await self.close_listener()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._turns()
        if self._lifespan is not None:
            lifespan, self._lifespan = self._lifespan, None
            await lifespan.shutdown()

    @staticmethod
    async def _turns() -> None:
        """Let the loop deliver the ends of the connections."""
        for _ in range(TURNS_TO_CLOSE):
            await asyncio.sleep(0)
