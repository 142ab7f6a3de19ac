"""The tables of the bot's database: people, letters and orders. Runs are in tables_runs.py.

May import: nothing of ours.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from migrations.database import MoneyText, UtcTime

metadata = MetaData()
RowId = BigInteger().with_variant(Integer, "sqlite")

people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Boolean, nullable=False),
    Column("user_id", String(64), nullable=False, unique=True),
    Column("exchange", String(32), nullable=False),
    Column("pinned", BigInteger),
    Column("mode", String(16)),
    Column("epoch", Integer, nullable=False, default=0),
    Column("sandbox", Boolean, nullable=False, default=False),
)

pairing = Table(
    "pairing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("code_hash", String(128), nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("left", Integer, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Column("arrived", UtcTime, nullable=False),
    Column("done", Boolean, nullable=False, default=False),
    Index("inbox_unfinished", "done", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("dedupe", String(160), nullable=False, unique=True),
    Column("reply_to", BigInteger),
    Column("created", UtcTime, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("state", String(8), nullable=False, default="due"),
    Column("message_id", BigInteger),
    Column("sent_at", UtcTime),
    Column("reason", Text),
    Column("edits", String(160)),
    Index("outbox_due", "state", "priority", "id"),
    Index("outbox_edits", "edits", "state"),
)

# Apart from their letters: what is due is read again and again, and pictures are large.
enclosures = Table(
    "enclosures",
    metadata,
    Column("letter", RowId, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("until", UtcTime, nullable=False),
)

buttons = Table(
    "buttons",
    metadata,
    Column("nonce", String(32), primary_key=True),
    Column("person_id", BigInteger, nullable=False),
    Column("action", String(64), nullable=False),
    Column("params", Text, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
)

dialogues = Table(
    "dialogues",
    metadata,
    Column("person_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("data", Text, nullable=False),
    Column("started", UtcTime),
    Column("expires", UtcTime),
)

keys = Table(
    "keys",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("exchange", String(32), primary_key=True),
    Column("sealed_key", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("hint", String(8), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("saved", UtcTime, nullable=False),
    Column("validated", UtcTime),
)

orders = Table(
    "orders",
    metadata,
    Column("client_id", String(36), primary_key=True),
    Column("origin", String(128), nullable=False, unique=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("exchange", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("side", String(4), nullable=False),
    Column("symbol", String(32), nullable=False),
    Column("amount_usd", MoneyText),
    Column("units", MoneyText),
    Column("quoted_price", MoneyText),
    Column("placed", UtcTime, nullable=False),
    Column("not_after", UtcTime, nullable=False),
    Column("reply_to", BigInteger),
    Column("status", String(16), nullable=False),
    Column("order_id", String(64)),
    Column("price", MoneyText),
    Column("executed", MoneyText, nullable=False),
    Column("quote", MoneyText, nullable=False),
    Column("fee", MoneyText, nullable=False),
    Column("transact_time", UtcTime),
    Column("sandbox", Boolean, nullable=False, default=False),
    Column("problem", Text),
    Column("concluded", UtcTime),
    Column("run_id", String(22), nullable=False, server_default=""),
    Column("number", Integer),
    Column("cause", String(16), nullable=False, server_default="hand"),
    Column("why", Text, nullable=False, server_default=""),
    Column("seen_price", MoneyText),
    Column("slot", UtcTime),
    Index("orders_of_user", "user_id", "placed"),
    Index("orders_open", "concluded", "placed"),
    Index("orders_of_run", "run_id", "number"),
)

flags = Table(
    "flags",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
)
