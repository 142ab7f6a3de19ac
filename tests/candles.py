"""Candles for the tests: the real ones that the sandbox replays, and series that stand still.

May import: core, wire.
"""

import functools
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np

import piggybot.sandbox
from piggybot.core.market import Candles, Floats
from proxy.wire import Timeframe

DATA = Path(piggybot.sandbox.__file__).parent / "data"


@functools.cache
def hourly() -> Candles:
    """BTC/USDT, 1,468 hours of 2020. The venue's outage of two hours is closed up."""
    return _read("btc-usdt-1h-binance-2020.csv.gz", "BTC/USDT", Timeframe.H1)


@functools.cache
def daily() -> Candles:
    """ETH/BTC, 366 days from 2019-01-01: small numbers, another scale."""
    return _read("eth-btc-1d-binance-2019.csv.gz", "ETH/BTC", Timeframe.D1)


@functools.cache
def coarse() -> Candles:
    """The hourly ones on price steps of 50 dollars: they stand still, and their averages tie."""

    def steps(line: Floats) -> Floats:
        return np.round(line / 50) * 50

    real = hourly()
    return replace(
        real,
        open=steps(real.open),
        high=steps(real.high),
        low=steps(real.low),
        close=steps(real.close),
    )


@functools.cache
def halting() -> Candles:
    """Made up: a price that walks for 25 candles in steps of 0.1, and stands still for 35.

    Its averages come to rest on each other, and only their roundings differ.
    """
    chance = np.random.default_rng(7)
    walks = [np.append(chance.integers(-9, 10, 25), np.zeros(35, np.int64)) for _ in range(25)]
    line = (1000 + np.cumsum(np.concatenate(walks))) / 10
    opened = np.arange(len(line), dtype=np.int64) * Timeframe.H1.ms
    return frozen(Candles("BTC/USDT", Timeframe.H1, opened, line, line, line, line, line))


def _read(name: str, symbol: str, timeframe: Timeframe) -> Candles:
    with gzip.open(DATA / name, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", skiprows=1)
    opened = table[0, 0].astype(np.int64) + np.arange(len(table)) * timeframe.ms
    columns = [np.ascontiguousarray(table[:, at]) for at in range(1, 6)]
    return frozen(Candles(symbol, timeframe, opened, *columns))


def frozen(candles: Candles) -> Candles:
    """The same, in arrays that cannot be written to: whoever tries, raises."""
    for line in (candles.opened, *columns(candles)):
        line.flags.writeable = False
    return candles


def columns(candles: Candles) -> tuple[Floats, ...]:
    return candles.open, candles.high, candles.low, candles.close, candles.volume


def without(candles: Candles, gone: np.ndarray) -> Candles:
    """The candles with NaN in every column where `gone` is true."""
    lines = [np.where(gone, np.nan, line) for line in columns(candles)]
    return frozen(Candles(candles.symbol, candles.timeframe, candles.opened, *lines))
