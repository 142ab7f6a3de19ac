"""How the exchange misbehaves on request: the named faults, and which request meets one next.

Every name ends in `-before` (the request is not executed) or `-after` (it is, and only the answer
goes wrong), but for those in STANDING and LIES (lies.py), which have no sides. `slow-before`
executes late, as a queue does.

May import: nothing of ours.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from piggybot.sandbox.lies import KLINES, LIES, told
from piggybot.sandbox.requests import Request

ORDER = "/api/v3/order"
RETRY_AFTER = "7"
GZIP_HEAD = 10
NO_SUCH_BLOCK = b"\x07"
HTML = b"<html><head><title>Attention Required!</title></head><body>One moment</body></html>"
BAD_GATEWAY_STATUSES = (400, 403, 418, 429, 500, 502, 503, 504, 522, 524, 529)
BANNED = (418, 429)
CODES: dict[int, tuple[int, str]] = {
    1000: (500, "An unknown error occurred while processing the request."),
    1001: (500, "Internal error; unable to process your request. Please try again."),
    1003: (429, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."),
    1006: (
        500,
        "An unexpected response was received from the message bus. Execution status unknown.",
    ),
    1007: (
        504,
        "Timeout waiting for response from backend server. Send status unknown; "
        "execution status unknown.",
    ),
    1008: (
        503,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
    ),
    1015: (429, "Too many new orders; current limit is 100 orders per TEN_SECONDS."),
    1021: (400, "Timestamp for this request is outside of the recvWindow."),
    1022: (400, "Signature for this request is not valid."),
    2015: (401, "Invalid API-key, IP, or permissions for action."),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, before it goes to the wire."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json;charset=UTF-8"),)


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value, separators=(",", ":")).encode())


@dataclass(frozen=True, slots=True)
class Garbled:
    """Bytes for the bare connection, after which it is closed, or reset."""

    raw: bytes
    reset: bool = False


Spoil = Callable[[Answer, Request], Answer | Garbled]


def _raw(answer: Answer, body: bytes, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {answer.status} OK\r\nContent-Type: application/json\r\n{extra}"
    return f"{head}Content-Length: {len(answer.body)}\r\n\r\n".encode() + body


def _page(status: int) -> Spoil:
    headers = [("content-type", "text/html")]
    body = HTML
    if status in BANNED:
        headers = [("content-type", "application/json"), ("retry-after", RETRY_AFTER)]
        body = as_json({"code": -1003, "msg": CODES[1003][1]}).body
    return lambda answer, request: Answer(status, body, tuple(headers))


def _code(code: int) -> Spoil:
    status, words = CODES[code]
    headers = [("content-type", "application/json")]
    if status in BANNED:
        headers.append(("retry-after", RETRY_AFTER))
    body = as_json({"code": -code, "msg": words}).body
    return lambda answer, request: Answer(status, body, tuple(headers))


def _body(body: bytes) -> Spoil:
    return lambda answer, request: Answer(200, body)


def _redirect(status: int) -> Spoil:
    return lambda answer, request: Answer(status, b"", (("location", request.target),))


def _bad_gzip(answer: Answer, request: Request) -> Garbled:
    packed = gzip.compress(answer.body)
    broken = packed[:GZIP_HEAD] + NO_SUCH_BLOCK + packed[GZIP_HEAD + 1 :]
    spoilt = Answer(200, broken)
    return Garbled(_raw(spoilt, spoilt.body, "Content-Encoding: gzip\r\n"))


SPOILS: dict[str, Spoil] = {
    "closed": lambda answer, request: Garbled(b""),
    "reset": lambda answer, request: Garbled(b"", reset=True),
    "truncated": lambda answer, request: Garbled(
        _raw(answer, answer.body[: len(answer.body) // 2])
    ),
    "bad-gzip": _bad_gzip,
    "garbage": lambda answer, request: Garbled(b"\x00\x17SMTP 220 not a web server\r\n\r\n"),
    "duplicated": lambda answer, request: Garbled(_raw(answer, answer.body) * 2),
    "html": lambda answer, request: Answer(200, HTML, (("content-type", "text/html"),)),
    "empty": _body(b""),
    "empty-object": _body(b"{}"),
    "empty-list": _body(b"[]"),
    "half-json": lambda answer, request: Answer(
        200, answer.body[: len(answer.body) // 2] or b'{"symbol":"BTC'
    ),
    "redirect": _redirect(307),
    "redirect-302": _redirect(302),
    **{str(status): _page(status) for status in BAD_GATEWAY_STATUSES},
    **{f"code-{code}": _code(code) for code in CODES},
}
WAITS = ("slow", "timeout")
SIDES = ("before", "after")
STANDING = ("ok", "refused", "clock-skew", "candles-young", "not-found", "trades-empty")
NAMES = (*STANDING, *LIES, *(f"{kind}-{side}" for kind in (*WAITS, *SPOILS) for side in SIDES))


@dataclass(slots=True)
class Fault:
    """One way to misbehave, for the next `count` requests that match; None means until `ok`."""

    name: str
    count: int | None
    method: str
    path: str
    seconds: float
    at: int | None = None
    """Of a lie: the open time of the candle that it is about."""

    @property
    def kind(self) -> str:
        return self.name.rsplit("-", 1)[0] if self.name.endswith(SIDES) else self.name

    @property
    def executes(self) -> bool:
        """Whether the request still reaches the engine."""
        return self.name.endswith("-after") or self.name == "slow-before" or self.name in LIES

    @property
    def spoil(self) -> Spoil | None:
        return self._lie if self.name in LIES else SPOILS.get(self.kind)

    def meets(self, request: Request) -> bool:
        return self.method in ("*", request.method) and self.path in ("*", request.path)

    def _lie(self, answer: Answer, _: Request) -> Answer:
        return Answer(answer.status, told(self.name, self.at, answer.body), answer.headers)


DEFAULT_TARGET = {
    **{name: ("GET", KLINES) for name in LIES},
    "not-found": ("GET", ORDER),
    "trades-empty": ("GET", "/api/v3/myTrades"),
}


class Faults:
    """The faults that stand, oldest first; a request meets the first that matches it."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []
        self.met: list[str] = []

    def add(self, fault: Fault) -> None:
        self.standing.append(fault)

    def clear(self) -> None:
        self.standing.clear()

    def take(self, request: Request) -> Fault | None:
        """The fault that this request meets, counted down."""
        for fault in self.standing:
            if not fault.meets(request):
                continue
            self.met.append(fault.name)
            if fault.count is not None:
                fault.count -= 1
                if fault.count == 0:
                    self.standing.remove(fault)
            return fault
        return None
