"""Whoever shows a certificate of nobody's is not talked to: no token reaches them.

May import: border, door, errors, proxy_client, settings, telegram.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from piggybot.chat.border import Unreachable
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram import TelegramLine
from piggybot.errors import BrokerDown
from piggybot.proxy_client import ProxyClient
from piggybot.settings import Settings

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


def own_certificate(folder: Path) -> Path:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    file = folder / "own.pem"
    file.write_bytes(pem)
    return file


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[Impostor]:
    one = Impostor()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))
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
