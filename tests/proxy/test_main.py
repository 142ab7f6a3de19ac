"""`python -m proxy` as a process: its lock, its sentences, and how it ends."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from proxy.__main__ import listening, serve
from proxy.logs import Secrets
from proxy.settings import BadSettings, load

ROOT = Path(__file__).parents[2]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    origin = {"EXCHANGE_ORIGIN": "http://127.0.0.1:9", "PYTHONPATH": str(ROOT)}
    return kept | origin | {"PIGGY_DATA": str(folder / "data")} | more


def run(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "proxy"],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def health(port: int, token: str = "", trusted: ssl.SSLContext | None = None) -> dict[str, object]:
    scheme = "http" if trusted is None else "https"
    request = urllib.request.Request(f"{scheme}://localhost:{port}/api/health")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    with opener.open(request, timeout=5) as answer:
        body: dict[str, object] = json.load(answer)
        return body


@contextmanager
def started(
    folder: Path, port: int, trusted: ssl.SSLContext | None = None, **more: str
) -> Iterator[subprocess.Popen[str]]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "proxy"],
            cwd=folder,
            env=environment(folder, PROXY_PORT=str(port), **more),
            stderr=log,
            text=True,
        )
        try:
            wait_until_up(process, port, trusted)
            yield process
        finally:
            process.kill()
            process.wait()


def wait_until_up(
    process: subprocess.Popen[str], port: int, trusted: ssl.SSLContext | None
) -> None:
    for _ in range(300):
        assert process.poll() is None, "it ended at once"
        try:
            health(port, trusted=trusted)
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("it never answered")


def write_certificate(folder: Path) -> None:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def test_it_serves_alone_keeps_its_memory_private_and_ends_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, port) as process:
        token = (tmp_path / "data" / "proxy.token").read_text().strip()
        ours = health(port, token)
        second = run(tmp_path, PROXY_PORT=str(free_port()))
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)

    assert ours["publicKey"]
    assert (second.returncode, "Another proxy is using" in second.stderr) == (2, True)
    [core] = [line.split()[4:6] for line in limits.splitlines() if "core file" in line]
    assert core == ["0", "0"]
    log = (tmp_path / "log").read_text()
    assert "proxy starts" in log
    assert token not in log
    assert "Traceback" not in log
    private = tmp_path / "data" / "proxy"
    assert private.stat().st_mode & 0o777 == 0o700
    assert all(one.stat().st_mode & 0o077 == 0 for one in private.iterdir())


def test_a_bad_start_is_a_sentence_and_exit_code_2(tmp_path: Path) -> None:
    ended = run(tmp_path, PROXY_HOST="0.0.0.0", PROXY_TOKEN="s3cret")

    assert ended.returncode == 2
    assert "PROXY_TOKEN: is shorter than 32 characters" in ended.stderr
    assert "s3cret" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = load(_env_file=None, proxy_port=taken.getsockname()[1])
        with pytest.raises(BadSettings, match="Cannot listen"):
            listening(settings)


def test_it_speaks_tls_with_its_own_certificate_and_nothing_else_then(tmp_path: Path) -> None:
    write_certificate(tmp_path)
    port = free_port()
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    files = {"PROXY_TLS_CERT": "cert.pem", "PROXY_TLS_KEY": "key.pem"}
    with started(tmp_path, port, trusting, **files):
        assert health(port, trusted=trusting) == {"status": "ok"}
        with pytest.raises(OSError):
            health(port)


def test_a_certificate_that_is_not_there_is_a_sentence() -> None:
    settings = load(_env_file=None, proxy_tls_cert="no.pem", proxy_tls_key="no.key")

    with pytest.raises(BadSettings, match="There is no file"):
        serve(settings, Secrets())
