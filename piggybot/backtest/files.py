"""Candles out of a CSV file, plain or gzipped: whole, or a sentence that says what is wrong.

The first line names the columns: timestamp_ms (when the candle opened, ms since 1970, UTC), open,
high, low, close, and volume, which may be missing. A file names no venue's rules, so some are
assumed: price steps as fine as its prices, sizes in 0.00001, orders of 1 at least.

May import: backtest, core, errors, wire.
"""

import csv
import gzip
import io
import re
import zlib
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from piggybot.backtest.prices import utc, whole
from piggybot.backtest.trial import DAY_MS, Progress
from piggybot.core.market import Candles, Floats, Times
from piggybot.core.money import quoted
from piggybot.errors import BadInput
from proxy.wire import MarketOut, Timeframe

TIME = "timestamp_ms"
PRICES = ("open", "high", "low", "close")
VOLUME = "volume"
GZIP = b"\x1f\x8b"
WHOLE = re.compile(r"[0-9]{1,14}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{0,20})?", re.ASCII)
STEP = Decimal("0.00001")
LEAST = Decimal(1)
HOW = f"Its first line must be {TIME},{','.join(PRICES)},{VOLUME}."


class FileSource:
    """One file's candles, whatever venue is asked for."""

    def __init__(self, path: Path, symbol: str, timeframe: Timeframe) -> None:
        self._candles = read(path, symbol, timeframe)

    def __len__(self) -> int:
        return len(self._candles)

    async def candles(  # noqa: PLR0913, PLR0917
        self,
        exchange: str,
        symbol: str,
        timeframe: Timeframe,
        count: int,
        end: datetime | None = None,
        progress: Progress | None = None,
    ) -> Candles:
        """The last `count` of the file. BadInput for gaps among them, or too few."""
        assert end is None, "a file ends where it ends"
        there = len(self._candles)
        if count > there:
            raise BadInput(
                f"The file has {there:,} candles, and {count:,} are needed.",
                "Ask for fewer days. A strategy also needs some candles before the first.",
            )
        part = self._candles.part(there - count, there)
        _without_gaps(part.opened, timeframe)
        return part

    async def rules(self, exchange: str, symbol: str) -> MarketOut:
        """As they are assumed."""
        base, _, quote = symbol.partition("/")
        return MarketOut(
            exchange=exchange,
            symbol=symbol,
            base=base,
            quote=quote,
            minNotional=LEAST,
            minQty=STEP,
            step=STEP,
            tick=whole(self._candles, Decimal(1)).unit,
        )


def read(path: Path, symbol: str, timeframe: Timeframe) -> Candles:
    """All candles of a file, oldest first."""
    rows = csv.DictReader(io.StringIO(_text(path)), strict=True)
    names = rows.fieldnames or ()
    missing = [name for name in (TIME, *PRICES) if name not in names]
    if missing:
        raise BadInput(f"{path} has no column {quoted(missing[0])}.", HOW)
    try:
        lines = list(rows)
    except csv.Error as wrong:
        raise BadInput(f"Line {rows.line_num} of {path} is no CSV: {wrong}.", HOW) from None
    if not lines:
        raise BadInput(f"There is no candle in {path}.", HOW)
    opened = _times(path, [line[TIME] for line in lines])
    _in_order(path, opened, timeframe)
    first, high, low, close = (
        _numbers(path, name, [line[name] for line in lines]) for name in PRICES
    )
    volume = np.zeros(len(lines))
    if VOLUME in names:
        volume = _numbers(path, VOLUME, [line[VOLUME] for line in lines])
    return Candles(symbol, timeframe, opened, first, high, low, close, volume)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode()
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text"
    except (EOFError, zlib.error):
        reason = "its end is missing"
    except OSError as problem:
        reason = problem.strerror or "it is no gzip file"
    raise BadInput(f"The file {path} cannot be read: {reason}.", "Give a CSV file of candles.")


def _times(path: Path, cells: list[str | None]) -> Times:
    _each(path, TIME, cells, (WHOLE, "no whole number of ms since 1970"))
    return np.array(cells, dtype=np.int64)


def _numbers(path: Path, name: str, cells: list[str | None]) -> Floats:
    _each(path, name, cells, (NUMBER, "no plain number"))
    return np.array(cells, dtype=np.float64)


def _each(
    path: Path, name: str, cells: list[str | None], looks: tuple[re.Pattern[str], str]
) -> None:
    """Refuse the first cell that does not look like this."""
    pattern, why = looks
    for row, cell in enumerate(cells):
        if not pattern.fullmatch(cell or ""):
            raise BadInput(
                f"Line {row + 2} of {path}: {name} is {quoted(cell or '')}, {why}.",
                "Numbers are plain digits, above zero: 9139.66. Mend the file.",
            )


def _in_order(path: Path, opened: Times, timeframe: Timeframe) -> None:
    """Later and later, each on its own multiple of the timeframe."""
    back = np.flatnonzero(np.diff(opened) <= 0)
    if len(back):
        row = int(back[0]) + 1
        words = "is there twice" if opened[row] == opened[row - 1] else "comes after a later one"
        raise BadInput(
            f"Line {row + 2} of {path}: the candle of {utc(opened[row]):%Y-%m-%d %H:%M} {words}.",
            "Candles must be in order, each of them once. Mend the file.",
        )
    steps = np.diff(opened)
    if (opened % timeframe.ms).any() or (len(steps) and steps.min() != timeframe.ms):
        raise BadInput(
            f"The candles in {path} are not {timeframe} ones.",
            "Name the timeframe that the file has.",
        )


def _without_gaps(opened: Times, timeframe: Timeframe) -> None:
    gaps = np.flatnonzero(np.diff(opened) != timeframe.ms)
    if not len(gaps):
        return
    since = int(gaps[-1]) + 1
    there = len(opened) - since
    days = there * timeframe.ms // DAY_MS
    raise BadInput(
        f"Candles are missing before {utc(opened[since]):%Y-%m-%d %H:%M}.",
        f"From then on {there:,} of {len(opened):,} are whole ({days} days): ask for at most so "
        "many, less what the strategy needs before.",
    )
