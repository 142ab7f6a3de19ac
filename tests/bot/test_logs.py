"""No secret gets into a line of the bot's log, on a terminal or in a file, and libraries are quiet.

May import: logs.
"""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog

from piggybot.logs import HIDDEN, QUIET, set_up

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PROXY_TOKEN = "Zk3vQ9xW2mL7pR4tY8uB1nC6dF5gH0jS-_Q"


class Terminal(io.StringIO):
    """What a person sees, colours and all."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level, written = root.handlers[:], root.level, structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in QUIET}
    made: io.StringIO = request.param()
    set_up((TOKEN, PROXY_TOKEN), made)
    yield made
    root.handlers[:], root.level = before, level
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.configure(**written)


@pytest.mark.parametrize(
    "said",
    [
        TOKEN,
        PROXY_TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getUpdates",
        f"http://piggy:{PROXY_TOKEN}@localhost:8000",
        quote(f"http://piggy:{PROXY_TOKEN}@localhost:8000", safe=""),
    ],
)
def test_our_own_tokens_are_in_no_line(stream: io.StringIO, said: str) -> None:
    structlog.get_logger("x").warning("look", value=said)
    logging.getLogger("y").warning("look %s", said)
    try:
        raise ValueError(said) from KeyError(said)
    except ValueError:
        structlog.get_logger("x").exception("it failed")

    assert stream.getvalue().count(HIDDEN) >= 4
    assert TOKEN not in stream.getvalue()
    assert PROXY_TOKEN not in stream.getvalue()


@pytest.mark.parametrize(
    "unknown",
    [
        "hpke1:0123abcd:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
        "123456789:AAH-abcdefghijklmnopqrstuvwxyz01234",
        "A" * 64,
        "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_hidden_unseen(stream: io.StringIO, unknown: str) -> None:
    structlog.get_logger("x").info("look", value=unknown)

    assert unknown not in stream.getvalue()
    assert HIDDEN in stream.getvalue()


def test_ordinary_ids_stay_readable(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("told", client_id="pg-AAAAAAAAAAAAAAAAAAAAAA")

    assert "pg-AAAAAAAAAAAAAAAAAAAAAA" in stream.getvalue()
    if not stream.isatty():
        assert json.loads(stream.getvalue())["event"] == "told"


def test_a_job_that_ends_with_the_bot_is_no_trouble_and_one_that_breaks_is(
    stream: io.StringIO,
) -> None:
    jobs = logging.getLogger("apscheduler.executors.default")
    for error in (asyncio.CancelledError(), ValueError("broken")):
        try:
            raise error
        except (asyncio.CancelledError, ValueError):
            jobs.exception("Error running job")
    assert stream.getvalue().count("Error running job") == 1
    assert "broken" in stream.getvalue()


def test_libraries_that_would_log_addresses_are_quiet(stream: io.StringIO) -> None:
    for name in ("aiohttp.client", "telegram.ext.Updater", "apscheduler.executors"):
        logging.getLogger(name).info("POST https://api.telegram.org/bot…/sendMessage")
        logging.getLogger(name).debug("headers")

    assert stream.getvalue() == ""
