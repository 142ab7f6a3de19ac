"""The tables of trading by itself: runs, slots, fills, positions, days, alerts, summaries,
mismatches, cards.

May import: store.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from migrations.database import MoneyText, UtcTime
from piggybot.store.tables import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("timeframe", String(4), nullable=False),
    Column("strategy", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("amount_usd", MoneyText, nullable=False),
    Column("exits", Text, nullable=False),
    Column("guards", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("why", Text, nullable=False),
    Column("halt", String(16)),
    Column("created", UtcTime, nullable=False),
    Column("reply_to", BigInteger),
    Column("orders", Integer, nullable=False, default=0),
    UniqueConstraint("person_id", "number"),
    Index("runs_by_state", "state", "timeframe"),
)

# A slot owns the work of one candle's close: whoever writes its row first does it, once.
slots = Table(
    "slots",
    metadata,
    Column("run_id", String(22), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("outcome", String(8), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided", UtcTime, nullable=False),
    Column("signal", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("price", MoneyText),
    Column("client_id", String(36)),
    Column("since", UtcTime),
)

# A sell by hand may take from several holdings: one row for each one's share of the fill.
fills = Table(
    "fills",
    metadata,
    Column("client_id", String(36), primary_key=True),
    Column("trade_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("book", String(8), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("run_id", String(22), primary_key=True),
    Column("side", String(4), nullable=False),
    Column("price", MoneyText, nullable=False),
    Column("qty", MoneyText, nullable=False),
    Column("fee", MoneyText, nullable=False),
    Column("fee_asset", String(16), nullable=False),
    Column("fee_quote", MoneyText, nullable=False),
    Column("realised", MoneyText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("fills_of_book", "user_id", "book", "at"),
    Index("fills_of_market", "user_id", "book", "symbol", "at"),
    Index("fills_of_run", "run_id", "at"),
)

# One row a run, market and book, for ever: running totals, so that nothing is ever added up anew.
positions = Table(
    "positions",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("book", String(8), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("symbol", String(32), primary_key=True),
    Column("run_id", String(22), primary_key=True),
    Column("units", MoneyText, nullable=False),
    Column("cost", MoneyText, nullable=False),
    Column("realised", MoneyText, nullable=False),
    Column("fees", MoneyText, nullable=False),
    Column("trades", Integer, nullable=False),
    Column("wins", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("bought", MoneyText, nullable=False),
    Column("paid", MoneyText, nullable=False),
    Column("earned", MoneyText, nullable=False),
    Column("opened", UtcTime),
    Column("peak", MoneyText),
    Column("losses", Integer, nullable=False),
    Column("closed", UtcTime),
    Column("lost", UtcTime),
    Column("best", MoneyText),
    Column("most", MoneyText, nullable=False),
    Index("positions_of_run", "run_id"),
)

# One row a UTC day, book and run, also running totals; sums of them too (see booking.EVERY_RUN).
days = Table(
    "days",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("book", String(8), primary_key=True),
    Column("run_id", String(22), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("realised", MoneyText, nullable=False),
    Column("fees", MoneyText, nullable=False),
    Column("bought", MoneyText, nullable=False),
    Column("sold", MoneyText, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("trades", Integer, nullable=False),
    Column("wins", Integer, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("above", Boolean, nullable=False),
    Column("price", MoneyText, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("reply_to", BigInteger),
    Column("fired", UtcTime),
    Index("alerts_waiting", "fired", "person_id"),
)

# What a comparison of books found on one market, and what its person decided about it.
mismatches = Table(
    "mismatches",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("book", String(8), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("title", String(64), nullable=False),
    Column("sandbox", Boolean, nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("found", UtcTime, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("differences", Text, nullable=False),
    Column("halted", Text, nullable=False),
    Column("told", String(10), nullable=False),
    Column("settled", UtcTime),
    Column("how", String(8)),
    Index("mismatches_of_book", "user_id", "book", "exchange", "how"),
)

summaries = Table(
    "summaries",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("last_day", String(10), nullable=False),
)

# Cards in chats that refresh themselves for a while.
cards = Table(
    "cards",
    metadata,
    Column("letter", String(160), primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("book", String(8), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("run_id", String(22), nullable=False),
    Column("shown", Text, nullable=False),
    Column("edited", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
)
