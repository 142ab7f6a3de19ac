"""The proxy's first tables: accounts, keys, the journal, positions, paper books.

May import: nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

from migrations.database import MoneyText, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "accounts",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("max_trade_usd", MoneyText(), nullable=True),
        sa.Column("max_trades_per_day", sa.Integer(), nullable=True),
        sa.Column("max_daily_loss_share", MoneyText(), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "credentials",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("api_key_sealed", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("validated_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "exchange"),
    )
    op.create_table(
        "days",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("start_value", MoneyText(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "book", "day"),
    )
    op.create_table(
        "fills",
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("trade_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("base", sa.String(length=16), nullable=False),
        sa.Column("quote", sa.String(length=16), nullable=False),
        sa.Column("price", MoneyText(), nullable=False),
        sa.Column("qty", MoneyText(), nullable=False),
        sa.Column("fee", MoneyText(), nullable=False),
        sa.Column("fee_asset", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("exchange", "book", "symbol", "trade_id", "client_id"),
    )
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.create_index("fills_by_day", ["user_id", "book", "at"], unique=False)
        batch_op.create_index("fills_by_order", ["client_id"], unique=False)
    op.create_table(
        "flags",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "orders",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("asked_usd", MoneyText(), nullable=True),
        sa.Column("asked_units", MoneyText(), nullable=True),
        sa.Column("units", MoneyText(), nullable=True),
        sa.Column("not_after", UtcTime(), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=True),
        sa.Column("executed", MoneyText(), nullable=False),
        sa.Column("quote", MoneyText(), nullable=False),
        sa.Column("fee", MoneyText(), nullable=False),
        sa.Column("transact_time", UtcTime(), nullable=True),
        sa.Column("concluded", UtcTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("client_id"),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("orders_by_status", ["status"], unique=False)
        batch_op.create_index("orders_by_user", ["user_id", "book", "created"], unique=False)
    op.create_table(
        "paper_balances",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("asset", sa.String(length=16), nullable=False),
        sa.Column("units", MoneyText(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "exchange", "asset"),
    )
    op.create_table(
        "paper_orders",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("price", MoneyText(), nullable=False),
        sa.Column("qty", MoneyText(), nullable=False),
        sa.Column("fee", MoneyText(), nullable=False),
        sa.Column("fee_asset", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_table(
        "positions",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("units", MoneyText(), nullable=False),
        sa.Column("cost", MoneyText(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "book", "exchange", "symbol"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("positions")
    op.drop_table("paper_orders")
    op.drop_table("paper_balances")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("orders_by_user")
        batch_op.drop_index("orders_by_status")
    op.drop_table("orders")
    op.drop_table("flags")
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.drop_index("fills_by_order")
        batch_op.drop_index("fills_by_day")
    op.drop_table("fills")
    op.drop_table("days")
    op.drop_table("credentials")
    op.drop_table("accounts")
