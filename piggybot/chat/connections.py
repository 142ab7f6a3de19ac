"""HTTP/1.1 at its smallest: a request goes out, its answer comes back, the connection stays open.

Alone because it knows no Telegram: only how an answer ends, and which connection is used again. A
general client takes five times the work for each request, and that was half of a command's.

May import: nothing of ours.
"""

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

IDLE_SECONDS = 5.0
"""So long an unused connection is kept: Telegram and what stands between may forget it then."""
FIRST_OF_TWO = 0.25
"""Seconds before the next address of a host is tried too (RFC 8305)."""
HEAD_END, LINE_END = b"\r\n\r\n", b"\r\n"
REQUEST = (
    b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%b"
)
PORTS = {"http": 80, "https": 443}
FAILURES = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)
"""TimeoutError is an OSError."""
FINAL, NO_CONTENT, NOT_MODIFIED = 200, 204, 304


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `last`: the connection ends with it."""

    status: int
    payload: bytes
    last: bool


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    rested: float = 0.0

    def usable(self, now: float) -> bool:
        gone = self.reader.at_eof() or self.writer.is_closing()
        return not gone and now - self.rested < IDLE_SECONDS

    def end(self) -> None:
        self.writer.transport.abort()


class Connections:
    """To one origin, `most` at once; who comes when all are taken waits for the first that ends."""

    def __init__(self, origin: str, trusted: ssl.SSLContext, most: int) -> None:
        place = urlsplit(origin)
        self._host = place.hostname or ""
        self._port = place.port or PORTS[place.scheme]
        self._origin = origin[: origin.index(place.netloc) + len(place.netloc)]
        self._netloc = place.netloc.encode("latin-1")
        self._tls = trusted if place.scheme == "https" else None
        self._free = asyncio.Semaphore(most)
        self._idle: deque[_Connection] = deque()

    async def post(self, url: str, form: str, seconds: float, connect: float) -> Answer:
        """Send a form once and wait so long for the whole answer, after the connection stands.

        One of FAILURES where no usable answer came; the request may have arrived all the same.
        """
        path, body = url.removeprefix(self._origin).encode("latin-1"), form.encode()
        request = REQUEST % (path, self._netloc, len(body), body)
        async with self._free:
            line = self._rested() or await self._opened(connect)
            try:
                line.writer.write(request)
                async with asyncio.timeout(seconds):
                    answer = await _answer(line.reader)
            except BaseException:
                line.end()
                raise
            if answer.last:
                line.end()
            else:
                line.rested = asyncio.get_running_loop().time()
                self._idle.append(line)
            return answer

    async def close(self) -> None:
        """End the connections that nobody uses now."""
        while self._idle:
            self._idle.pop().end()
        await asyncio.sleep(0)  # the loop closes their sockets in its next turn

    def _rested(self) -> _Connection | None:
        """The one that was used last, so that those which are not needed end by themselves."""
        now = asyncio.get_running_loop().time()
        while self._idle and not self._idle[0].usable(now):
            self._idle.popleft().end()
        while self._idle:
            line = self._idle.pop()
            if line.usable(now):
                return line
            line.end()
        return None

    async def _opened(self, seconds: float) -> _Connection:
        # On this machine there is one way, and Python 3.11 forgets a socket that was raced for.
        race = None if self._tls is None else FIRST_OF_TWO
        async with asyncio.timeout(seconds):
            streams = await asyncio.open_connection(
                self._host, self._port, ssl=self._tls, happy_eyeballs_delay=race
            )
        return _Connection(*streams)


async def _answer(reader: asyncio.StreamReader) -> Answer:
    status, fields, last = 0, dict[str, str](), False
    while status < FINAL:  # those below are a server's "wait"
        status, fields, last = _read_head(await reader.readuntil(HEAD_END))
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return Answer(status, await _chunks(reader), last)
    if "content-length" in fields:
        return Answer(status, await reader.readexactly(int(fields["content-length"])), last)
    if status in (NO_CONTENT, NOT_MODIFIED):
        return Answer(status, b"", last)
    return Answer(status, await reader.read(), last=True)


def _read_head(head: bytes) -> tuple[int, dict[str, str], bool]:
    """Status, fields by their names in small letters, and whether the connection ends."""
    first, *lines = head[: -len(HEAD_END)].decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    fields = {
        name.strip().lower(): text.strip()
        for name, _, text in (one.partition(":") for one in lines)
    }
    last = version == "HTTP/1.0" or "close" in fields.get("connection", "").lower()
    return int(status[:3]), fields, last


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(LINE_END)).partition(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(len(LINE_END))
    while await reader.readuntil(LINE_END) != LINE_END:
        continue  # trailers
    return b"".join(parts)
