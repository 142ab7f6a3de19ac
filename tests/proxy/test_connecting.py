"""Each order leaves by a connection of its own, which may have been opened a moment ahead."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from proxy import connecting
from proxy.connecting import Connector

pytestmark = pytest.mark.anyio
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
PATIENCE = 10


class Server:
    """It answers every request, and tells when a connection came, was used, or ended."""

    def __init__(self) -> None:
        self.opened: list[asyncio.StreamWriter] = []
        self.used: list[asyncio.StreamWriter] = []
        self.came, self.ended = asyncio.Event(), asyncio.Event()

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened.append(writer)
        self.came.set()
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            self.used.append(writer)
            writer.write(ANSWER)
        writer.close()
        self.ended.set()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    yield server
    await server.stop()


@pytest.fixture
async def session(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    connector = Connector(await server.start(), aiohttp.ClientTimeout(total=PATIENCE))
    async with aiohttp.ClientSession(connector._origin, connector=connector) as session:
        yield session


async def asked(session: aiohttp.ClientSession) -> str:
    async with session.get("/") as answer:
        return await answer.text()


async def ahead(server: Server, session: aiohttp.ClientSession) -> None:
    session.connector.open_ahead()
    async with asyncio.timeout(PATIENCE):
        await server.came.wait()


async def test_no_connection_is_used_twice(server, session):
    assert [await asked(session), await asked(session)] == ["ok", "ok"]
    assert server.used == server.opened
    assert len(server.used) == 2


async def test_one_that_was_opened_ahead_is_used_once_and_says_nothing_before(server, session):
    await ahead(server, session)
    assert (len(server.opened), server.used) == (1, [])
    await asked(session)
    await asked(session)
    assert server.used == server.opened
    assert len(server.used) == 2


async def test_one_that_has_ended_meanwhile_is_not_used(server, session):
    await ahead(server, session)
    await session.connector._ahead[0]
    server.opened[0].close()
    while session.connector._ahead[0].result().is_connected():
        await asyncio.sleep(0)
    assert await asked(session) == "ok"
    assert server.used == server.opened[1:]


async def ended(server: Server) -> None:
    async with asyncio.timeout(PATIENCE):
        await server.ended.wait()


async def test_one_that_nobody_takes_is_closed_soon(server, session, monkeypatch):
    monkeypatch.setattr(connecting, "NEW", 0.2)
    await ahead(server, session)
    await ended(server)
    assert (server.used, len(session.connector._ahead)) == ([], 0)


async def test_one_that_nobody_takes_ends_with_its_house(server, session):
    await ahead(server, session)
    await session.close()
    await ended(server)
    assert server.used == []


async def test_where_nobody_listens_the_order_hears_of_it_and_not_the_log(server, session):
    await server.stop()
    session.connector.open_ahead()
    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(session)
