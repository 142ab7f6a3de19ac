"""How the exchange lies about its candles on request: zero prices, time backwards, rows missing.

`at` (ms) names the candle that is wrong, so that the lie is the same in every answer that has it;
without it, the one in the middle of each answer is.

May import: nothing of ours.
"""

import json
from collections.abc import Callable
from typing import Any

KLINES = "/api/v3/klines"
OPEN_TIME, HIGH, LOW, CLOSE_TIME = 0, 2, 3, 6
PRICES = slice(1, 5)
Rows = list[list[Any]]


def _zero(rows: Rows, at: int) -> None:
    rows[at][PRICES] = ["0.00000000"] * 4


def _upside_down(rows: Rows, at: int) -> None:
    rows[at][HIGH], rows[at][LOW] = rows[at][LOW], rows[at][HIGH]


def _longer(rows: Rows, at: int) -> None:
    rows[at][CLOSE_TIME] += rows[at][CLOSE_TIME] - rows[at][OPEN_TIME] + 1


def _backwards(rows: Rows, at: int) -> None:
    rows[max(at - 1, 0) : at + 1] = reversed(rows[max(at - 1, 0) : at + 1])


def _twice(rows: Rows, at: int) -> None:
    rows.insert(at, list(rows[at]))


def _gap(rows: Rows, at: int) -> None:
    del rows[at]


def _stale(rows: Rows, at: int) -> None:
    del rows[at:]


LIES: dict[str, Callable[[Rows, int], None]] = {
    "candles-zero": _zero,
    "candles-upside-down": _upside_down,
    "candles-longer": _longer,
    "candles-backwards": _backwards,
    "candles-twice": _twice,
    "candles-gap": _gap,
    "candles-stale": _stale,
}


def told(name: str, at: int | None, body: bytes) -> bytes:
    """An answer about candles, with this lie in it."""
    rows = json.loads(body)
    if not isinstance(rows, list) or not rows:
        return body
    where = len(rows) // 2 if at is None else sum(row[OPEN_TIME] < at for row in rows)
    if where < len(rows) and (
        at is None or rows[where][OPEN_TIME] == at or name == "candles-stale"
    ):
        LIES[name](rows, where)
    return json.dumps(rows, separators=(",", ":")).encode()
