"""The tables of the proxy's database, and nothing else. Migrations must match them.

May import: nothing of ours.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from migrations.database import MoneyText, UtcTime

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("exchange", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("max_trade_usd", MoneyText),
    Column("max_trades_per_day", Integer),
    Column("max_daily_loss_share", MoneyText),
)

flags = Table(
    "flags",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("api_key_sealed", Text, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("validated_at", UtcTime),
)

orders = Table(
    "orders",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("book", String(8), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("side", String(4), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("contents", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("status", String(16), nullable=False),
    Column("market", Text),
    Column("asked_usd", MoneyText),
    Column("asked_units", MoneyText),
    Column("units", MoneyText),
    Column("not_after", UtcTime),
    Column("sent_at", UtcTime),
    Column("sandbox", Boolean, nullable=False),
    Column("order_id", String(64)),
    Column("executed", MoneyText, nullable=False),
    Column("quote", MoneyText, nullable=False),
    Column("fee", MoneyText, nullable=False),
    Column("transact_time", UtcTime),
    Column("concluded", UtcTime),
    Column("problem", Text),
    Index("orders_by_user", "user_id", "book", "created"),
    Index("orders_by_status", "status", "user_id", "book"),
)

# A venue numbers trades per symbol, and both sides of one trade may be ours: hence the client id.
fills = Table(
    "fills",
    metadata,
    Column("exchange", String(32), primary_key=True),
    Column("book", String(8), primary_key=True),
    Column("symbol", String(32), primary_key=True),
    Column("trade_id", String(64), primary_key=True),
    Column("client_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("side", String(4), nullable=False),
    Column("base", String(16), nullable=False),
    Column("quote", String(16), nullable=False),
    Column("price", MoneyText, nullable=False),
    Column("qty", MoneyText, nullable=False),
    Column("fee", MoneyText, nullable=False),
    Column("fee_asset", String(16), nullable=False),
    Column("fee_quote", MoneyText),
    Column("at", BigInteger, nullable=False),
    Index("fills_by_order", "client_id"),
    Index("fills_by_day", "user_id", "book", "at"),
)

positions = Table(
    "positions",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("book", String(8), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("symbol", String(32), primary_key=True),
    Column("units", MoneyText, nullable=False),
    Column("cost", MoneyText, nullable=False),
)

days = Table(
    "days",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("book", String(8), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("start_value", MoneyText, nullable=False),
    Column("marks", Text, nullable=False),
)

paper_balances = Table(
    "paper_balances",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("asset", String(16), primary_key=True),
    Column("units", MoneyText, nullable=False),
)

# A paper order is a market order and fills at once, whole: its row is its trade too.
paper_orders = Table(
    "paper_orders",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("side", String(4), nullable=False),
    Column("price", MoneyText, nullable=False),
    Column("qty", MoneyText, nullable=False),
    Column("fee", MoneyText, nullable=False),
    Column("fee_asset", String(16), nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Candles are the same for everybody, and never change once they are closed. `source` is the origin
# that they were asked of, so that a sandbox's never stand beside the real venue's.
candles = Table(
    "candles",
    metadata,
    Column("source", String(128), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("symbol", String(32), primary_key=True),
    Column("timeframe", String(4), primary_key=True),
    Column("open_time", BigInteger, primary_key=True, autoincrement=False),
    Column("open", MoneyText, nullable=False),
    Column("high", MoneyText, nullable=False),
    Column("low", MoneyText, nullable=False),
    Column("close", MoneyText, nullable=False),
    Column("volume", MoneyText, nullable=False),
)
