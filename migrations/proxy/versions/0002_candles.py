"""Candles, kept for everybody.

May import: nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

from migrations.database import MoneyText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "candles",
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("timeframe", sa.String(length=4), nullable=False),
        sa.Column("open_time", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("open", MoneyText(), nullable=False),
        sa.Column("high", MoneyText(), nullable=False),
        sa.Column("low", MoneyText(), nullable=False),
        sa.Column("close", MoneyText(), nullable=False),
        sa.Column("volume", MoneyText(), nullable=False),
        sa.PrimaryKeyConstraint("source", "exchange", "symbol", "timeframe", "open_time"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("candles")
