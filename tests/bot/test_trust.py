"""Whoever shows a certificate of nobody's is not talked to: no token reaches them.

May import: border, door, errors, proxy_client, settings, telegram, trust.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from piggybot.chat.border import Unreachable
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram import TelegramLine
from piggybot.errors import BrokerDown
from piggybot.proxy_client import ProxyClient
from piggybot.settings import Settings
from piggybot.trust import trusted
from tests.bot.wire_server import own_certificate, serving, speaking_tls, whole

pytestmark = pytest.mark.anyio
TOKEN = "k3Jx" * 10


class Impostor:
    """Listens at localhost under a certificate that it made itself."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heard.append(await reader.read(100))
        writer.close()


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[Impostor]:
    one = Impostor()
    context = speaking_tls(own_certificate(tmp_path))
    server = await asyncio.start_server(one.serve, "localhost", 0, ssl=context)
    one.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    yield one
    server.close()


async def test_a_proxy_that_nobody_vouches_for_never_hears_the_token(impostor: Impostor) -> None:
    client = ProxyClient(impostor.url, TOKEN, timeout=5)

    with pytest.raises(BrokerDown) as down:
        await client.health()

    await client.close()
    assert not down.value.sent
    assert impostor.heard == []


async def test_a_telegram_that_nobody_vouches_for_never_hears_the_token(
    impostor: Impostor,
) -> None:
    settings = Settings(
        _env_file=None,
        telegram_bot_token="123456:AAFr8_kd93Jw-LmQx2Zc7vTnB0eYhUo51s",
        telegram_api_url=impostor.url,
    )
    line = TelegramLine(settings, Timing())

    with pytest.raises(Unreachable):
        await line.fetch(None, 0)

    await line.close()
    assert impostor.heard == []


@pytest.fixture
def anew() -> Iterator[None]:
    """What is trusted is read anew, and once more for those who come after."""
    trusted.cache_clear()
    yield
    trusted.cache_clear()


@pytest.mark.usefixtures("anew")
async def test_a_proxy_that_ssl_cert_file_vouches_for_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    async with serving(whole(b'{"status":"ok"}'), tls=speaking_tls(own)) as server:
        client = ProxyClient(server.url, TOKEN, timeout=5)
        assert (await client.health()).status == "ok"
        await client.close()
    assert f"Bearer {TOKEN}".encode() in server.requests[0]


@pytest.mark.usefixtures("anew")
def test_who_is_trusted_is_certifis_list_or_the_environments_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    usual = trusted()
    assert usual.verify_mode is ssl.CERT_REQUIRED and usual.check_hostname
    assert usual.cert_store_stats()["x509_ca"] > 50

    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    trusted.cache_clear()
    assert trusted().verify_mode is ssl.CERT_REQUIRED
    assert trusted().cert_store_stats()["x509"] == 0

    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate(tmp_path)))
    trusted.cache_clear()
    assert trusted().cert_store_stats()["x509"] == 1
