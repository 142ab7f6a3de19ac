"""The bot's HTTP to Telegram: an answer is whole or a failure, and no request is sent again.

May import: door, settings, telegram.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from piggybot.chat.border import Letter, Unreachable
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram import TelegramLine
from piggybot.chat.telegram_http import Requests
from piggybot.core.mail import File
from piggybot.settings import Settings
from tests.bot.wire_server import CUT, OK, Server, serving, whole

pytestmark = pytest.mark.anyio
PLAIN = whole(b"hi")
TAKEN = whole(b'{"ok":true,"result":{"message_id":7,"date":1,"chat":{"id":1,"type":"private"}}}')
FORM = RequestData([RequestParameter.from_input("a", 1), RequestParameter.from_input("b", "€")])


def requests(server: Server) -> Requests:
    return Requests(server.url, {}, Timing(answer=5, connect=5))


async def post(line: Requests, server: Server, seconds: float = 5) -> tuple[int, bytes]:
    return await line.do_request(f"{server.url}/api/say", "POST", FORM, read_timeout=seconds)


@pytest.mark.parametrize(
    ("answer", "status", "payload"),
    [
        (PLAIN, 200, b"hi"),
        (OK + b"CONTENT-LENGTH:0\r\n\r\n", 200, b""),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nA;x=y\r\n0123456789\r\n"
              b"0\r\nTrailer: x\r\n\r\n", 200, b"hi0123456789"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, 200, b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\nno", 429, b"no"),
        (b"HTTP/1.1 502\r\nContent-Length: 0\r\n\r\n", 502, b""),
    ],
    ids=["length", "nothing", "chunks", "wait first", "no content", "flood", "no phrase"],
)  # fmt: skip
async def test_an_answer_is_read_to_its_end_and_the_connection_used_again(
    answer: bytes, status: int, payload: bytes
) -> None:
    async with serving(answer, PLAIN) as server:
        line = requests(server)
        assert await post(line, server) == (status, payload)
        assert await post(line, server) == (200, b"hi")
        await line.shutdown()
    assert server.opened == 1
    assert server.requests[0].startswith(b"POST /api/say HTTP/1.1\r\nHost: 127.0.0.1:")
    assert server.requests[0].endswith(b"\r\n\r\na=1&b=%E2%82%AC")


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        OK + b"\r\nhi" + CUT,
        PLAIN + CUT,
    ],
    ids=["says so", "old", "no length", "ends without a word"],
)
async def test_a_connection_that_ends_is_not_used_again(answer: bytes) -> None:
    async with serving(answer, PLAIN) as server:
        line = requests(server)
        assert await post(line, server) == (200, b"hi")
        await asyncio.sleep(0.02)
        assert await post(line, server) == (200, b"hi")
        await line.shutdown()
    assert server.opened == 2


@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        OK[:9] + CUT,
        PLAIN[:-1] + CUT,
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhi" + CUT,
        OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        OK + b"Content-Length: -2\r\n\r\nhi",
        OK + b"Content-Length: two\r\n\r\nhi",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 what\r\n\r\n",
        OK + b"X: " + b"x" * 66_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "half a line", "short", "half a chunk", "no size", "below nothing", "a word",
         "not HTTP", "no status", "no end"],
)  # fmt: skip
async def test_what_is_no_answer_is_a_failure_and_ends_its_connection(answer: bytes) -> None:
    async with serving(answer, PLAIN) as server:
        line = requests(server)
        with pytest.raises(NetworkError):
            await post(line, server)
        assert await post(line, server) == (200, b"hi")
        await line.shutdown()
    assert server.opened == 2


async def _times_out(line: Requests, server: Server) -> None:
    with pytest.raises(TimedOut):
        await post(line, server, seconds=0.05)


async def _is_cancelled(line: Requests, server: Server) -> None:
    asking = asyncio.create_task(post(line, server))
    await server.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


@pytest.mark.parametrize("way", [_times_out, _is_cancelled])
async def test_an_answer_that_nobody_waits_for_any_more_is_never_taken_for_the_next(
    way: Callable[[Requests, Server], Awaitable[None]],
) -> None:
    async with serving(TAKEN, PLAIN) as server:
        line = requests(server)
        server.go.clear()
        await way(line, server)
        server.go.set()
        assert await post(line, server) == (200, b"hi")
        await line.shutdown()


async def test_a_request_on_a_connection_that_died_meanwhile_is_not_sent_again() -> None:
    async with serving(PLAIN, CUT, PLAIN) as server:
        line = requests(server)
        await post(line, server)
        with pytest.raises(NetworkError):
            await post(line, server)
        assert (server.opened, len(server.requests)) == (1, 2)
        await line.shutdown()


def telegram(url: str, timing: Timing | None = None) -> TelegramLine:
    token = "123456:AAFr8_kd93Jw-LmQx2Zc7vTnB0eYhUo51s"
    settings = Settings(_env_file=None, telegram_bot_token=token, telegram_api_url=url)
    return TelegramLine(settings, timing or Timing(answer=5, connect=5))


async def test_words_and_a_file_arrive_each_in_its_form() -> None:
    async with serving(TAKEN) as server:
        line = telegram(server.url)
        assert await line.send(1, Letter("a < b")) == 7
        assert await line.document(1, File("a.txt", b"all of it"), Letter("")) == 7
        await line.close()
    words, file = server.requests
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in words
    assert b"text=a+%3C+b" in words and b"User-Agent: python-telegram-bot" in words
    assert b"\r\nContent-Type: multipart/form-data; boundary=" in file
    assert b'name="document"; filename="a.txt"\r\n\r\nall of it\r\n--' in file
    assert b'name="chat_id"\r\n\r\n1\r\n--' in file


async def test_a_question_by_get_is_not_sent_again_either() -> None:
    async with serving(PLAIN, CUT, PLAIN) as server:
        line = requests(server)
        assert await line.do_request(f"{server.url}/file", "GET") == (200, b"hi")
        with pytest.raises(NetworkError):
            await line.do_request(f"{server.url}/file", "GET")
        await line.shutdown()
    assert server.requests[0].startswith(b"GET /file HTTP/1.1")
    assert len(server.requests) == 2


async def test_a_poll_may_be_answered_later_than_anything_else() -> None:
    """Its own length comes on top of what an answer may take."""
    async with serving(whole(b'{"ok":true,"result":[]}')) as server:
        line = telegram(server.url, Timing(answer=0.5, connect=0.1))
        server.go.clear()
        asyncio.get_running_loop().call_later(0.8, server.go.set)
        assert await line.fetch(None, 20) == []
        await line.close()


async def test_what_was_shut_down_sends_nothing_until_it_is_begun_again() -> None:
    async with serving(PLAIN) as server:
        line = requests(server)
        await post(line, server)
        await line.shutdown()
        await line.shutdown()
        with pytest.raises(RuntimeError):
            await post(line, server)
        await line.initialize()
        assert await post(line, server) == (200, b"hi")
        await line.shutdown()
    assert len(server.requests) == 2


async def test_a_failure_names_no_address_and_no_token() -> None:
    async with serving(b"SSH-2.0-OpenSSH\r\n\r\n") as server:
        line = telegram(server.url)
        with pytest.raises(Unreachable) as failure:
            await line.send(1, Letter("hello"))
        await line.close()
    assert str(failure.value) == "NetworkError"
