"""No secret gets into a log line, in whatever dress it comes."""

import base64
import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog

from proxy.logs import HIDDEN, MOST_KNOWN, QUIET, Secrets, set_up

SECRET = 'p@ss"w/rd+with=odd\\chars'
PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQ
-----END PRIVATE KEY-----"""


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, written = root.handlers[:], root.level, structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in QUIET}
    stream, secrets = io.StringIO(), Secrets()
    secrets.register(SECRET, PEM)
    set_up(secrets, stream)
    yield stream
    root.handlers, root.level = before, level
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.configure(**written)


@pytest.mark.parametrize(
    "dressed",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        repr(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
        PEM,
        PEM.splitlines()[1],
    ],
)
def test_a_known_secret_is_hidden_in_every_dress(stream: io.StringIO, dressed: str) -> None:
    structlog.get_logger("x").warning("look", value=dressed)
    logging.getLogger("y").warning("look %s", dressed)

    lines = stream.getvalue()
    assert lines.count(HIDDEN) >= 2
    assert dressed not in lines
    assert SECRET not in lines


def test_a_secret_that_is_opened_again_is_hidden_in_every_dress_however_many_came_since() -> None:
    secrets = Secrets()
    code = base64.b64encode(SECRET.encode()).decode()
    dropped = 0
    for number in range(MOST_KNOWN // 3):
        secrets.register(f"another-secret-{number:05}-+")
        if number % 100 == 0:
            dropped += secrets.hide(SECRET) == SECRET
            secrets.register(SECRET)
            line = f"{SECRET} {code} {SECRET.encode().hex()} {quote(SECRET, safe='')}"
            assert secrets.hide(line) == " ".join(4 * [HIDDEN]), number
    assert dropped > 1, "it was never dropped"


def test_an_exception_cannot_carry_a_secret_out(stream: io.StringIO) -> None:
    def fail(text: str) -> None:
        raise ValueError(f"bad: {text}") from KeyError(text)

    try:
        fail(SECRET)
    except ValueError:
        structlog.get_logger("x").exception("it failed")
        logging.getLogger("y").exception("it failed")

    assert stream.getvalue().count("ValueError") >= 2
    assert SECRET not in stream.getvalue()
    assert json.dumps(SECRET)[1:-1] not in stream.getvalue()


@pytest.mark.parametrize(
    "unknown",
    [
        "hpke1:0123abcd:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
        "Bearer abcdef.ghijkl-mnopqr",
        "Basic cGlnZ3k6dG9rZW4=",
        "123456789:AAH-abcdefghijklmnopqrstuvwxyz01234",
        "A" * 64,
        "9cc4c6a8c1ad4e2fb3c3e1d27d6d8f0f9cc4c6a8c1ad4e2fb3c3e1d27d6d8f0f",
        "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_hidden_unseen(stream: io.StringIO, unknown: str) -> None:
    structlog.get_logger("x").info("look", value=f"{unknown} end")

    tail = unknown.rsplit(maxsplit=1)[-1] if unknown.startswith("B") else unknown
    assert tail not in stream.getvalue()
    assert HIDDEN in stream.getvalue()


def test_ordinary_words_and_ids_stay_readable(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("order sent", client_id="pg-AAAAAAAAAAAAAAAAAAAAAA", usd="2.00")

    [line] = stream.getvalue().splitlines()
    assert json.loads(line)["client_id"] == "pg-AAAAAAAAAAAAAAAAAAAAAA"
    assert json.loads(line)["event"] == "order sent"


def test_a_line_break_in_a_value_makes_no_second_line(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("look", value="a\nERROR forged")

    assert len(stream.getvalue().splitlines()) == 1


def test_talkative_libraries_are_capped(stream: io.StringIO) -> None:
    for name in ("ccxt", "ccxt.base.exchange", "aiohttp", "httpx", "uvicorn.access"):
        logging.getLogger(name).info("GET https://api/x?signature=abc")
        logging.getLogger(name).debug("headers")

    assert stream.getvalue() == ""
