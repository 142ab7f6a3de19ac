"""What the proxy adds to an order: POST /api/trade against the same order by bare ccxt.

Run: python -m bench.order_path [seconds a turn]. Sandbox, proxy and clients are processes of their
own. Both sides buy for $10 in live mode, with ccxt signing and the same rewritten origin, ccxt's
and our limiter off, and the proxy's database as it always is (WAL, FULL); each client is a person
with a key. The sides take turns, and the order of the sides changes, so that a noisy moment hits
both alike. "Venue slow" lets the sandbox wait 50 ms before each answer; "cold" is an order after a
pause, when price and value have to be asked first. The least that can be added stands beside: an
answer of the proxy that only says that it lives, and two commits of one row on the same disk.

May import: commits, houses, tables.
"""

import asyncio
import itertools
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import ccxt.async_support as ccxt

from bench import commits
from bench.houses import Houses, cpu_seconds, started
from bench.tables import Goal, Table, at_least, at_most, median, p99, publish, show

MOST = 16
TURNS = 6
SECONDS = 4
COLD_TURNS = 10
SLOW_VENUE = 0.05
STALE_AFTER = 5.2
"""Seconds until the proxy asks for price and value anew."""
SAFE = commits.MODES[0]
MANY = 10**9
COST = "10"
SYMBOL = "BTC/USDT"
VENUE = "binanceus"
SETTINGS = {
    "ALLOW_LIVE": "1",
    "MAX_TRADE_USD": "1000",
    "MAX_TRADE_SHARE": "1",
    "MAX_TRADES_PER_DAY": str(MANY),
    "MAX_DAILY_LOSS_SHARE": "1",
    "RATE_LIMIT": "0",
}
Order = Callable[[], Awaitable[None]]


@dataclass
class Side:
    """One way to place an order, by each client; what it took."""

    name: str
    clients: Sequence[Order]
    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0

    async def turn(self, clients: int, seconds: float) -> None:
        """So many clients at once, each an order after the other."""
        begun = time.perf_counter()
        await asyncio.gather(
            *(self._one(order, begun + seconds) for order in self.clients[:clients])
        )
        self.lasted += time.perf_counter() - begun

    async def once(self) -> None:
        begun = time.perf_counter()
        await self.clients[0]()
        self.seconds.append(time.perf_counter() - begun)

    async def _one(self, order: Order, until: float) -> None:
        while (begun := time.perf_counter()) < until:
            await order()
            self.seconds.append(time.perf_counter() - begun)

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.lasted


@dataclass(frozen=True, slots=True)
class Found:
    """Both sides in one setting."""

    what: str
    ours: Side
    bare: Side
    worked: float
    """CPU seconds of the proxy an order."""

    @property
    def added(self) -> float:
        """ms at the median."""
        return (median(self.ours.seconds) - median(self.bare.seconds)) * 1000

    @property
    def ratio(self) -> float:
        return median(self.ours.seconds) / median(self.bare.seconds)

    def rows(self) -> list[tuple[str, ...]]:
        return [
            self._row(self.ours, f"{self.ratio:.2f}", f"{self.worked * 1000:.2f}"),
            self._row(self.bare, "", ""),
        ]

    def _row(self, side: Side, ratio: str, worked: str) -> tuple[str, ...]:
        middle, high = median(side.seconds) * 1000, p99(side.seconds) * 1000
        rate = f"{side.rate:,.0f}" if side.lasted else ""
        shown = (f"{len(side.seconds):,}", f"{middle:.2f}", f"{high:.1f}", ratio, rate, worked)
        return f"{self.what}, {side.name}", *shown


@dataclass(frozen=True, slots=True)
class Least:
    """What no proxy that keeps its orders can save."""

    answers: Side
    commit: float
    """Seconds of one."""

    def rows(self) -> list[tuple[str, ...]]:
        middle, high = median(self.answers.seconds) * 1000, p99(self.answers.seconds) * 1000
        count, both = f"{len(self.answers.seconds):,}", f"{2 * self.commit * 1000:.2f}"
        return [
            ("least: an answer that it lives", count, f"{middle:.2f}", f"{high:.1f}", "", "", ""),
            ("least: two commits", "", both, "", "", "", ""),
        ]


HEADS = ("", "orders", "median ms", "p99 ms", "ratio", "orders/s", "proxy CPU ms")


async def through_proxy(houses: Houses, number: int, key: dict[str, str]) -> Order:
    """A person who is live, and how they buy."""
    user = f"user-{number}"
    await houses.at_proxy("/api/account", {"userId": user, "exchange": VENUE})
    given = {"apiKey": key["apiKey"], "apiSecret": key["secret"]}
    await houses.at_proxy("/api/credentials", {"userId": user, "exchange": VENUE, **given})
    account = await houses.at_proxy("/api/mode", {"userId": user, "mode": "LIVE"})
    order = {"userId": user, "exchange": VENUE, "side": "BUY", "symbol": SYMBOL}
    order |= {"amountUsd": COST, "mode": "LIVE", "epoch": account["epoch"]}
    address = f"{houses.proxy}/api/trade"

    async def place() -> None:
        headers = {"Idempotency-Key": new_id()}
        async with houses.http.post(address, json=order, headers=headers) as answer:
            told = await answer.json()
        assert told.get("status") == "FILLED", told

    return place


async def bare(houses: Houses, key: dict[str, str], like: ccxt.Exchange | None) -> ccxt.Exchange:
    """ccxt as anybody would use it, at the sandbox's origin."""
    exchange = ccxt.binanceus(
        {"apiKey": key["apiKey"], "secret": key["secret"], "enableRateLimit": False}
    )
    exchange.urls["api"] = {
        name: address.replace("https://api.binance.us", houses.exchange)
        for name, address in exchange.urls["api"].items()
    }
    if like is None:
        await exchange.load_markets()
    else:
        exchange.set_markets(like.markets)
    return exchange


def by_ccxt(exchange: ccxt.Exchange) -> Order:
    async def place() -> None:
        params = {"newClientOrderId": new_id()}
        told = await exchange.create_market_buy_order_with_cost(SYMBOL, COST, params)
        assert told["status"] == "closed", told

    return place


def new_id() -> str:
    return f"pg-{secrets.token_urlsafe(16)}"


async def measure(houses: Houses, seconds: float) -> tuple[list[Found], Least]:
    """All settings, after a warm-up of both sides."""
    rich = {"balances": {"USDT": str(MANY)}}
    keys = [await houses.at_sandbox("/sandbox/keys", rich) for _ in range(2 * MOST)]
    ours = [await through_proxy(houses, n, key) for n, key in enumerate(keys[:MOST])]
    plain: list[ccxt.Exchange] = []
    for key in keys[MOST:]:
        plain.append(await bare(houses, key, plain[0] if plain else None))
    sides = ours, [by_ccxt(one) for one in plain]
    try:
        await in_turn(houses, "", sides, MOST, 1.0)
        found = [
            await in_turn(houses, "1 client", sides, 1, seconds),
            await in_turn(houses, "16 clients", sides, MOST, seconds),
        ]
        alone = await least(houses, seconds)
        slow = {"name": "slow-before", "method": "*", "path": "*", "seconds": SLOW_VENUE}
        await houses.at_sandbox("/sandbox/fault", slow)
        found += [
            await in_turn(houses, "venue slow, 1 client", sides, 1, seconds),
            await cold(houses, sides),
        ]
    finally:
        for one in plain:
            await one.close()
    return found, alone


async def in_turn(
    houses: Houses, what: str, sides: tuple[list[Order], list[Order]], clients: int, seconds: float
) -> Found:
    """Some turns of each side, and what the proxy worked in its own."""
    mine, theirs = Side("through the proxy", sides[0]), Side("bare ccxt", sides[1])
    worked = 0.0
    for number in range(TURNS):
        for side in (mine, theirs) if number % 2 else (theirs, mine):
            before = cpu_seconds(houses.proxy_process)
            await side.turn(clients, seconds / 2)
            if side is mine:
                worked += cpu_seconds(houses.proxy_process) - before
    return Found(what, mine, theirs, worked / len(mine.seconds))


async def least(houses: Houses, seconds: float) -> Least:
    """The proxy's answer and the disk's, in turn."""

    async def lives() -> None:
        async with houses.http.get(f"{houses.proxy}/api/health") as answer:
            assert (await answer.json())["status"] == "ok"

    answers, rates = Side("", [lives]), []
    with TemporaryDirectory(dir=".") as folder:
        for _ in range(TURNS):
            await answers.turn(1, seconds / 4)
            rates.append(commits.measure(Path(folder), *SAFE, seconds / 4))
    return Least(answers, 1 / median(rates))


async def cold(houses: Houses, sides: tuple[list[Order], list[Order]]) -> Found:
    """The first order after a pause."""
    mine, theirs = Side("through the proxy", sides[0]), Side("bare ccxt", sides[1])
    worked = 0.0
    for _ in range(COLD_TURNS):
        await asyncio.sleep(STALE_AFTER)
        before = cpu_seconds(houses.proxy_process)
        await mine.once()
        worked += cpu_seconds(houses.proxy_process) - before
        await theirs.once()
    return Found("venue slow, cold", mine, theirs, worked / COLD_TURNS)


def goals(found: Sequence[Found]) -> list[Goal]:
    one, many, slow, _ = found
    return [
        at_most("an order: added to bare ccxt at the median", one.added, 4, " ms"),
        at_most("an order where the venue takes 50 ms: of bare ccxt", slow.ratio, 1.2, "x"),
        at_least("orders of 16 clients", many.ours.rate, 200, "/s"),
        at_most("orders of 16 clients: p99", p99(many.ours.seconds) * 1000, 100, " ms"),
    ]


async def main(seconds: int) -> None:
    async with started(SETTINGS) as houses:
        found, alone = await measure(houses, seconds)
    title = f"Orders of ${COST}, by both sides in {TURNS} turns of {seconds / 2:g} s each."
    rows = [*itertools.chain.from_iterable(one.rows() for one in found), *alone.rows()]
    table = Table("order_path", title, HEADS, rows, goals(found))
    (publish if seconds >= SECONDS else show)(table)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
