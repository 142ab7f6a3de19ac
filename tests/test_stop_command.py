"""`piggybot stop`: the file first, then the proxy, and only what is known is said.

May import: halt, trust.
"""

import json
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from piggybot import halt as module
from piggybot.demo import free_port
from piggybot.halt import Where, halt
from piggybot.trust import trusted

TOKEN = "t" * 40
CLOSED = {"closed": True, "settled": False, "epoch": 3, "inFlight": 1, "cancelled": 0, "unknown": 0}
SETTLED = CLOSED | {"settled": True, "inFlight": 0, "cancelled": 2, "unknown": 1}


class FakeProxy(BaseHTTPRequestHandler):
    """Answers each request with the next prepared one; remembers what it was asked."""

    def do_POST(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        server.asked.append((self.command, self.path, self.headers["Authorization"]))
        server.file_was_there.append(server.stop_file.exists())
        status, body = server.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def proxy(data: Path, *answers: tuple[int, object]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeProxy)
    server.asked, server.file_was_there, server.answers = [], [], list(answers)
    server.stop_file = data / "STOP"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stop(data: Path, port: int) -> tuple[int, str]:
    (data / "proxy.token").write_text(TOKEN + "\n")
    said: list[str] = []
    status = halt(Where(data, f"http://127.0.0.1:{port}", None, data / "proxy.token"), said.append)
    return status, "\n".join(said)


def test_the_file_comes_first_then_both_acknowledgements(tmp_path: Path):
    with proxy(tmp_path, (200, CLOSED), (200, SETTLED)) as server:
        status, said = stop(tmp_path, server.server_port)
    assert status == 0
    assert server.asked == [
        ("POST", "/api/stop", f"Bearer {TOKEN}"),
        ("GET", "/api/stop", f"Bearer {TOKEN}"),
    ]
    assert server.file_was_there == [True, True]
    assert stat.S_IMODE((tmp_path / "STOP").stat().st_mode) == 0o600
    assert said.endswith(
        "also after a restart, until /resume.\n"
        "Gate closed: the proxy sends no order from now on, for any account.\n"
        "Looking after what was on its way, for 30 s at most …\n"
        "Nothing in flight, 2 cancelled, 1 unknown. The proxy goes on asking after unknown orders."
    )


def test_a_dead_proxy_starts_stopped_and_what_is_open_is_not_cancelled(tmp_path: Path):
    status, said = stop(tmp_path, port := free_port())
    assert status == 0
    assert (tmp_path / "STOP").exists()
    assert said.splitlines()[2:] == [
        f"The proxy at http://127.0.0.1:{port} was not reached: nobody listens there.",
        "If it is not running at all: no order can leave, and it will start stopped.",
        "If it runs with another data folder or on another machine, it is NOT stopped.",
        "Not done: orders that are open at the exchange are not cancelled. Look at them there.",
    ]


def test_a_token_in_the_address_is_used_and_not_shown(tmp_path: Path):
    said: list[str] = []
    with proxy(tmp_path, (500, {})) as server:
        url = f"http://piggy:hidden@127.0.0.1:{server.server_port}"
        assert halt(Where(tmp_path, url, None, tmp_path / "none"), said.append) == 1
    assert server.asked == [("POST", "/api/stop", "Bearer hidden")]
    assert "it answers with status 500." in said[2]
    assert "hidden" not in "\n".join(said)


def test_a_proxy_that_refuses_the_token_is_not_called_stopped(tmp_path: Path):
    with proxy(tmp_path, (401, {"error": {"code": "invalid_token"}})) as server:
        status, said = stop(tmp_path, server.server_port)
    assert status == 1
    assert "it refuses our token, so it is another proxy, or uses another folder." in said
    assert "it is NOT stopped" in said
    assert TOKEN not in said


def test_an_answer_of_somebody_else_is_not_an_acknowledgement(tmp_path: Path):
    with proxy(tmp_path, (200, {"hello": "world"})) as server:
        status, said = stop(tmp_path, server.server_port)
    assert status == 1
    assert "its answer cannot be understood" in said
    assert "Gate closed" not in said


def test_a_proxy_whose_tls_is_not_trusted_is_not_called_dead(tmp_path: Path):
    said: list[str] = []
    with proxy(tmp_path) as server:
        url = f"https://127.0.0.1:{server.server_port}"
        assert halt(Where(tmp_path, url, TOKEN, tmp_path / "none"), said.append) == 1
    assert "no TLS that this host trusts" in said[2]
    assert "not running at all" not in "\n".join(said)


@pytest.mark.parametrize(("scheme", "status"), [("https", 1), ("http", 0)])
def test_a_lost_list_of_certificates_is_told_where_it_is_needed(
    tmp_path: Path, monkeypatch, scheme: str, status: int
):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    trusted.cache_clear()
    said: list[str] = []
    url = f"{scheme}://127.0.0.1:{free_port()}"
    assert halt(Where(tmp_path, url, TOKEN, tmp_path / "none"), said.append) == status
    told = "certificates of SSL_CERT_FILE cannot be read (no such file or directory)."
    assert (told in said[2]) is (scheme == "https")


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "nobody listens there"),
        (OSError(113, "No route to host"), "no connection ([Errno 113] No route to host)"),
        (None, "no connection (all attempts failed)"),
    ],
)
def test_only_a_refused_connection_proves_that_nobody_is_there(cause, told: str):
    problem = httpx.ConnectError("all attempts failed")
    problem.__cause__ = cause
    found = module._unconnected(problem)
    assert str(found) == told
    assert isinstance(found, module._NotRunning) is (told == "nobody listens there")


def test_on_a_full_disk_the_file_stops_without_a_word_in_it(tmp_path: Path):
    (tmp_path / "proxy.token").write_text(TOKEN + "\n")
    said: list[str] = []
    address = f"http://127.0.0.1:{free_port()}"
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))  # no file takes a byte more
    try:
        status = halt(Where(tmp_path, address, None, tmp_path / "proxy.token"), said.append)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    assert (tmp_path / "STOP").read_bytes() == b""
    assert said[0].startswith("Stop file written: ")
    assert any("it will start stopped." in one for one in said)
    assert status == 0


def test_without_a_file_and_without_a_proxy_nothing_is_stopped(tmp_path: Path):
    (tmp_path / "STOP").mkdir()
    status, said = stop(tmp_path, free_port())
    assert status == 1
    assert "could not be written: is a directory." in said
    assert "NOTHING IS STOPPED by this command." in said


def test_without_a_token_the_file_is_written_all_the_same(tmp_path: Path):
    said: list[str] = []
    where = Where(tmp_path, "http://127.0.0.1:1", None, tmp_path / "proxy.token")
    assert halt(where, said.append) == 1
    assert (tmp_path / "STOP").exists()
    assert "its token cannot be read (no such file or directory)." in "\n".join(said)


def test_a_proxy_that_never_settles_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(module, "PAUSE", 0.06)
    with proxy(tmp_path, (200, CLOSED), (503, {})) as server:
        status, said = stop(tmp_path, server.server_port)
    assert status == 0
    assert "1 still in flight, 0 cancelled, 0 unknown. The proxy goes on with it." in said


@pytest.mark.parametrize("written", [True, False])
def test_a_proxy_that_cannot_write_the_stop_down_is_held_by_the_file(tmp_path: Path, written: bool):
    if not written:
        (tmp_path / "STOP").mkdir()
    unkept = CLOSED | {"problem": {"code": "database_failed", "message": "Its disk is full."}}
    with proxy(tmp_path, (200, unkept)) as server:
        status, said = stop(tmp_path, server.server_port)
    assert status == (0 if written else 1)
    assert "It could not write that down. Its disk is full." in said
    assert ("The stop file holds it" in said) is written
    assert ("IT HAS FORGOTTEN THE STOP" in said) is not written
