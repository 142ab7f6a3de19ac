"""A guest's own process: loads one strategy that is not ours, and answers for it.

Alone because whatever runs here may raise, loop, print or die, and must take nothing with it. It is
started by host.py, knows no secret, and hears and says nothing but frames.

May import: core, wire.
"""

import contextlib
import importlib.util
import resource
import signal
import socket
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np

from piggybot.core.market import Candles
from piggybot.strategies import BadSetting, Drawn, Strategy
from piggybot.strategies.about import about
from piggybot.strategies.answers import (
    WrongAnswer,
    checked_lines,
    checked_signals,
    checked_warmup,
    checked_words,
)
from piggybot.strategies.failures import told
from piggybot.strategies.frames import receive, send
from piggybot.strategies.offers import GROUP
from piggybot.strategies.parameters import Malformed
from proxy.wire import Timeframe

MEMORY = 4 * 2**30
MOST_NUMBERS = 2**30
COLUMNS = 6
FLOAT = 8
Answer = tuple[dict[str, Any], bytes]


def main() -> None:
    """`guest.py FD NAME VALUE SECONDS`: the wire, the entry point, and how long it may load."""
    wire = socket.socket(fileno=int(sys.argv[1]))
    name, value, patience = sys.argv[2], sys.argv[3], int(sys.argv[4])
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    home = _home(value)
    _die_after(patience)
    try:
        rule = EntryPoint(name, value, GROUP).load()
        found: dict[str, Any] = {"about": about(rule, name).plain()}
    except Malformed as wrong:
        found = {"failed": str(wrong)}
    except BaseException as error:  # noqa: BLE001 - a package may do anything when imported
        found = {"failed": f"{told(error, home)}."}
    send(wire, found, b"")
    while "about" in found:
        try:
            words, numbers = receive(wire, MOST_NUMBERS)
        except EOFError:
            return
        _die_after(words["patience"])
        answer = _answered(rule, home, words, numbers)
        send(wire, *answer)
        _die_after(0)


def _die_after(seconds: int) -> None:
    """The system ends this process then, whatever runs in it, and also if the bot is gone."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)


def _answered(rule: Any, home: str, words: Mapping[str, Any], numbers: bytes) -> Answer:
    try:
        return _answer(rule(**words["params"]), words, numbers)
    except BadSetting as wrong:
        return {"refused": str(wrong)}, b""
    except WrongAnswer as wrong:
        return {"failed": str(wrong)}, b""
    except BaseException as error:  # noqa: BLE001 - a rule may raise anything
        return {"failed": told(error, home)}, b""


def _answer(strategy: Strategy, words: Mapping[str, Any], numbers: bytes) -> Answer:
    asked = words["ask"]
    if asked == "warmup":
        return {"answer": checked_warmup(strategy.warmup)}, b""
    candles = _candles(words, numbers)
    if asked == "signals":
        return {}, checked_signals(strategy.signals(candles), len(candles)).tobytes()
    if asked == "explain":
        return {"answer": checked_words(strategy.explain(candles, words["at"]))}, b""
    if not isinstance(strategy, Drawn):
        return {"answer": []}, b""
    lines = checked_lines(strategy.lines(candles), len(candles))
    return {"answer": list(lines)}, b"".join(line.tobytes() for line in lines.values())


def _candles(words: Mapping[str, Any], numbers: bytes) -> Candles:
    """As they were sent, in arrays that cannot be written to."""
    size = len(numbers) // COLUMNS
    opened, *prices = (numbers[at * size : (at + 1) * size] for at in range(COLUMNS))
    return Candles(
        words["symbol"],
        Timeframe(words["timeframe"]),
        np.frombuffer(opened, np.int64),
        *(np.frombuffer(line, np.float64) for line in prices),
    )


def _home(value: str) -> str:
    """The folder or the file that the package is in; empty where it cannot be found."""
    with contextlib.suppress(ImportError, ValueError, AttributeError):
        spec = importlib.util.find_spec(value.partition(":")[0].partition(".")[0])
        if spec is not None:
            folders = list(spec.submodule_search_locations or ())
            return folders[0] if folders else spec.origin or ""
    return ""


if __name__ == "__main__":
    main()
