"""`piggybot stop`: ends all trading from the host, without Telegram and without the bot.

The stop file comes first, because it needs nobody: the proxy's gate looks for it before each send
and at each start. Then the proxy is asked, which also cancels what is open. Each sentence says only
what is known.

May import: trust, wire.
"""

import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from piggybot.trust import trusted
from proxy.wire import StopOut

ANSWER_SECONDS = 5.0
SETTLE_SECONDS = 30.0
PAUSE = 0.3
NOTE = b"All trading is stopped from the host. /resume in the owner's chat ends it.\n"


@dataclass(frozen=True, slots=True)
class Where:
    """Which house to stop: its data folder, its proxy's address and token."""

    data: Path
    url: str
    token: str | None
    token_file: Path

    @property
    def address(self) -> str:
        """The proxy's address as it may be shown: without what stands before an @."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def read_token(self) -> str:
        """The token: of the address, given, or of its file; _NoAnswer says why there is none."""
        given = urlsplit(self.url).password or self.token
        if given:
            return given
        try:
            return self.token_file.read_text().strip()
        except OSError as problem:
            raise _NoAnswer(f"its token cannot be read ({_reason(problem)})") from None


class _NoAnswer(Exception):
    """The proxy could not be asked, or gave no usable answer; the text says why."""


class _NotRunning(_NoAnswer):
    """Nobody listens at the proxy's address."""


def halt(where: Where, say: Callable[[str], None]) -> int:
    """Stop everything; say what is and what is not stopped. Returns the exit status.

    0: the proxy has closed its gate, or none runs and the stop file waits for it in a folder that
    was there before. 1: not certain.
    """
    known = where.data.exists()
    written = _write_file(where.data / "STOP", say)
    if not known:
        say(f"There was no data folder {where.data.resolve()}: is this the right folder?")
    try:
        with _line(where) as http:
            answer = _ask(http, "POST")
            say("Gate closed: the proxy sends no order from now on, for any account.")
            if answer.problem is not None:
                return _unkept(answer.problem.message, written, say)
            if not answer.settled:
                say(f"Looking after what was on its way, for {SETTLE_SECONDS:.0f} s at most …")
            _say_settled(_settled(http, answer), say)
            return 0
    except _NoAnswer as problem:
        say(f"The proxy at {where.address} was not reached: {problem}.")
        for line in _not_reached(written, isinstance(problem, _NotRunning)):
            say(line)
        return 0 if known and written and isinstance(problem, _NotRunning) else 1


def _write_file(path: Path, say: Callable[[str], None]) -> bool:
    """Leave the stop file, on the disk for certain before anything else is tried."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            with suppress(OSError):  # a full disk takes no note; that the file is there is enough
                os.write(handle, NOTE)
            os.fsync(handle)
        finally:
            os.close(handle)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as problem:
        say(f"The stop file {path} could not be written: {_reason(problem)}.")
        return False
    say(f"Stop file written: {path.resolve()}. A proxy on this data folder obeys it at once,")
    say("also after a restart, until /resume.")
    return True


def _line(where: Where) -> httpx.Client:
    """A connection to the proxy; certificates are loaded only where they are needed."""
    try:
        verify = trusted() if where.address.startswith("https:") else False
    except OSError as problem:
        reason = _reason(problem)
        raise _NoAnswer(f"the certificates of SSL_CERT_FILE cannot be read ({reason})") from None
    return httpx.Client(
        base_url=where.address,
        headers={"Authorization": f"Bearer {where.read_token()}"},
        timeout=ANSWER_SECONDS,
        trust_env=False,
        verify=verify,
    )


def _ask(http: httpx.Client, method: str) -> StopOut:
    try:
        answer = http.request(method, "/api/stop", json={} if method == "POST" else None)
    except httpx.ConnectError as problem:
        raise _unconnected(problem) from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise _NoAnswer(f"no usable answer ({type(problem).__name__})") from None
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise _NoAnswer("it refuses our token, so it is another proxy, or uses another folder")
    if answer.status_code != httpx.codes.OK:
        raise _NoAnswer(f"it answers with status {answer.status_code}")
    try:
        stop = StopOut.model_validate_json(answer.content)
    except ValidationError:
        _raise_unusable()
    if not stop.closed:
        raise _NoAnswer("it answers that its gate is not closed")
    return stop


def _unconnected(problem: BaseException | None) -> _NoAnswer:
    """What a failed connection proves: only a refused one that nobody is there."""
    reason = ""
    while problem is not None:
        if isinstance(problem, ConnectionRefusedError):
            return _NotRunning("nobody listens there")
        if isinstance(problem, ssl.SSLError):
            return _NoAnswer("no TLS that this host trusts (SSL_CERT_FILE names what it trusts)")
        reason, problem = str(problem) or reason, problem.__cause__ or problem.__context__
    return _NoAnswer(f"no connection ({reason})")


def _raise_unusable() -> NoReturn:
    raise _NoAnswer("its answer cannot be understood, so it may not be our proxy")


def _settled(http: httpx.Client, first: StopOut) -> StopOut:
    """The second acknowledgement; the newest answer, where it does not come in time."""
    end = time.monotonic() + SETTLE_SECONDS
    answer = first
    while not answer.settled and time.monotonic() < end:
        time.sleep(PAUSE)
        try:
            answer = _ask(http, "GET")
        except _NoAnswer:
            continue  # its gate is closed all the same; ask again until the time is up
    return answer


def _unkept(why: str, written: bool, say: Callable[[str], None]) -> int:
    """The proxy obeys, and cannot write it down: the file alone outlasts a restart of it."""
    say(f"It could not write that down. {why}")
    if written:
        say("The stop file holds it, if the proxy is on this data folder.")
    else:
        say("STARTED AGAIN, IT HAS FORGOTTEN THE STOP: end it, and do not start it.")
    say("What is open at the exchange may not be cancelled. Look at it there.")
    return 0 if written else 1


def _say_settled(stop: StopOut, say: Callable[[str], None]) -> None:
    if stop.settled:
        say(
            f"Nothing in flight, {stop.cancelled} cancelled, {stop.unknown} unknown. "
            "The proxy goes on asking after unknown orders."
        )
        return
    say(
        f"Not settled yet after {SETTLE_SECONDS:.0f} s: {stop.inFlight} still in flight, "
        f"{stop.cancelled} cancelled, {stop.unknown} unknown. The proxy goes on with it."
    )


def _not_reached(written: bool, nobody: bool) -> Iterator[str]:
    if written and nobody:
        yield "If it is not running at all: no order can leave, and it will start stopped."
    elif written:
        yield "If it runs on this data folder, its gate is closed by the file."
    else:
        yield "NOTHING IS STOPPED by this command. Send /stop in the chat, or end the proxy."
    if written:
        yield "If it runs with another data folder or on another machine, it is NOT stopped."
    yield "Not done: orders that are open at the exchange are not cancelled. Look at them there."


def _reason(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()
