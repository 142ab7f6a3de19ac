"""Backtests a second against the best known: candles through the same strategy, same fees.

Run: python -m bench.backtest [--hours FILE] [--environments FOLDER] [--rounds N]
The 20,111 real hours are not part of the project: name the file (or PIGGY_BENCH_HOURS), gzipped or
not. Rivals are installed into FOLDER (or PIGGY_BENCH_ENVIRONMENTS; .bench otherwise), one
environment each, from the package index. Whatever is left out, it says so, and the result is
printed only, not kept.

Each round is, for everybody: indicators, signals, orders, equity and return, from arrays that lie
in memory. All are warmed up; rounds are taken in turn, so that a noisy moment hits each alike.
Whoever takes over 5 s a round is measured twice only.

backtesting and freqtrade run the plain SMA cross. vectorbt runs what its from_signals can express:
a trailing stop in the place of a stop loss, not both; exits that stay with the first buy; and no
cool-down, so that ours stands beside its run without one.

May import: backtest, core, rivals, strategies, tables, wire.
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
from bench.tables import Goal, Table, at_least, at_most, publish, show
from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.backtest.files import read
from piggybot.backtest.report import report
from piggybot.core.market import Candles
from piggybot.core.runs import Exits, Guards
from piggybot.strategies import Strategy
from piggybot.strategies.dca import Dca
from piggybot.strategies.sma_crossover import SmaCrossover
from proxy.wire import Timeframe

GENERATED = 500_000
GROWING = (100_000, 500_000, 2_000_000)
VECTORBT = "vectorbt"
NAMES = (VECTORBT, "backtesting", "freqtrade")
ROUNDS = 5
SLOW, ROUNDS_OF_SLOW = 5.0, 2
EVEN = 1.1
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
COOL = replace(STOPS, guards=Guards(cooldown=12, losses=0, drawdown=Decimal(0)))
ADDING = replace(STOPS, adds=True)
CROSS = SmaCrossover()


@dataclass(frozen=True, slots=True)
class Case:
    """What is run. `theirs`: the method of rival.py that runs the same, or what comes nearest."""

    name: str
    strategy: Strategy
    setup: Setup
    theirs: str

    def run(self, candles: Candles) -> Result:
        """One round of ours."""
        result = backtest(candles, self.strategy.signals(candles), self.setup)
        report(result)
        return result


SMA_CROSS = Case("SMA cross 10/30", CROSS, PLAIN, "run")
CASES = (
    SMA_CROSS,
    Case("with stop, target, trailing stop", CROSS, STOPS, "run_with_exits"),
    Case("with a cool-down too", CROSS, COOL, "run_with_exits"),
    Case("daily buys, added up, with these exits", Dca(), ADDING, "run_adding"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One series: how many candles, what a round took by case and by who, and the same trades."""

    name: str
    candles: int
    seconds: dict[tuple[str, str], float]
    trades: dict[str, str]

    def rate(self, case: str, who: str) -> float:
        """Candles a second."""
        return self.candles / self.seconds[case, who]


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


def measure(name: str, candles: Candles, pythons: dict[str, Path], rounds: int) -> Measured:
    """All in turn, several rounds; the median of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.npz"
        columns = {name: getattr(candles, name) for name in ("open", "high", "low", "close")}
        np.savez(path, opened=candles.opened, **columns)
        rivals = [Rival(python, name, path) for name, python in pythons.items()]
        seconds = in_turn(works_of(candles, rivals), rounds)
        mine = trades_of(SMA_CROSS.run(candles))
        trades = {one.title: compared(mine, one.end()) for one in rivals}
    return Measured(name, len(candles), seconds, {OURS: f"{len(mine.exits):,} trades", **trades})


def works_of(candles: Candles, rivals: list[Rival]) -> dict[tuple[str, str], Work]:
    """A round, by case and by who."""
    works: dict[tuple[str, str], Work] = {}
    for case in CASES:
        works[case.name, OURS] = partial(timed, partial(case.run, candles))
        for rival in rivals:
            if case is SMA_CROSS or rival.name == VECTORBT:
                works[case.name, rival.title] = partial(rival.run, case.theirs)
    return works


def in_turn(works: dict[tuple[str, str], Work], rounds: int) -> dict[tuple[str, str], float]:
    """Each once to warm up, then round by round; the median of the rounds."""
    first = {name: work() for name, work in works.items()}
    spent: dict[tuple[str, str], list[float]] = {name: [] for name in works}
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


def table(measured: list[Measured], memory: dict[int, int], rounds: int) -> Table:
    """A row by case and by who, a column by series. `memory`: by candles."""
    rows = []
    for case, who in measured[0].seconds:
        rates = (f"{one.rate(case, who) / 1e6:.2f}" for one in measured)
        times = (f"{one.rate(case, OURS) / one.rate(case, who):.2f}" for one in measured)
        trades = measured[-1].trades[who] if case == SMA_CROSS.name else ""
        rows.append((f"{case}, {who}", *rates, *times, trades))
    series = [f"{one.name}, {one.candles:,}" for one in measured]
    each = [most / count for count, most in memory.items()]
    span = f"{GROWING[0]:,} to {GROWING[-1]:,} candles"
    goals = [_as_fast(case, one) for case in CASES for one in measured]
    goals.append(
        at_most(f"memory a candle, {span}: most of least", max(each) / min(each), EVEN, "x")
    )
    return Table(
        "backtest",
        f"Million candles a second, and how many times our time; median of {rounds} rounds.",
        ("", *series, *(f"x our time, {one.name}" for one in measured), "trades"),
        rows,
        goals,
    )


def _as_fast(case: Case, measured: Measured) -> Goal:
    theirs = next(who for name, who in measured.seconds if who.startswith(VECTORBT))
    ratio = measured.rate(case.name, OURS) / measured.rate(case.name, theirs)
    return at_least(f"{measured.name}, {case.name}: speed of vectorbt's", ratio, 1, "x")


def memory(case: Case) -> dict[int, int]:
    """The most bytes that one backtest needs at once, beside candles and signals, by candles."""
    most = {}
    for count in GROWING:
        candles = generated(count)
        signals = case.strategy.signals(candles)
        tracemalloc.start()
        backtest(candles, signals, case.setup)
        most[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        each = f"{most[count] / 1e6:>9.1f} MB{most[count] / count:>7.0f} bytes a candle"
        say(f"  {count:>9,} candles{each}")
    return most


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
    say(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    series = {"generated": generated(GENERATED)}
    if options.hours is None:
        say("Left out: the real hours. Name their file: --hours FILE, or PIGGY_BENCH_HOURS.")
    else:
        series = {"real hours": read(Path(options.hours), "BTC/USD", Timeframe.H1), **series}
    measured = [measure(name, one, pythons, options.rounds) for name, one in series.items()]
    say("Peak memory of one backtest, daily buys added up, with stop, target and trailing stop:")
    result = table(measured, memory(CASES[-1]), options.rounds)
    whole = options.hours is not None and len(pythons) == len(NAMES)
    (publish if whole else show)(result)


if __name__ == "__main__":
    main()
