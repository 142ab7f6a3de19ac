"""The bot's side of a guest: its process, its budget, and its answers as those of any strategy.

Alone because here what may hang, lie or die meets what must not. A guest that goes over its budget
is killed, and started again when somebody next asks. The bot itself never imports its package.

May import: core, errors.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from piggybot.core.market import Candles
from piggybot.core.money import visible
from piggybot.errors import BadInput, StrategyFailed, StrategySlow
from piggybot.strategies.about import About, read
from piggybot.strategies.answers import LONGEST_WORDS
from piggybot.strategies.frames import Garbled, receive, send
from piggybot.strategies.offers import Offer
from piggybot.strategies.parameters import Malformed

MODULE = "piggybot.strategies.guest"
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""One thread is enough for it; and no package may break it by how it is installed."""
GRACE = 5
"""Seconds after which a guest's process ends by itself, should nobody be left to end it."""
USUAL_COUNT = 10_000
HINT = "Mend its package, then start the bot again; or choose another strategy."


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a guest may take: to load; and to answer about up to 10,000 candles."""

    load: float = 20
    answer: float = 2


class Host:
    """One guest's process. Any thread may ask; they take turns."""

    def __init__(self, offer: Offer, patience: Patience) -> None:
        self._offer = offer
        self._patience = patience
        self._path = os.pathsep.join(os.path.abspath(one) for one in sys.path if one)
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: socket.socket | None = None
        self._about: About | None = None
        self._closed = False

    def load(self) -> About:
        """What the strategy says of itself, or StrategyFailed or StrategySlow: why it cannot."""
        with self._turn:
            self._start()
        assert self._about is not None
        return self._about

    def ask(
        self, question: Mapping[str, Any], candles: Candles | None, most: int
    ) -> tuple[Any, bytes]:
        """Its answer: a value, and at most so many bytes of numbers."""
        with self._turn:
            if self._process is None or self._process.poll() is not None:
                self._start()
            count = 0 if candles is None else len(candles)
            seconds = self._patience.answer * max(1.0, count / USUAL_COUNT)
            words = {**question, "patience": round(seconds) + GRACE}
            try:
                answer, numbers = self._exchange(words, candles, most, seconds)
            except TimeoutError:
                self._clear()
                raise StrategySlow(f"{self._head} took longer than {seconds:g} s.", HINT) from None
            except (EOFError, OSError, Garbled):
                self._broken()
        return self._value(answer), numbers

    def close(self) -> None:
        """End its process, whatever it does. It is not started again."""
        self._closed = True
        self._end()
        with self._turn:  # whoever is waiting for an answer has heard the line break
            self._clear()

    def _exchange(
        self, words: Mapping[str, Any], candles: Candles | None, most: int, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        assert self._wire is not None
        deadline = time.monotonic() + seconds
        send(self._wire, words, _numbers(candles), deadline)
        return receive(self._wire, most, deadline)

    def _start(self) -> None:
        self._clear()
        try:
            found = self._loaded()
        except TimeoutError:
            self._clear()
            seconds = f"{self._patience.load:g} s"
            raise StrategySlow(f"Its package takes longer than {seconds} to load.", HINT) from None
        except (EOFError, OSError, Garbled):
            self._broken()
        except Malformed as wrong:
            self._clear()
            raise StrategyFailed(str(wrong), HINT) from None
        if self._about not in (None, found):
            self._clear()
            raise StrategyFailed(f"{self._head} was changed while the bot ran.", HINT)
        self._about = found

    def _loaded(self) -> About:
        """A new process, and what it says of its strategy."""
        self._wire, theirs = socket.socketpair()
        with theirs:
            seconds = round(self._patience.load) + GRACE
            self._process = _spawned(theirs, self._offer, seconds, self._path)
        if self._closed:
            raise Malformed("The bot is ending.")
        words, _ = receive(self._wire, 0, time.monotonic() + self._patience.load)
        if "about" not in words:
            raise Malformed(_words(words.get("failed")))
        return read(words["about"], self._offer.package)

    def _value(self, answer: Mapping[str, Any]) -> Any:
        if "refused" in answer:
            raise BadInput(f"{self._offer.name}: {_words(answer['refused'])}", "")
        if "failed" in answer:
            raise StrategyFailed(f"{self._head} failed: {_words(answer['failed'])}.", HINT)
        return answer.get("answer")

    def _broken(self) -> NoReturn:
        """It closed the wire, or wrote rubbish on it: end what is left of it, and say how."""
        process = self._process
        with contextlib.suppress(subprocess.TimeoutExpired):
            if process is not None:
                process.wait(1)
        code = None if process is None else process.poll()
        self._clear()
        how = f"its process ended ({_ending(code)})" if code is not None else "it broke the line"
        raise StrategyFailed(f"{self._head} failed: {how}.", HINT)

    def _end(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _clear(self) -> None:
        """End it, and let go of all that belonged to it."""
        self._end()
        if self._process is not None:
            self._process.wait()
        if self._wire is not None:
            self._wire.close()
        self._process = self._wire = None

    @property
    def _head(self) -> str:
        return f"The strategy {self._offer.name}"


def _spawned(
    theirs: socket.socket, offer: Offer, seconds: int, path: str
) -> subprocess.Popen[bytes]:
    """Its own session, no terminal, none of our environment but where Python finds its modules."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    number = str(theirs.fileno())
    return subprocess.Popen(
        [sys.executable, "-P", "-m", MODULE, number, offer.name, offer.value, str(seconds)],
        pass_fds=(theirs.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**kept, **SETTINGS, "PYTHONPATH": path},
        cwd="/",
        start_new_session=True,
    )


def _numbers(candles: Candles | None) -> bytes:
    if candles is None:
        return b""
    prices = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    return b"".join(line.tobytes() for line in (candles.opened, *prices))


def _words(said: object) -> str:
    return visible(said)[:LONGEST_WORDS] if isinstance(said, str) else "it does not say why"


def _ending(code: int | None) -> str:
    """How a process ended: by a signal, or with a status."""
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit status {code}"
