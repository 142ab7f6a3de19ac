"""A guest that does all that a guest may do wrong; `whim` chooses what. Installed by the tests.

May import: core, strategies.
"""

import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from piggybot.core.market import Candles
from piggybot.strategies import BadSetting, Param, Signals


class Speechless(Exception):
    """Cannot even say what it is."""

    def __str__(self) -> str:
        raise RuntimeError


def good(candles: Candles) -> Signals:
    return np.zeros(len(candles), np.int8)


def prints(candles: Candles) -> Signals:
    sys.stdout.write("hello\n" * 10_000)
    sys.stderr.write("hello\n")
    return good(candles)


def raises(candles: Candles) -> Signals:
    return good(candles[1 // 0])  # type: ignore[index]


def raises_much(candles: Candles) -> Signals:
    raise ValueError("much " * 100_000 + "\n\x00\x1b[31m\u202e")


def raises_speechless(candles: Candles) -> Signals:
    raise Speechless


def recurses(candles: Candles) -> Signals:
    return recurses(candles)


def exits(candles: Candles) -> Signals:
    sys.exit(3)


def ends(candles: Candles) -> Signals:
    os._exit(3)


def crashes(candles: Candles) -> Signals:
    ctypes.string_at(0)
    return good(candles)


def kills_its_group(candles: Candles) -> Signals:
    os.killpg(0, signal.SIGKILL)
    return good(candles)


def loops(candles: Candles) -> Signals:
    while True:
        try:
            sum(range(10**8))
        except BaseException:  # noqa: BLE001 - it will not be told
            continue


def hangs_up(candles: Candles) -> Signals:
    os.closerange(0, 256)
    return good(candles)


def talks_over_the_wire(candles: Candles) -> Signals:
    os.write(int(sys.argv[1]), b"\xff" * 64)
    return good(candles)


def takes_all_memory(candles: Candles) -> Signals:
    return np.ones(2**33, np.int8)


def writes_into_the_candles(candles: Candles) -> Signals:
    candles.close[0] = 1.0
    return good(candles)


def floats(candles: Candles) -> Signals:
    return np.zeros(len(candles))  # type: ignore[return-value]


def nan(candles: Candles) -> Signals:
    return candles.close * np.nan  # type: ignore[return-value]


def short(candles: Candles) -> Signals:
    return good(candles)[1:]


def two(candles: Candles) -> Signals:
    return good(candles) + np.int8(2)


def nothing(candles: Candles) -> Signals:
    return None  # type: ignore[return-value]


WHIMS = {
    rule.__name__: rule
    for rule in (
        good,
        prints,
        raises,
        raises_much,
        raises_speechless,
        recurses,
        exits,
        ends,
        crashes,
        kills_its_group,
        loops,
        hangs_up,
        talks_over_the_wire,
        takes_all_memory,
        writes_into_the_candles,
        floats,
        nan,
        short,
        two,
        nothing,
    )
}


@dataclass(frozen=True, slots=True)
class Rogue:
    """Enter never; leave never."""

    name: ClassVar[str] = "rogue"
    adds: ClassVar[bool] = True

    whim: Annotated[int, Param("whims", 0, 99, "What it does.")] = 0
    low: Annotated[float, Param("of it", 0.0, 1.0, "Must be below high.")] = 0.25
    high: Annotated[float, Param("of it", 0.0, 1.0, "Must be above low.")] = 0.75

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise BadSetting("low must be below high.")

    @property
    def warmup(self) -> int:
        return 7

    def signals(self, candles: Candles) -> Signals:
        return list(WHIMS.values())[self.whim](candles)

    def explain(self, candles: Candles, at: int) -> str:
        """What a guest can see of where it runs."""
        token = os.environ.get("TELEGRAM_BOT_TOKEN", "no token")
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        place = f"{os.getcwd()} pid {os.getpid()}"
        return f"at {at}: {token}, dies in {left:.0f} s, low {self.low}, in {place}"
