"""Whether anything grows: the houses under work for ten minutes, looked at every two seconds.

Run: make soak, or python -m bench.soak [minutes]. The proxy and the bot are processes of their own;
the exchange and Telegram are in this one. An owner trades live, eleven members on paper; all look
around, buy and sell, ask for pictures, and have runs that decide each minute. Nothing is restarted.

What is flat is judged in the second half, when caches have filled. A straight line is laid through
it by least squares: memory may rise by 4 % of its level, open files by 2. The write-ahead logs may
not be larger than 8 MiB, nor the loop's median lag in the second half twice that of the first, plus
5 ms (the proxy's lag is the time of an answer to /api/health). Ends with status 1 where it is not.

May import: both_houses, our_bot, tables.
"""

import asyncio
import itertools
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.both_houses import OWNER, Houses, Outside, folder, outside
from bench.our_bot import LAG
from bench.tables import Goal, Table, at_most, median, p99, publish, show

MINUTES = 10.0
LOOK_EVERY = 2.0
PAUSE = 1.0
MEMBERS = range(2000, 2011)
HOUSES = ("bot", "proxy")
MS, MIB = 1000, 2**20
MOST_RISE, MOST_FILES, MOST_LOG = 4.0, 2.0, 8.0
LAG_TIMES, LAG_MORE = 2.0, 5.0
FULL_LENGTH = 10.0
TRADES = ("/buy 5", "/sell 4")
WORDS = {
    "look": ("/balance", "/status", "/trades", "/positions", "/alerts", "/help", "/runs", "/why"),
    "picture": ("/pnl", "/chart"),
}
RUN = "/run dca BTC/USDT 1m 5"
START_LABEL = "Start"


@dataclass
class Seen:
    """One house, sample by sample."""

    memory: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    log: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)


@dataclass
class Soak:
    """What was seen, and what was done."""

    houses: dict[str, Seen] = field(default_factory=lambda: {one: Seen() for one in HOUSES})
    commands: int = 0
    worst: float = 0.0


async def live(world: Outside, person: int, soak: Soak, end: float) -> None:
    """One person's ten minutes."""
    chance = random.Random(person)
    trades = itertools.cycle(TRADES)
    while time.monotonic() < end:
        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)
        kind = chance.choices(("trade", "look", "picture"), (25, 72, 3))[0]
        text = next(trades) if kind == "trade" else chance.choice(WORDS[kind])
        spent = await world.say(person, text)
        soak.worst = max(soak.worst, spent)
        soak.commands += 1


async def begin(world: Outside, person: int) -> None:
    """Known to both houses, and with a run that decides each minute."""
    await world.say(person, "/start")
    await world.say(person, RUN)
    await world.press(person, START_LABEL)


async def go_live(world: Outside) -> None:
    key = world.key
    await world.say(OWNER, f"/setkeys binanceus {key.api_key} {key.secret}", "Keys saved")
    await world.say(OWNER, "/validate", "validated and synced")
    await world.say(OWNER, "/live on", "Enable Live Trading?")
    await world.press(OWNER, "ENABLE LIVE TRADING")
    await world.say(OWNER, "/limits trade 20")


async def look(where: Path, houses: Houses, soak: Soak, end: float) -> None:
    """Samples until the end."""
    while time.monotonic() < end:
        for name, seen in soak.houses.items():
            process = houses.process(name)
            seen.memory.append(process.memory)
            seen.files.append(process.files)
            seen.log.append((where / name / f"{name}.db-wal").stat().st_size / MIB)
        begun = time.perf_counter()
        await houses.answered()
        soak.houses["proxy"].lag.append((time.perf_counter() - begun) * MS)
        await asyncio.sleep(LOOK_EVERY)


async def measure(where: Path, minutes: float) -> Soak:
    soak = Soak()

    def heard(line: str) -> None:
        if line.startswith(LAG):
            soak.houses["bot"].lag.append(float(line.removeprefix(LAG)) * MS)

    async with outside() as world:
        houses = Houses(where, world, MEMBERS)
        houses.heard = heard
        try:
            await houses.start_proxy()
            await houses.start_bot(["bench.our_bot"])
            for person in (OWNER, *MEMBERS):
                await begin(world, person)
            await go_live(world)
            end = time.monotonic() + minutes * 60
            soak.houses["bot"].lag.clear()
            people = [live(world, person, soak, end) for person in (OWNER, *MEMBERS)]
            await asyncio.gather(look(where, houses, soak, end), *people)
        finally:
            await houses.end()
    return soak


def rise(values: Sequence[float]) -> float:
    """By how much the straight line through the second half rises from its begin to its end."""
    half = values[len(values) // 2 :]
    middle = (len(half) - 1) / 2
    level = sum(half) / len(half)
    above = sum((at - middle) * (value - level) for at, value in enumerate(half))
    return above / sum((at - middle) ** 2 for at in range(len(half))) * (len(half) - 1)


def goals_of(name: str, seen: Seen) -> list[Goal]:
    half = len(seen.lag) // 2
    before, after = median(seen.lag[:half]), median(seen.lag[half:])
    return [
        at_most(
            f"{name}: memory rises", rise(seen.memory) / seen.memory[-1] * 100, MOST_RISE, " %"
        ),
        at_most(f"{name}: open files rise", rise(seen.files), MOST_FILES, ""),
        at_most(f"{name}: write-ahead log", max(seen.log), MOST_LOG, " MiB"),
        at_most(f"{name}: median lag later", after, round(before * LAG_TIMES + LAG_MORE, 1), " ms"),
    ]


def table(soak: Soak, minutes: float) -> Table:
    rows = []
    for name, seen in soak.houses.items():
        half = len(seen.memory) // 2
        for what, values, digits in (
            ("memory, MiB", seen.memory, 1),
            ("open files", seen.files, 0),
            ("write-ahead log, MiB", seen.log, 1),
            ("lag, ms", seen.lag, 1),
        ):
            half = len(values) // 2
            figures = (values[0], median(values[:half]), median(values[half:]), p99(values))
            rows.append((f"{name}: {what}", *(f"{one:.{digits}f}" for one in figures)))
    title = (
        f"{soak.commands:,} commands of {len(MEMBERS) + 1} people in {minutes:g} minutes, each "
        f"with a run on 1m candles; the slowest answer took {soak.worst:.1f} s."
    )
    heads = ("what", "first", "median, 1st half", "2nd half", "p99")
    goals = [goal for name, seen in soak.houses.items() for goal in goals_of(name, seen)]
    return Table("soak", title, heads, rows, goals)


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    with folder() as where:
        found = table(asyncio.run(measure(where, minutes)), minutes)
    (publish if minutes == FULL_LENGTH else show)(found)
    return 0 if all(goal.met for goal in found.goals) else 1


if __name__ == "__main__":
    sys.exit(main())
