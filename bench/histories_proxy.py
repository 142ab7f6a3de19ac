"""The proxy's half of a history for bench/history.py: a real one over a database that was filled.

May import: accounts, market, paper, parts, stopgate, store, vault, venue, wire.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, text

from bench.market import MarketInMemory
from migrations.database import Door, open_database
from proxy.accounts import Accounts
from proxy.paper import PaperVenue
from proxy.parts import Clock, LiveRules, Parts
from proxy.stopgate import StopGate
from proxy.store import Store
from proxy.vault import Vault
from proxy.venue import Market, Quote, Venue
from proxy.wire import Limits

USER, EXCHANGE = "user-7", "binanceus"
YEAR = timedelta(days=365)
LIMITS = Limits(
    minTradeUsd=Decimal(2),
    maxTradeUsd=Decimal(50),
    maxTradeShare=Decimal("0.01"),
    maxTradesPerDay=10**6,
    maxDailyLossShare=Decimal("0.05"),
    symbols=["C00/USDT", "C01/USDT"],
)
TRADES = """
CREATE TEMP TABLE trades AS
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :trades)
SELECT printf('pg-%022d', n) AS id, 'paper-' || n AS number,
 :begin + :year * (n + 1) / (:trades + 1) AS at,
 iif(n % 2, 'SELL', 'BUY') AS side, 'C0' || (n % 4 / 2) AS base, '64000.01' AS price,
 '0.00015' AS qty, '0.0096' AS fee, 'USDT' AS quote, 'PAPER' AS paper, 'user-7' AS user,
 'binanceus' AS venue FROM numbers"""
FILLED = (
    """INSERT INTO orders (client_id, user_id, exchange, book, mode, side, symbol, contents, epoch,
    created, status, asked_usd, sandbox, order_id, executed, quote, fee, concluded)
    SELECT id, user, venue, paper, paper, side, base || '/USDT', '', 1,
    at, 'FILLED', '10', 0, number, qty, '9.6', fee, at FROM trades""",
    """INSERT INTO fills (exchange, book, symbol, trade_id, client_id, user_id, side, base, quote,
    price, qty, fee, fee_asset, at) SELECT venue, paper, base || '/USDT', number, id, user, side,
    base, quote, price, qty, fee, quote, at FROM trades""",
    """INSERT INTO paper_orders (client_id, user_id, exchange, symbol, side, price, qty, fee,
    fee_asset, at) SELECT id, user, venue, base || '/USDT', side, price, qty, fee, quote, at
    FROM trades""",
    """INSERT INTO positions (user_id, book, exchange, symbol, units, cost)
    SELECT user, paper, venue, 'C00/USDT', '1', '100' FROM trades LIMIT 1""",
    "DROP TABLE trades",
)
"""By the database itself: a million rows are too many to be made one by one."""


class Prices:
    """A venue that only names prices and rules, from memory."""

    name, title, sandbox = EXCHANGE, "Binance.US", False

    def __init__(self, broker: MarketInMemory, clock: Clock) -> None:
        self._broker = broker
        self._clock = clock

    async def market(self, symbol: str) -> Market:
        one = await self._broker.market(self.name, symbol)
        names = (self.name, one.symbol, one.symbol.replace("/", ""), one.base, one.quote)
        return Market(*names, one.minNotional, one.minQty, one.step, one.tick)

    async def quote(self, symbol: str) -> Quote:
        return Quote((await self._broker.price(self.name, symbol)).price, self._clock())


def opened_proxy(
    folder: Path, trades: int, market: MarketInMemory, clock: Clock, door: Door
) -> Accounts:
    """The accounts of a proxy that remembers so many trades of one person, over a year."""
    engine = open_database(f"sqlite:///{folder / 'proxy.db'}", "proxy")
    fill(engine, trades, clock() - YEAR)
    store, venue = Store(engine), cast(Venue, Prices(market, clock))
    parts = Parts(
        store=store,
        door=door,
        gate=StopGate(folder / "STOP"),
        venues={venue.name: venue},
        paper={venue.name: PaperVenue(venue, store, door, clock)},
        vault=Vault(folder / "vault"),
        limits=LIMITS,
        live=LiveRules(False),
        clock=clock,
    )
    return Accounts(parts)


def fill(engine: Engine, trades: int, begin: datetime) -> None:
    """Orders, fills and paper orders, as journal.py and paper.py would have left them."""
    millisecond = timedelta(milliseconds=1)
    span = {"begin": int(begin.timestamp() * 1000), "year": YEAR // millisecond}
    with engine.begin() as db:
        db.execute(text(TRADES), span | {"trades": trades})
        for statement in FILLED:
            db.execute(text(statement))
