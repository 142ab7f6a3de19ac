"""How fast the bot answers: update in, reply out, against a bare echo bot; and /stop under load.

Run: python -m bench.chat [rounds]. Ours keeps every message and every answer on disk before it
goes on (SQLite, WAL, FULL); the echo bot keeps nothing. Each is a process of its own and has its
own Telegram in one sandbox, which tells Telegram's pace to nobody. They are asked in turn. For the
rate 24 people ask, each again as soon as they are answered. That is wall time, so run it on a quiet
machine; beside it stands the work (CPU) of a command. For /stop 256 people have asked for an order
and wait for an exchange that answers after 15 s, and 100 others stop meanwhile.

May import: both_houses, tables.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.both_houses import OWNER, Houses, Outside, folder, outside
from bench.tables import Table, at_least, at_most, median, p99, publish

ROUNDS, WARM = 300, 20
CROWD, EACH, TURNS = 24, 10, 3
SLOW, STOPS = 256, 101
STOP_EVERY, SETTLE = 0.05, 1.0
HANG = 15.0
SIMPLE, STOP_WORDS = "/alerts", "Stopped"
MS = 1000
MEMBERS = range(2000, 2000 + SLOW + STOPS)
MOST_TIMES, LEAST_RATE, MOST_STOP, MOST_STOP_P99 = 2.0, 300, 50, 250
NAMES = ("echo", "bot")
SHOWN = {"echo": "bare echo bot", "bot": "PiggyBot"}


@dataclass
class Found:
    """By who answered: seconds; commands a second, and seconds of a core for one."""

    alone: dict[str, list[float]] = field(default_factory=lambda: {one: [] for one in NAMES})
    rates: dict[str, list[float]] = field(default_factory=lambda: {one: [] for one in NAMES})
    works: dict[str, list[float]] = field(default_factory=lambda: {one: [] for one in NAMES})
    stops: list[float] = field(default_factory=list)
    behind: float = 0.0
    """Of a stop that came at once after 256 other messages."""


async def in_turn(worlds: dict[str, Outside], found: Found, rounds: int) -> None:
    """One message to each, again and again."""
    for number in range(rounds + WARM):
        for name, world in worlds.items():
            spent = await world.say(OWNER, SIMPLE)
            if number >= WARM:
                found.alone[name].append(spent)


async def crowds(worlds: dict[str, Outside], houses: Houses, found: Found) -> None:
    """Many people at once, at one bot and then at the other."""
    for person in MEMBERS[:CROWD]:
        await worlds["bot"].say(person, SIMPLE)
    await worlds["bot"].witness.quiet()
    for _ in range(TURNS):
        for name, world in worlds.items():
            process = houses.process(name)
            worked, begun = process.worked, time.perf_counter()
            await asyncio.gather(*(busy(world, person) for person in MEMBERS[:CROWD]))
            found.rates[name].append(CROWD * EACH / (time.perf_counter() - begun))
            found.works[name].append((process.worked - worked) / (CROWD * EACH))


async def busy(world: Outside, person: int) -> None:
    for _ in range(EACH):
        await world.say(person, SIMPLE)


async def stops(world: Outside, found: Found) -> None:
    """What others wait for their stop while all who were slow are still waiting."""
    slow, stoppers = MEMBERS[:SLOW], MEMBERS[SLOW:]
    for person in MEMBERS:  # everybody is known to both houses before
        await world.telegram.person(person).say("/status")
    await world.witness.quiet()
    await world.exchange.misbehave("slow-before", seconds=HANG, method="*", path="*")
    for person in slow:
        world.witness.replies[person].clear()
        await world.telegram.person(person).say("/testbuy 2")
    found.behind = await world.say(stoppers[0], "/stop", STOP_WORDS)
    await asyncio.sleep(SETTLE)
    for person in stoppers[1:]:
        spent = await world.say(person, "/stop", STOP_WORDS)
        if any(world.witness.replies[one] for one in slow):
            break  # from here on not all of them wait any more
        found.stops.append(spent)
        await asyncio.sleep(STOP_EVERY)
    await world.exchange.misbehave("ok")


async def measure(where: Path, rounds: int) -> Found:
    found = Found()
    async with outside() as ours, outside() as others:
        houses, worlds = Houses(where, ours, MEMBERS), {"echo": others, "bot": ours}
        try:
            await houses.start_proxy()
            await houses.start_bot(["bench.our_bot"])
            settings = {"TOKEN": others.telegram.token, "URL": others.telegram_server.url}
            await houses.start_other("echo", "bench.echo", settings)
            await in_turn(worlds, found, rounds)
            await crowds(worlds, houses, found)
            await stops(ours, found)
        finally:
            await houses.end()
    return found


def table(found: Found) -> Table:
    rows = [
        (
            SHOWN[name],
            f"{median(found.alone[name]) * MS:.1f}",
            f"{p99(found.alone[name]) * MS:.1f}",
            f"{median(found.rates[name]):,.0f}",
            f"{median(found.works[name]) * MS:.1f}",
        )
        for name in NAMES
    ]
    stopped = (f"{one(found.stops) * MS:.1f}" for one in (median, p99))
    rows.append((f"/stop, {SLOW} others waiting", *stopped, "", ""))
    rows.append((f"/stop right behind {SLOW} messages", f"{found.behind * MS:,.0f}", "", "", ""))
    times = median(found.alone["bot"]) / median(found.alone["echo"])
    rate = median(found.rates["bot"])
    title = (
        f"Update in, reply out: medians of {len(found.alone['bot'])} messages of one person, "
        f"of {TURNS} turns of {CROWD * EACH} by {CROWD} people at once, and of "
        f"{len(found.stops)} stops."
    )
    goals = [
        at_most("a simple command, against the echo bot", times, MOST_TIMES, " times"),
        at_least("commands of many people", rate, LEAST_RATE, "/s"),
        at_most("/stop under load, median", median(found.stops) * MS, MOST_STOP, " ms"),
        at_most("/stop under load, p99", p99(found.stops) * MS, MOST_STOP_P99, " ms"),
    ]
    return Table("chat", title, ("who answers", "ms", "p99 ms", "/s", "CPU ms"), rows, goals)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with folder() as where:
        publish(table(asyncio.run(measure(where, rounds))))


if __name__ == "__main__":
    main()
