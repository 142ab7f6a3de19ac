"""Files on their way to Telegram: whole, once, and for as long as they move on.

May import: border, core, door, settings, telegram, telegram_http.
"""

import asyncio
import socket

import pytest
from telegram import InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from piggybot.chat.border import Letter
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram_http import Requests
from piggybot.core.mail import File
from tests.bot.test_telegram_http import TAKEN, requests, telegram
from tests.bot.wire_server import CUT, Server, listening, serving

pytestmark = pytest.mark.anyio
BIG = bytes(range(256)) * 2**13
"""2 MiB: aiohttp warns of so many bytes in one piece, and a warning fails a test."""
TOO_BIG = bytes(2**24)
"""More than lies in any buffer on the way."""
NARROW = 2**14
PAUSE = 0.15


def upload(content: bytes) -> RequestData:
    file = InputFile(content, filename="trades.csv")
    return RequestData([RequestParameter.from_input("document", file)])


def parts_of(request: bytes) -> tuple[bytes, list[bytes]]:
    """The head, and what stands between the boundaries."""
    head, _, body = request.partition(b"\r\n\r\n")
    boundary = head.partition(b"boundary=")[2].partition(b"\r\n")[0]
    return head, [one.strip(b"\r\n") for one in body.split(b"--" + boundary)[1:-1]]


async def test_a_large_file_arrives_whole_with_its_name_and_its_words() -> None:
    async with serving(TAKEN) as server:
        line = telegram(server.url)
        assert await line.document(1, File("käufe 1.csv", BIG), Letter("<b>€</b>")) == 7
        await line.close()
    (request,) = server.requests
    head, parts = parts_of(request)
    assert b"Content-Length: " in head and b"Transfer-Encoding" not in head
    (file,) = [one for one in parts if b'name="document"' in one]
    names, _, content = file.partition(b"\r\n\r\n")
    assert 'filename="käufe 1.csv"'.encode() in names and b"Content-Type: text/csv" in names
    assert content == BIG
    assert any(one.endswith('name="caption"\r\n\r\n<b>€</b>'.encode()) for one in parts)


async def test_a_picture_takes_the_place_of_another_by_the_name_that_it_is_sent_under() -> None:
    async with serving(TAKEN) as server:
        line = telegram(server.url)
        await line.edit_photo(1, 5, File("chart.png", b"\x89PNG"), Letter("new"))
        await line.close()
    _, parts = parts_of(server.requests[0])
    (media,) = [one for one in parts if b'name="media"' in one]
    attached = media.partition(b"attach://")[2].partition(b'"')[0]
    assert attached
    (picture,) = [one for one in parts if b'name="%s"' % attached in one]
    assert b'filename="chart.png"' in picture and picture.endswith(b"\r\n\r\n\x89PNG")


async def test_a_file_whose_answer_is_cut_off_is_not_sent_again() -> None:
    async with serving(CUT, TAKEN) as server:
        line = requests(server)
        with pytest.raises(NetworkError, match=r"^ClientConnectionError$"):
            await line.do_request(f"{server.url}/botTOKEN/x", "POST", upload(BIG))
        await line.shutdown()
    assert (server.opened, len(server.requests)) == (1, 1)


class Reader(Server):
    """Takes a body with some pauses, and answers when all of it has come.

    It cuts the connection at `ends_at`, where that is sooner, and reads nothing while it may not.
    """

    def __init__(self, pauses: int = 0, ends_at: int = 2**30) -> None:
        super().__init__(TAKEN)
        self.pauses, self.ends_at = pauses, ends_at

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self.go.wait()
            await self._take(int(head.partition(b"Content-Length: ")[2].split()[0]), reader)
            writer.write(TAKEN)
        except (OSError, EOFError):
            writer.transport.abort()
        finally:
            writer.close()

    async def _take(self, length: int, reader: asyncio.StreamReader) -> None:
        taken = 0
        while taken < length:
            if taken >= self.ends_at:
                raise EOFError
            taken += len(await reader.read(2**20))
            self.pauses -= 1
            await asyncio.sleep(PAUSE if self.pauses >= 0 else 0)


@pytest.mark.parametrize("ends_at", [0, 2**20])
async def test_a_connection_that_is_cut_within_a_file_is_a_failure_and_nothing_comes_after(
    ends_at: int,
) -> None:
    server = Reader(ends_at=ends_at)
    async with listening(server):
        line = requests(server)
        with pytest.raises(NetworkError) as failure:
            await line.do_request(f"{server.url}/botTOKEN/x", "POST", upload(TOO_BIG))
        await line.shutdown()
    assert not isinstance(failure.value, TimedOut)
    assert "TOKEN" not in str(failure.value)
    assert server.opened == 1


async def test_a_file_may_take_longer_than_an_answer_while_it_moves_on() -> None:
    server = Reader(pauses=10)
    async with listening(server):
        line = Requests(server.url, {}, Timing(answer=8 * PAUSE, connect=PAUSE))
        status, _ = await line.do_request(f"{server.url}/x", "POST", upload(TOO_BIG))
        await line.shutdown()
    assert (status, server.opened) == (200, 1)


async def test_a_file_that_does_not_move_on_is_given_up() -> None:
    server = Reader()
    server.go.clear()
    async with listening(server):
        line = Requests(server.url, {}, Timing(answer=0.4, connect=0.4))
        with pytest.raises(TimedOut):
            await line.do_request(f"{server.url}/x", "POST", upload(TOO_BIG), write_timeout=0.1)
        server.go.set()
        await line.shutdown()
    assert server.opened == 1
