"""Backtests a second against the best known: candles through the same SMA cross 10/30, same fees.

Run: python -m bench.backtest [--hours FILE] [--environments FOLDER] [--rounds N]
The 20,111 real hours are not part of the project: name the file (or PIGGY_BENCH_HOURS), gzipped or
not; without it that half is left out, and it says so. Rivals are installed into FOLDER (or
PIGGY_BENCH_ENVIRONMENTS; .bench otherwise), one environment each, from the package index.

Each round is, for everybody: indicators, signals, orders, equity and return, from arrays that lie
in memory. All are warmed up; rounds are taken in turn, so that a noisy moment hits each alike.
Whoever takes over 5 s a round is measured twice only.

May import: backtest, core, strategies, wire.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np

from bench.rivals import Missing, Rival, Trades, installed
from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.backtest.files import read
from piggybot.backtest.report import report
from piggybot.core.market import Candles
from piggybot.core.runs import Exits
from piggybot.strategies.sma_crossover import SmaCrossover
from proxy.wire import Timeframe

GENERATED = 500_000
NAMES = ("vectorbt", "backtesting", "freqtrade")
ROUNDS = 5
SLOW, ROUNDS_OF_SLOW = 5.0, 2
OURS = "piggybot"
Work = Callable[[], float]
RULES = Rules(Decimal("0.00001"), Decimal("0.01"), Decimal(1))
PLAIN = Setup(Decimal(100), RULES)
STOPS = replace(
    PLAIN,
    exits=Exits(
        stop_loss=Decimal("0.03"), take_profit=Decimal("0.05"), trailing_stop=Decimal("0.03")
    ),
)
CROSS = SmaCrossover()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    name: str
    seconds: float
    trades: str


def ours(candles: Candles, setup: Setup) -> Result:
    """One round."""
    result = backtest(candles, CROSS.signals(candles), setup)
    report(result)
    return result


def generated(count: int) -> Candles:
    """A random walk in cents, seeded: an hour moves 0.5% or so."""
    chance = np.random.default_rng(7)
    close = np.round(10_000 * np.exp(np.cumsum(chance.normal(0, 0.005, count))), 2)
    close = np.maximum(close, 1)
    first = np.concatenate((close[:1], close[:-1]))
    spread = np.abs(chance.normal(0, 0.002, (2, count)))
    high = np.round(np.maximum(first, close) * (1 + spread[0]), 2)
    low = np.round(np.minimum(first, close) * (1 - spread[1]), 2)
    opened = np.arange(count, dtype=np.int64) * Timeframe.H1.ms
    return Candles("BTC/USDT", Timeframe.H1, opened, first, high, low, close, np.ones(count))


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(candles: Candles, pythons: dict[str, Path], rounds: int) -> list[Line]:
    """All in turn, several rounds; the median of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.npz"
        columns = {name: getattr(candles, name) for name in ("open", "high", "low", "close")}
        np.savez(path, opened=candles.opened, **columns)
        rivals = [Rival(python, name, path) for name, python in pythons.items()]
        works: dict[str, Work] = {
            OURS: lambda: timed(lambda: ours(candles, PLAIN)),
            f"{OURS}, stop+target+trailing": lambda: timed(lambda: ours(candles, STOPS)),
        }
        for rival in rivals:
            works[f"{rival.name} {rival.version}"] = partial(rival.run, "run")
            if rival.has_stops:
                works[f"{rival.name}, target+trailing"] = partial(rival.run, "run_with_stops")
        seconds = in_turn(works, rounds)
        mine = trades_of(ours(candles, PLAIN))
        said = {f"{one.name} {one.version}": compared(mine, one.end()) for one in rivals}
    said[OURS] = f"{len(mine.exits):,} trades"
    return [Line(name, spent, said.get(name, "")) for name, spent in seconds.items()]


def in_turn(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Each once to warm up, then round by round; the median of the rounds."""
    first = {name: work() for name, work in works.items()}
    spent: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            if first[name] < SLOW or number < ROUNDS_OF_SLOW:
                spent[name].append(work())
    return {name: statistics.median(each) for name, each in spent.items()}


def trades_of(result: Result) -> Trades:
    """The ended ones."""
    ended = result.trades.ended
    return Trades(result.trades.entry[ended].tolist(), result.trades.exit[ended].tolist())


def compared(mine: Trades, theirs: Trades) -> str:
    """How many of their trades begin and end at the same candles as ours."""
    pairs = [set(zip(one.entries, one.exits, strict=True)) for one in (mine, theirs)]
    same = len(pairs[0] & pairs[1])
    return f"{len(theirs.exits):,} trades, {same:,} of them at the candles of ours"


def shown(title: str, count: int, lines: list[Line]) -> str:
    """The table, with our plain run as the measure of the others."""
    base = next(line.seconds for line in lines if line.name == OURS)
    rows = [f"{title}: {count:,} candles"]
    for line in lines:
        rate, times = count / line.seconds, line.seconds / base
        rows.append(
            f"  {line.name:<32}{line.seconds * 1000:>10,.1f} ms{rate / 1e6:>9.2f} million/s"
            f"{times:>8.2f} x our time   {line.trades}"
        )
    return "\n".join(rows)


def memory() -> str:
    """The most that one backtest needs at once, beside its candles, as the series grows."""
    rows = ["Peak memory of one backtest with stop, target and trailing stop, beside the candles"]
    for count in (62_500, 125_000, 250_000, 500_000, 1_000_000):
        candles = generated(count)
        signals = CROSS.signals(candles)
        tracemalloc.start()
        backtest(candles, signals, STOPS)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        rows.append(
            f"  {count:>9,} candles{peak / 1e6:>9.1f} MB{peak / count:>7.0f} bytes a candle"
        )
    return "\n".join(rows)


def found(folder: Path) -> dict[str, Path]:
    """The rivals that run here; why not, for the others."""
    pythons = {}
    for name in NAMES:
        try:
            pythons[name] = installed(folder, name)
        except Missing as why:
            say(f"Left out: {why}")
    return pythons


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """All of it, printed as it comes."""
    asked = argparse.ArgumentParser(prog="python -m bench.backtest")
    asked.add_argument("--hours", default=os.environ.get("PIGGY_BENCH_HOURS"))
    environments = os.environ.get("PIGGY_BENCH_ENVIRONMENTS", ".bench")
    asked.add_argument("--environments", type=Path, default=environments)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    options = asked.parse_args()
    pythons = found(Path(options.environments).absolute())
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    say(f"SMA cross 10/30, fee 0.1%, next open; medians of {options.rounds}, warmed up; {load}")
    if options.hours is None:
        say("Left out: the real hours. Name their file: --hours FILE, or PIGGY_BENCH_HOURS.")
    else:
        hours = read(Path(options.hours), "BTC/USD", Timeframe.H1)
        say(shown("Real hours", len(hours), measure(hours, pythons, options.rounds)))
    walk = generated(GENERATED)
    say(shown("Generated", len(walk), measure(walk, pythons, options.rounds)))
    say(memory())


if __name__ == "__main__":
    main()
