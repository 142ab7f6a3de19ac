"""`python -m proxy`: checks, the lock, and the server. `python -m proxy doctor`: how it is.

May import: app, doctor, errors, logs, settings.
"""

import ctypes
import fcntl
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from migrations.database import UnsafeDatabase
from proxy.errors import ProxyError
from proxy.logs import Secrets, set_up
from proxy.settings import BadSettings, Settings, load

MOST_CONNECTIONS = 64
KEEP_ALIVE = 30
SHUTDOWN = 20
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
BAD_START = 2

log = structlog.get_logger("proxy")


def main() -> int:
    """Run the proxy until it is told to end; 2 and a sentence where it cannot start."""
    if sys.argv[1:] == ["doctor"]:
        return tell()
    end_with_parent()
    os.umask(0o077)
    keep_memory_private()
    secrets = Secrets()
    set_up(secrets)
    try:
        settings = load()
        with only_one(settings.folder):
            serve(settings, secrets)
    except (ProxyError, UnsafeDatabase, OSError) as error:
        complain(error)
        return BAD_START
    return 0


def tell() -> int:
    """Say how this house is; 0 where all is well."""
    from proxy.doctor import examine  # late: a start need not have it

    found = list(examine())
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 0 if all(one.good for one in found) else 1


def serve(settings: Settings, secrets: Secrets) -> None:
    """Listen, and say where; the port is taken before anything else is opened."""
    settings.check_certificate()
    with listening(settings) as port:
        with uncollected():
            import uvicorn  # late: where nothing is collected, as the next

            from proxy.app import World, build  # late: a third of a start would be collecting

        config = uvicorn.Config(
            build(settings, World(secrets=secrets)),
            ssl_certfile=settings.proxy_tls_cert,
            ssl_keyfile=settings.proxy_tls_key,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws="none",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=SHUTDOWN,
        )
        server = uvicorn.Server(config)
        log.info("proxy starts", host=settings.proxy_host, port=settings.proxy_port)
        server.run(sockets=[port])
    if not server.started:
        raise ProxyError("not_started", "The proxy could not start; its log says why.")


def listening(settings: Settings) -> socket.socket:
    """The port, taken; a sentence where another program has it."""
    host, port = settings.proxy_host, settings.proxy_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadSettings(
            "bad_settings",
            f"Cannot listen on {host}, port {port} ({error.strerror}).",
            "Stop the program that has it, or set another PROXY_PORT (or PROXY_HOST), and "
            "BACKEND_API_URL to match.",
        ) from None


@contextmanager
def uncollected() -> Iterator[None]:
    """What is loaded in here stays: to look through it for garbage takes a third of a start, and
    later 50 ms of the event loop each time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """One proxy per data folder: two would count limits twice and answer for each other."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with open(folder / "lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadSettings(
                "already_running",
                f"Another proxy is using {folder}. Stop it, or give this one its own PIGGY_DATA.",
            ) from None
        yield


def end_with_parent() -> None:
    """Be told to end, in order, when whoever started this house is lost without ending it."""
    parent = os.environ.get("PIGGY_PARENT")
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        raise SystemExit(1)


def keep_memory_private() -> None:
    """No core dumps, and no reading of this process's memory by others of the same user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return
    prctl: Callable[..., int] = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        log.warning("PR_SET_DUMPABLE could not be set", errno=ctypes.get_errno())


def complain(error: Exception) -> None:
    """The sentence, for a person at a terminal."""
    words = str(error)
    if isinstance(error, ProxyError):
        words = f"{error.message} {error.hint}"
    elif isinstance(error, OSError) and error.filename:
        words = (
            f"{error.filename} cannot be used: {error.strerror}. Make it writable for this user, "
            "or set PIGGY_DATA to another folder."
        )
    sys.stderr.write(words.strip() + "\n")


if __name__ == "__main__":
    sys.exit(main())
