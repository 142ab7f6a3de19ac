"""Who may call: every route, and every way to be turned away."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from proxy.routes import router
from tests.proxy.edges import TOKEN, Proxy, running

pytestmark = pytest.mark.anyio

ROUTES = [
    ("GET", "/api/account/u1"),
    ("GET", "/api/accounts"),
    ("GET", "/api/stop"),
    ("GET", "/api/orders/pg-aaaaaaaa?userId=u1"),
    ("GET", "/api/balance/u1"),
    ("GET", "/api/price?exchange=binance&symbol=BTC/USDT"),
    ("GET", "/api/venue?exchange=binance"),
    ("GET", "/api/candles?exchange=binance&symbol=BTC/USDT"),
    ("GET", "/api/market?exchange=binance&symbol=BTC/USDT"),
    ("GET", "/api/books/u1?exchange=binance&mode=LIVE"),
    ("GET", "/api/sellable/u1"),
    ("POST", "/api/account"),
    ("POST", "/api/mode"),
    ("POST", "/api/limits"),
    ("POST", "/api/stop"),
    ("POST", "/api/flatten"),
    ("POST", "/api/credentials"),
    ("POST", "/api/forget"),
    ("POST", "/api/trade"),
    ("POST", "/api/check"),
    ("POST", "/api/adopt"),
    ("POST", "/api/orders/pg-aaaaaaaa/void"),
]
POSTS = [path for method, path in ROUTES if method == "POST"]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxy]:
    folder: Path = tmp_path_factory.mktemp("gate")
    async with running(folder) as proxy:
        yield proxy


@pytest.fixture
async def stranger(proxy: Proxy) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=proxy.server.url, trust_env=False) as client:
        yield client


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"piggy:{password}".encode()).decode()


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["error"]["code"]
    return code


async def test_the_list_of_routes_is_the_whole_list() -> None:
    known = {
        (method, route.path)  # type: ignore[attr-defined]
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert len(known) == len(ROUTES) + 1  # and health, which anybody may ask


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_route_opens_without_the_token(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    wrong = [
        "",
        "Bearer",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Token {TOKEN}",
        TOKEN,
        basic(TOKEN + "x"),
        "Basic !!!",
        basic(""),
    ]
    answers = [await stranger.request(method, path, json={})]
    answers += [
        await stranger.request(method, path, json={}, headers={"Authorization": one})
        for one in wrong
    ]

    for answer in answers:
        assert (answer.status_code, code_of(answer)) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert TOKEN not in answer.text


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_route_answers_to_another_host_or_a_web_page(
    proxy: Proxy, method: str, path: str
) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil:8000"):
        foreign = await proxy.call(method, path, headers={"Host": host})
        assert foreign.status_code == 400
    for origin in ("https://evil.example", "null", "http://127.0.0.1:8000"):
        page = await proxy.call(method, path, headers={"Origin": origin})
        assert (page.status_code, code_of(page)) == (403, "origin_refused")


@pytest.mark.parametrize("path", POSTS)
async def test_no_body_is_too_large_or_not_json(proxy: Proxy, path: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 1024

    json_type = {"Content-Type": "application/json"}
    large = await proxy.call("POST", path, content=b" " * (16 * 1024 + 1), headers=json_type)
    chunked = await proxy.call("POST", path, content=chunks(), headers=json_type)
    for answer in (large, chunked):
        assert (answer.status_code, code_of(answer)) == (413, "too_large")

    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""):
        other = await proxy.call("POST", path, content=b"{}", headers={"Content-Type": kind})
        assert (other.status_code, code_of(other)) == (415, "not_json")


async def test_a_body_of_just_the_most_is_read_whole(proxy: Proxy) -> None:
    body = b'{"userId": "u1", "mode": "PAPER"}'.ljust(16 * 1024)
    kind = {"Content-Type": "application/json"}
    answer = await proxy.call("POST", "/api/mode", content=body, headers=kind)
    assert code_of(answer) == "unknown_account", "it was understood"


async def test_a_body_that_says_it_is_huge_is_refused_before_it_is_read(proxy: Proxy) -> None:
    head = ["POST /api/trade HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {TOKEN}"]
    head += ["Content-Type: application/json", "Content-Length: 1000000000", "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.server.port)
    writer.write("\r\n".join(head).encode())
    async with asyncio.timeout(30):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_the_token_is_shown_once_and_in_its_own_letters(stranger: httpx.AsyncClient) -> None:
    twice = [("Authorization", "Bearer nope"), ("Authorization", f"Bearer {TOKEN}")]
    soiled = [("Authorization", basic(TOKEN).replace("Basic ", "Basic !"))]
    for headers in (twice, twice[::-1], soiled):
        answer = await stranger.get("/api/stop", headers=headers)
        assert (answer.status_code, code_of(answer)) == (401, "invalid_token")


async def test_both_ways_to_show_the_token_work(proxy: Proxy, stranger: httpx.AsyncClient) -> None:
    for shown in (f"Bearer {TOKEN}", f"bearer {TOKEN}", basic(TOKEN)):
        answer = await stranger.get("/api/stop", headers={"Authorization": shown})
        assert answer.status_code == 200

    url = f"http://piggy:{TOKEN}@127.0.0.1:{proxy.server.port}/api/stop"
    assert (await stranger.get(url)).status_code == 200


async def test_health_tells_strangers_nothing(proxy: Proxy, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/health")).json() == {"status": "ok"}
    wrong = await stranger.get("/api/health", headers={"Authorization": "Bearer nope"})
    assert (wrong.status_code, code_of(wrong)) == (401, "invalid_token")

    ours = (await proxy.call("GET", "/api/health")).json()
    assert ours["sandbox"] is True
    assert [one["name"] for one in ours["exchanges"] if one["supported"]] == [
        "binanceus",
        "binance",
    ]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/", "/api", "/api/health/"])
async def test_there_is_nothing_else(proxy: Proxy, path: str) -> None:
    answer = await proxy.call("GET", path)

    assert (answer.status_code, code_of(answer)) == (404, "not_found")


async def test_no_header_names_the_server(proxy: Proxy) -> None:
    assert "server" not in (await proxy.call("GET", "/api/health")).headers
