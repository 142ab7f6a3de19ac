"""Histories for bench/history.py: a person with so many trades, as both houses remember them.

Alone because what is measured should read without how it came about. The bot's parts and the
proxy's are the real ones, each over a database of its own; only the HTTP between them and the
venue's prices are left out.

May import: accounts, core, desk, histories_proxy, market, parts, ports, store, wire.
"""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from bench.histories_proxy import opened_proxy
from bench.market import MarketInMemory
from migrations.database import Door, open_database
from piggybot.core.mail import Outgoing
from piggybot.core.positions import Book, Key, Position
from piggybot.core.slots import EPOCH
from piggybot.desk import Desk
from piggybot.market import MarketData
from piggybot.parts import Parts as BotParts
from piggybot.ports import Broker
from piggybot.store import Person, Store
from piggybot.store.booking import EVER, EVERY_RUN, position_values
from piggybot.store.tables import orders
from piggybot.store.tables_runs import days, fills, positions
from proxy.accounts import Accounts
from proxy.wire import AccountOut, BalanceOut, Mode, RegisterIn, Timeframe

BATCH = 10_000
YEAR = 365
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
RUNS = ("", "run-1", "run-2", "run-3", "run-4", "run-5")
SYMBOLS = ("C00/USDT", "C01/USDT")
ANN = Person(7, 7, "Ann", True, "user-7", "binanceus")
ONE = Decimal(1)


class ProxyInMemory(MarketInMemory):
    """A Broker whose accounts and balances are a real proxy's."""

    accounts: Accounts

    async def account(self, user_id: str) -> AccountOut:
        return await self.accounts.account(user_id)

    async def balance(
        self, user_id: str, exchange: str | None = None, mode: Mode | None = None
    ) -> BalanceOut:
        return await self.accounts.balance(user_id, mode, exchange)


class Nobody:
    """The outbox is not emptied here."""

    def wake(self, letters: Sequence[Outgoing] = ()) -> None:
        """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the handlers need of a house, and what has to be closed after."""

    store: Store
    door: Door
    clock: Callable[[], datetime]
    market: MarketData
    broker: Broker
    desk: Desk
    ids: Callable[[], str]
    notifier: Nobody
    proxy_door: Door

    def close(self) -> None:
        self.door.close()
        self.proxy_door.close()


def now() -> datetime:
    return NOW


async def opened(folder: Path, trades: int) -> Parts:
    """Two databases with so many trades of one person, and the houses over them."""
    store, door, proxy_door = (
        Store(open_database(f"sqlite:///{folder}/bot.db", "bot")),
        Door(),
        Door(),
    )
    store.people.join(ANN)
    fill(store, trades)
    end = int((NOW - EPOCH) / timedelta(milliseconds=1)) // Timeframe.H1.ms * Timeframe.H1.ms
    memory = ProxyInMemory(list(SYMBOLS), end, Timeframe.H1)
    memory.accounts = opened_proxy(folder, trades, memory, now, proxy_door)
    await memory.accounts.register(RegisterIn(userId=ANN.user_id, exchange=ANN.exchange))
    broker, ids = cast(Broker, memory), (f"{number:022d}" for number in itertools.count())
    desk = Desk(BotParts(store, door, broker, now, ids.__next__, Nobody()))
    market = MarketData(broker, now, asyncio.sleep)
    return Parts(store, door, now, market, broker, desk, ids.__next__, Nobody(), proxy_door)


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
