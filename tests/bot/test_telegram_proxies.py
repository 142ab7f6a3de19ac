"""Whoever reaches Telegram through an HTTP proxy, or by a name and a password, and by what.

May import: border, door, errors, settings, telegram, telegram_http, trust.
"""

import base64
import ssl

import pytest

from piggybot.chat.border import Letter, Unreachable
from piggybot.chat.telegram_http import proxy_for
from piggybot.errors import BadSettings
from tests.bot.test_telegram_http import TAKEN, telegram
from tests.bot.wire_server import Tunnel, listening, serving

pytestmark = pytest.mark.anyio
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
NAMED = b"Basic " + base64.b64encode("piggy:hünter@2".encode())
IN_A_URL = "piggy:h%C3%BCnter%402"
ORIGIN = "https://api.telegram.org"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def say_hello(url: str) -> None:
    line = telegram(url)
    try:
        assert await line.send(1, Letter("hello")) == 7
    finally:
        await line.close()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY", "http_proxy"])
async def test_a_proxy_is_asked_for_an_address_in_clear(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(TAKEN) as server:
        monkeypatch.setenv(name, server.url.replace("http://", "http://piggy:word@"))
        await say_hello("http://localhost:1")
    (request,) = server.requests
    assert request.startswith(b"POST http://localhost:1/bot")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"piggy:word") in request
    assert b"\r\nAuthorization" not in request


@pytest.mark.parametrize("over_tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_of_either_kind_leads_to_telegram_and_hears_nothing(
    name: str, over_tls: bool, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = Tunnel()
    async with listening(tunnel, tls if over_tls else None), serving(TAKEN, tls=tls) as server:
        monkeypatch.setenv(name, tunnel.url.replace("://", "://piggy:word@"))
        await say_hello(server.url)
    (head,) = tunnel.heads
    assert head.startswith(b"CONNECT localhost:")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"piggy:word") in head
    assert b"123456:AA" not in head
    (request,) = server.requests
    assert request.startswith(b"POST /bot123456:AA")
    assert b"Authorization" not in request


async def test_a_proxy_that_refuses_is_a_failure_without_an_address(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"
    async with serving(refused) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url.replace("http://", "http://piggy:word@"))
        with pytest.raises(Unreachable, match=r"^NetworkError$"):
            await say_hello("https://localhost:1")
    assert [one[:8] for one in server.requests] == [b"CONNECT "]


async def test_no_proxy_is_heeded(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "example.org, localhost")
    async with serving(TAKEN, tls=tls) as server:
        await say_hello(server.url)
    assert len(server.requests) == 1


async def test_a_name_and_a_password_in_the_address_go_as_a_header() -> None:
    async with serving(TAKEN) as server:
        await say_hello(server.url.replace("http://", f"http://{IN_A_URL}@"))
    (request,) = server.requests
    assert request.startswith(b"POST /bot123456:AA")
    assert b"\r\nAuthorization: " + NAMED + b"\r\n" in request


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"HTTPS_PROXY": "a:1"}, "http://a:1"),
        ({"HTTPS_PROXY": "https://a"}, "https://a"),
        ({"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://b:2"}, "http://a:1"),
        ({"HTTPS_PROXY": "", "ALL_PROXY": "http://b:2"}, "http://b:2"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": ".telegram.org"}, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "gram.org"}, "http://a:1"),
        ({"HTTP_PROXY": "socks5://a:1"}, None),
        ({"ALL_PROXY": "socks5://a:1", "NO_PROXY": "api.telegram.org"}, None),
        ({"ALL_PROXY": "socks5://a:1", "HTTPS_PROXY": "http://b:2"}, "http://b:2"),
    ],
)
def test_which_proxy_the_environment_names(
    environment: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(ORIGIN) == proxy


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "ftp"])
def test_a_proxy_of_another_kind_is_refused_with_what_to_do(
    name: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"{scheme}://piggy:hunter2@127.0.0.1:1080")
    with pytest.raises(BadSettings) as refused:
        telegram(ORIGIN)
    assert "not SOCKS" in refused.value.message
    assert "HTTPS_PROXY" in refused.value.hint
    assert "hunter2" not in str(refused.value)
