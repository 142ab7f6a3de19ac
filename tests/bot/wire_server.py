"""The other side of the bot's lines, on loopback: a server that answers as told, a proxy, and TLS.

May import: nothing of ours.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

OK = b"HTTP/1.1 200 OK\r\n"
CUT = b"CUT"
"""The connection ends here."""
PIECE = 3


def whole(body: bytes) -> bytes:
    """The answer with that body."""
    return OK + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class Server:
    """Answers each request with the next of `answers`; the last one again and again."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.opened = 0
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            while await self._one(reader, writer):
                continue
        except (OSError, EOFError):
            return
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        self.requests.append(head + await reader.readexactly(int(length or b"0")))
        self.asked.set()
        await self.go.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        words = answer.removesuffix(CUT)
        for first in range(0, len(words), PIECE):  # as a bad network hands it over
            writer.write(words[first : first + PIECE])
            await asyncio.sleep(0)
        return not answer.endswith(CUT)


class Tunnel:
    """An HTTP proxy that leads wherever it is asked to lead. `heads` are what it was asked."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, place = head.split(b" ")[:2]
        assert method == b"CONNECT"
        host, _, port = place.decode().rpartition(":")
        there, to_there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, to_there), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(2**16):
            target.write(data)
            await target.drain()
    except OSError:
        return
    finally:
        target.close()


@asynccontextmanager
async def serving(*answers: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    one = Server(*answers)
    async with listening(one, tls):
        yield one
        one.go.set()


@asynccontextmanager
async def listening(one: Server | Tunnel, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    one.url = f"http://127.0.0.1:{port}" if tls is None else f"https://localhost:{port}"
    try:
        yield
    finally:
        server.close()


def own_certificate(folder: Path) -> Path:
    """For localhost, with its key, of nobody's who is known."""
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


def speaking_tls(certificate: Path) -> ssl.SSLContext:
    """For a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
