"""What it takes to run: distributions and MiB installed, time to the first answer, memory.

Run: python -m bench.footprint [rounds]. Installs the project as a stranger would, with pictures and
TA-Lib and without what only development needs, into an environment of its own under .bench, pinned
by requirements.lock; all that is measured runs there. The proxy's first answer is the first 200 of
/api/health, the bot's the first message that it sends to somebody who wrote before it was started.
First starts, which make the tables, are told apart. Work (CPU) stands beside the time.

May import: both_houses, tables.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
import venv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bench.both_houses import OWNER, Houses, Outside, folder, outside
from bench.tables import Table, at_most, median, publish

ROUNDS = 7
COMMANDS = 1000
HOUSES = ("bot", "proxy")
HERE = Path(__file__).parent.parent
INSIDE = "--inside"
PIN = re.compile(r"^[a-z0-9.-]+==[^\\\n]+", re.MULTILINE)
TOOLS = ("pip", "setuptools")
"""What an environment brings along itself."""
MIB = 2**20
SETTLE = 3.0
LOOK = "/status"
MOST_DISTRIBUTIONS, MOST_MIB = 65, 380
MOST_BOT, MOST_PROXY, MOST_BOT_START, MOST_PROXY_START = 90, 170, 1.0, 1.5
FLAT = 1.05
COUNTING = """
import importlib.metadata, json, pathlib, sysconfig
names = {one.metadata["Name"].lower() for one in importlib.metadata.distributions()}
files = pathlib.Path(sysconfig.get_path("purelib")).rglob("*")
sizes = {}
for one in files:
    if one.is_file() and not one.is_symlink():
        top = one.relative_to(sysconfig.get_path("purelib")).parts[0].lower()
        sizes[top] = sizes.get(top, 0) + one.stat().st_size
print(json.dumps([sorted(names), sizes]))
"""


@dataclass
class Found:
    """Of each house: seconds to its first answer and at work until then, first time and later; MiB
    when idle, then with a key saved, and after the commands."""

    first: dict[str, float] = field(default_factory=dict)
    later: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    worked: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    idle: dict[str, float] = field(default_factory=dict)
    keyed: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)


def installed(home: Path) -> Path:
    """The Python of a fresh environment with what runs."""
    venv.create(home, with_pip=True, clear=True)
    python, pins = home / "bin" / "python", home / "pins.txt"
    lock = (HERE / "requirements.lock").read_text()
    pins.write_text("\n".join(PIN.findall(lock)) + "\n")
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--constraint", pins, HERE], check=True)
    return python


def counted(python: Path) -> tuple[int, float]:
    """Distributions, and MiB with their compiled files."""
    told = subprocess.run([python, "-c", COUNTING], check=True, capture_output=True, text=True)
    names, sizes = json.loads(told.stdout)
    kept = {name: size for name, size in sizes.items() if not name.startswith(TOOLS)}
    return len([one for one in names if one not in TOOLS]), sum(kept.values()) / MIB


async def started(world: Outside, where: Path, found: Found) -> Houses:
    """Both, one after the other, and how long each took."""
    houses = Houses(where, world)
    begun = time.perf_counter()
    await houses.start_proxy()
    note(found, houses, "proxy", time.perf_counter() - begun)
    world.witness.replies[OWNER].clear()
    await world.telegram.person(OWNER).say("/start")
    begun = time.perf_counter()
    await houses.start_bot()
    note(found, houses, "bot", await world.witness.reply(OWNER) - begun)
    return houses


def note(found: Found, houses: Houses, name: str, seconds: float) -> None:
    if name not in found.first:
        found.first[name] = seconds
        return
    found.later[name].append(seconds)
    found.worked[name].append(houses.process(name).worked)


async def measure(rounds: int) -> Found:
    """Inside the environment."""
    found = Found()
    with folder() as where:
        async with outside() as world:
            for number in range(rounds + 1):
                houses = await started(world, where, found)
                try:
                    if number == rounds:
                        await grown(world, houses, found)
                finally:
                    await houses.end()
    return found


async def grown(world: Outside, houses: Houses, found: Found) -> None:
    """Memory before and after the commands, none of which draws a picture."""
    await world.witness.quiet(SETTLE)
    found.idle = {name: houses.process(name).memory for name in HOUSES}
    key = world.key
    await world.say(OWNER, f"/setkeys binanceus {key.api_key} {key.secret}", "Keys saved")
    await world.witness.quiet(SETTLE)
    found.keyed = {name: houses.process(name).memory for name in HOUSES}
    await houses.end()
    await houses.start_proxy()
    await houses.start_bot(["bench.our_bot"])
    for number in range(COMMANDS):
        await world.say(OWNER, LOOK)
        if number == COMMANDS // 10:
            begun = {name: houses.process(name).memory for name in HOUSES}
    found.after = {name: houses.process(name).memory for name in HOUSES}
    found.after |= {f"{name} grew": found.after[name] / begun[name] for name in HOUSES}


def table(count: int, mib: float, found: Found) -> Table:
    rows = [
        (
            name,
            f"{median(found.later[name]):.2f}",
            f"{median(found.worked[name]):.2f}",
            f"{found.first[name]:.2f}",
            f"{found.idle[name]:.0f}",
            f"{found.keyed[name]:.0f}",
            f"{found.after[name]:.0f}",
        )
        for name in HOUSES
    ]
    heads = (
        *("house", "first answer, s", "CPU s", "very first start, s"),
        *("idle, MiB", "key saved, MiB", "later, MiB"),
    )
    title = (
        f"{count} distributions, {mib:.0f} MiB installed, with pictures and TA-Lib, without pip. "
        f"Medians of {len(found.later['bot'])} starts; `later` is after {COMMANDS:,} commands "
        "to a bot started anew."
    )
    starts = {name: median(found.later[name]) for name in HOUSES}
    goals = [
        at_most("distributions", count, MOST_DISTRIBUTIONS, ""),
        at_most("installed", mib, MOST_MIB, " MiB"),
        at_most("bot, idle, before a picture", found.idle["bot"], MOST_BOT, " MiB"),
        at_most("bot, first answer", starts["bot"], MOST_BOT_START, " s"),
        at_most("proxy, idle", found.idle["proxy"], MOST_PROXY, " MiB"),
        at_most("proxy, first answer", starts["proxy"], MOST_PROXY_START, " s"),
    ]
    for name in HOUSES:
        grew = found.after[f"{name} grew"]
        goals.append(at_most(f"{name}, commands 100 to {COMMANDS:,}", grew, FLAT, " times"))
    return Table("footprint", title, heads, rows, goals)


def main() -> None:
    if INSIDE in sys.argv:
        found = asyncio.run(measure(int(sys.argv[-1])))
        sys.stdout.write(json.dumps(vars(found)) + "\n")
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    python = installed(Path(".bench/footprint").absolute())
    count, mib = counted(python)
    command = [python, "-m", "bench.footprint", INSIDE, str(rounds)]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE)
    publish(table(count, mib, Found(**json.loads(told.stdout.splitlines()[-1]))))


if __name__ == "__main__":
    main()
