"""Whether a long history makes looking slow: a person with a hundred, ten thousand and a million
trades, side by side.

Run: python -m bench.history [most trades]. All three have traded evenly over a year, by five runs
and by hand on two markets. Each is filled into databases of its own, and then asked in turn, so
that a noisy moment hits all alike. /positions and /pnl are what those commands read, for each
period, without the picture; /balance, /trades and /status are the whole handlers, from the command
to the answer in the outbox, with what the proxy does for them. Beside them stands a handler that
only answers.

May import: chat, core, histories, tables.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from bench.histories import ANN, NOW, Parts, opened
from bench.tables import Table, at_most, median, p99, publish, show
from piggybot.chat import look
from piggybot.chat.ask import Ask, House, Reply
from piggybot.chat.profit import Period, gathered
from piggybot.core.positions import Book

SIZES = (100, 10_000, 1_000_000)
ROUNDS = 101
FLAT, ABOVE = 1.5, 10
ECHO = "an echo"
Look = Callable[[Parts], Awaitable[object]]
NUMBERS = itertools.count()


async def look_at_positions(parts: Parts) -> None:
    for book in Book:
        await parts.door(parts.store.ledger.positions, ANN.user_id, book)


def look_at_pnl(period: Period) -> Look:
    async def look(parts: Parts) -> object:
        return await gathered(cast(House, parts), ANN.user_id, ANN.id, Book.PAPER, period)

    return look


def typed(handler: Callable[[Ask], Awaitable[None]], command: str, *words: str) -> Look:
    async def look(parts: Parts) -> None:
        origin = f"m{next(NUMBERS)}"
        await handler(Ask(ANN, command, words, origin, 1, NOW, cast(House, parts)))

    return look


async def echo(ask: Ask) -> None:
    await ask.say(Reply(ask.command))


LOOKS: dict[str, Look] = {
    ECHO: typed(echo, "echo"),
    "/balance": typed(look.balance, "balance"),
    "/trades 50": typed(look.trades, "trades", "50"),
    "/status": typed(look.status, "status"),
    "/positions": look_at_positions,
    "/pnl day": look_at_pnl(Period.DAY),
    "/pnl month": look_at_pnl(Period.MONTH),
    "/pnl all": look_at_pnl(Period.ALL),
}


async def measure(sizes: tuple[int, ...]) -> Table:
    with tempfile.TemporaryDirectory(dir=".") as place:
        found = {size: await opened(Path(place).resolve() / str(size), size) for size in sizes}
        spent: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for name, look in LOOKS.items():
                for size, parts in found.items():
                    begun = time.perf_counter()
                    await look(parts)
                    spent.setdefault((name, size), []).append(time.perf_counter() - begun)
        for parts in found.values():
            parts.close()
    return table(spent, sizes)


def table(spent: dict[tuple[str, int], list[float]], sizes: tuple[int, ...]) -> Table:
    """`spent` are seconds."""
    middles = {key: median(each) * 1000 for key, each in spent.items()}
    rows, ratios, above = [], {}, {}
    for name in LOOKS:
        each = [middles[name, size] for size in sizes]
        ratios[name] = max(each) / min(each)
        above[name] = max(middles[name, size] - middles[ECHO, size] for size in sizes)
        slow = p99(spent[name, sizes[-1]]) * 1000
        rows.append((name, *(f"{one:.2f}" for one in (*each, slow, ratios[name]))))
    worst = max(ratios[name] for name in LOOKS if name != ECHO)
    span = f"{sizes[0]:,} to {sizes[-1]:,} trades"
    goals = [
        at_most(f"every look, {span}: slowest of fastest", worst, FLAT, "x"),
        at_most("the slowest look: above an echo at the median", max(above.values()), ABOVE, " ms"),
    ]
    title = f"Milliseconds of a look by how many trades there are, median of {ROUNDS}."
    heads = ("", *(f"{size:,} trades" for size in sizes), "p99 of these", "slowest of fastest")
    return Table("history", title, heads, rows, goals)


if __name__ == "__main__":
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    result = asyncio.run(measure(tuple(size for size in SIZES if size <= most)))
    (publish if most >= SIZES[-1] else show)(result)
