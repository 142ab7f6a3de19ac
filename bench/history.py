"""Whether a long history makes looking slow: a person with a hundred, ten thousand and a million
trades, side by side.

Run: python -m bench.history [most trades]. All three have traded evenly over a year, by five runs
and by hand on two markets. Each is filled into a database of its own, and then asked in turn, so
that a noisy moment hits all alike. What is measured is what /positions and /pnl read, for each
period, without the picture.

May import: chat, core, market, ports, store, wire.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from bench.market import MarketInMemory
from migrations.database import Door, open_database
from piggybot.chat.ask import House
from piggybot.chat.profit import Period, gathered
from piggybot.core.positions import Book, Key, Position
from piggybot.core.slots import EPOCH
from piggybot.market import MarketData
from piggybot.ports import Broker
from piggybot.store import Person, Store
from piggybot.store.booking import EVER, EVERY_RUN, position_values
from piggybot.store.tables import orders
from piggybot.store.tables_runs import days, fills, positions
from proxy.wire import Timeframe

SIZES = (100, 10_000, 1_000_000)
ROUNDS = 101
BATCH = 10_000
YEAR = 365
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUNS = ("", "run-1", "run-2", "run-3", "run-4", "run-5")
SYMBOLS = ("C00/USDT", "C01/USDT")
ANN = Person(7, 7, "Ann", True, "user-7", "binanceus")
GOAL = 1.5
ONE = Decimal(1)


@dataclass(frozen=True)
class Parts:
    """What the reading of a house needs."""

    store: Store
    door: Door
    clock: Callable[[], datetime]
    market: MarketData


def opened(folder: Path, trades: int) -> Parts:
    """A database with so many trades of one person."""
    store = Store(open_database(f"sqlite:///{folder / 'bot.db'}", "bot"))
    store.people.join(ANN)
    end = int((NOW - EPOCH) / timedelta(milliseconds=1)) // Timeframe.H1.ms * Timeframe.H1.ms
    broker = cast(Broker, MarketInMemory(list(SYMBOLS), end, Timeframe.H1))
    clock = lambda: NOW  # noqa: E731
    fill(store, trades)
    return Parts(store, Door(), clock, MarketData(broker, clock, asyncio.sleep))


def fill(store: Store, trades: int) -> None:
    """Orders, fills, days and positions, as booking.py would have left them."""
    engine = store.ledger._engine
    for first in range(0, trades, BATCH):
        some = range(first, min(first + BATCH, trades))
        with engine.begin() as db:
            db.execute(orders.insert(), [_order(n, trades) for n in some])
            db.execute(fills.insert(), [_fill(n, trades) for n in some])
    with engine.begin() as db:
        traded = {(str(_at(n, trades).date()), RUNS[n % len(RUNS)]) for n in range(trades)}
        traded |= {(day, EVERY_RUN) for day, _ in traded} | {(EVER, run) for _, run in traded}
        db.execute(days.insert(), [_day(*one) for one in sorted(traded)])
        db.execute(positions.insert(), [position_values(_held(n)) for n in range(len(RUNS))])


def _at(number: int, trades: int) -> datetime:
    return NOW - timedelta(days=YEAR) + timedelta(days=YEAR) * (number + 1) / (trades + 1)


def _order(number: int, trades: int) -> dict[str, Any]:
    at = _at(number, trades)
    return {
        "client_id": f"pg-{number:022d}",
        "origin": f"run:{number}",
        "person_id": ANN.id,
        "user_id": ANN.user_id,
        "exchange": ANN.exchange,
        "mode": "PAPER",
        "epoch": 1,
        "side": "SELL" if number % 2 else "BUY",
        "symbol": SYMBOLS[number % 4 // 2],
        "amount_usd": Decimal(10),
        "placed": at,
        "not_after": at,
        "status": "FILLED",
        "order_id": f"paper-{number}",
        "price": Decimal("64000.01"),
        "executed": Decimal("0.00015"),
        "quote": Decimal("9.6"),
        "fee": Decimal("0.0096"),
        "transact_time": at,
        "sandbox": False,
        "concluded": at,
        "run_id": RUNS[number % len(RUNS)],
        "cause": "signal",
        "why": "10-SMA 64,120 crossed above 30-SMA 64,020: enter",
    }


def _fill(number: int, trades: int) -> dict[str, Any]:
    return {
        "client_id": f"pg-{number:022d}",
        "trade_id": f"paper-{number}",
        "user_id": ANN.user_id,
        "book": "PAPER",
        "exchange": ANN.exchange,
        "symbol": SYMBOLS[number % 4 // 2],
        "run_id": RUNS[number % len(RUNS)],
        "side": "SELL" if number % 2 else "BUY",
        "price": Decimal("64000.01"),
        "qty": Decimal("0.00015"),
        "fee": Decimal("0.0096"),
        "fee_asset": "USDT",
        "fee_quote": Decimal("0.0096"),
        "realised": Decimal("0.01"),
        "at": _at(number, trades),
    }


def _day(day: str, run: str) -> dict[str, Any]:
    key = {"user_id": ANN.user_id, "book": "PAPER", "run_id": run, "day": day}
    money = dict.fromkeys(("realised", "fees", "bought", "sold"), Decimal("1.23456789"))
    return key | money | {"orders": 4, "trades": 2, "wins": 1}


def _held(number: int) -> Position:
    key = Key(ANN.user_id, Book.PAPER, ANN.exchange, SYMBOLS[number % 2], RUNS[number])
    return Position(
        key, ONE, ONE, entries=1, bought=ONE, paid=ONE, opened=NOW, peak=ONE, trades=10**6
    )


async def look_at_positions(parts: Parts) -> None:
    for book in Book:
        await parts.door(parts.store.ledger.positions, ANN.user_id, book)


def look_at_pnl(period: Period) -> Callable[[Parts], Awaitable[object]]:
    async def look(parts: Parts) -> object:
        return await gathered(cast(House, parts), ANN.user_id, ANN.id, Book.PAPER, period)

    return look


LOOKS: dict[str, Callable[[Parts], Awaitable[object]]] = {
    "/positions": look_at_positions,
    "/pnl day": look_at_pnl(Period.DAY),
    "/pnl month": look_at_pnl(Period.MONTH),
    "/pnl all": look_at_pnl(Period.ALL),
}


async def measure(sizes: tuple[int, ...]) -> None:
    with tempfile.TemporaryDirectory(dir=".") as place:
        found = {size: opened(Path(place) / str(size), size) for size in sizes}
        spent: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for name, look in LOOKS.items():
                for size, parts in found.items():
                    begun = time.perf_counter()
                    await look(parts)
                    spent.setdefault((name, size), []).append(time.perf_counter() - begun)
        for parts in found.values():
            parts.door.close()
    heads = "".join(f"{size:>12,}" for size in sizes)
    lines = [f"{'ms, median of ' + str(ROUNDS):<22}{heads}{'ratio':>9}"]
    for name in LOOKS:
        middles = [statistics.median(spent[name, size]) * 1000 for size in sizes]
        ratio = max(middles) / min(middles)
        told = "yes" if ratio <= GOAL else "NO"
        cells = "".join(f"{one:>12.2f}" for one in middles)
        lines.append(f"{name:<22}{cells}{ratio:>9.2f}   within {GOAL}: {told}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    asyncio.run(measure(tuple(size for size in SIZES if size <= most)))
