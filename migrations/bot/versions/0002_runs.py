"""Runs and their slots, fills, positions, days, alerts, summaries; pictures and edited letters.

May import: nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

from migrations.database import MoneyText, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "days",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("realised", MoneyText(), nullable=False),
        sa.Column("fees", MoneyText(), nullable=False),
        sa.Column("bought", MoneyText(), nullable=False),
        sa.Column("sold", MoneyText(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("trades", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "book", "run_id", "day"),
    )
    op.create_table(
        "fills",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("trade_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False),
        sa.Column("price", MoneyText(), nullable=False),
        sa.Column("qty", MoneyText(), nullable=False),
        sa.Column("fee", MoneyText(), nullable=False),
        sa.Column("fee_asset", sa.String(length=16), nullable=False),
        sa.Column("fee_quote", MoneyText(), nullable=False),
        sa.Column("realised", MoneyText(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "trade_id", "run_id"),
    )
    with op.batch_alter_table("fills") as batch:
        batch.create_index("fills_of_book", ["user_id", "book", "at"], unique=False)
        batch.create_index("fills_of_market", ["user_id", "book", "symbol", "at"], unique=False)
        batch.create_index("fills_of_run", ["run_id", "at"], unique=False)

    op.create_table(
        "positions",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("units", MoneyText(), nullable=False),
        sa.Column("cost", MoneyText(), nullable=False),
        sa.Column("realised", MoneyText(), nullable=False),
        sa.Column("fees", MoneyText(), nullable=False),
        sa.Column("trades", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("bought", MoneyText(), nullable=False),
        sa.Column("paid", MoneyText(), nullable=False),
        sa.Column("earned", MoneyText(), nullable=False),
        sa.Column("opened", UtcTime(), nullable=True),
        sa.Column("peak", MoneyText(), nullable=True),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("closed", UtcTime(), nullable=True),
        sa.Column("lost", UtcTime(), nullable=True),
        sa.Column("best", MoneyText(), nullable=True),
        sa.Column("most", MoneyText(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "book", "exchange", "symbol", "run_id"),
    )
    with op.batch_alter_table("positions") as batch:
        batch.create_index("positions_of_run", ["run_id"], unique=False)

    op.create_table(
        "slots",
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided", UtcTime(), nullable=False),
        sa.Column("signal", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("price", MoneyText(), nullable=True),
        sa.Column("client_id", sa.String(length=36), nullable=True),
        sa.Column("since", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "at"),
    )
    op.create_table(
        "summaries",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("above", sa.Boolean(), nullable=False),
        sa.Column("price", MoneyText(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("fired", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alerts") as batch:
        batch.create_index("alerts_waiting", ["fired", "person_id"], unique=False)

    op.create_table(
        "mismatches",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("found", UtcTime(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("halted", sa.Text(), nullable=False),
        sa.Column("told", sa.String(length=10), nullable=False),
        sa.Column("settled", UtcTime(), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("mismatches") as batch:
        columns = ["user_id", "book", "exchange", "how"]
        batch.create_index("mismatches_of_book", columns, unique=False)

    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("timeframe", sa.String(length=4), nullable=False),
        sa.Column("strategy", sa.String(length=64), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("amount_usd", MoneyText(), nullable=False),
        sa.Column("exits", sa.Text(), nullable=False),
        sa.Column("guards", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("halt", sa.String(length=16), nullable=True),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("reply_to", sa.BigInteger(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "number"),
    )
    with op.batch_alter_table("runs") as batch:
        batch.create_index("runs_by_state", ["state", "timeframe"], unique=False)

    with op.batch_alter_table("orders") as batch:
        run_id = sa.Column("run_id", sa.String(length=22), server_default="", nullable=False)
        batch.add_column(run_id)
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        cause = sa.Column("cause", sa.String(length=16), server_default="hand", nullable=False)
        batch.add_column(cause)
        batch.add_column(sa.Column("why", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("seen_price", MoneyText(), nullable=True))
        batch.add_column(sa.Column("slot", UtcTime(), nullable=True))
        batch.create_index("orders_of_run", ["run_id", "number"], unique=False)

    op.create_table(
        "cards",
        sa.Column("letter", sa.String(length=160), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=8), nullable=False),
        sa.Column("exchange", sa.String(length=32), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=22), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("edited", UtcTime(), nullable=False),
        sa.Column("until", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("letter"),
    )
    op.create_table(
        "enclosures",
        sa.Column(
            "letter",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("letter"),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("edits", sa.String(length=160), nullable=True))
        batch.create_index("outbox_edits", ["edits", "state"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("outbox") as batch:
        batch.drop_index("outbox_edits")
        batch.drop_column("edits")

    op.drop_table("enclosures")
    op.drop_table("cards")
    with op.batch_alter_table("orders") as batch:
        batch.drop_index("orders_of_run")
        batch.drop_column("slot")
        batch.drop_column("seen_price")
        batch.drop_column("why")
        batch.drop_column("cause")
        batch.drop_column("number")
        batch.drop_column("run_id")

    with op.batch_alter_table("runs") as batch:
        batch.drop_index("runs_by_state")

    op.drop_table("runs")
    with op.batch_alter_table("mismatches") as batch:
        batch.drop_index("mismatches_of_book")

    op.drop_table("mismatches")
    with op.batch_alter_table("alerts") as batch:
        batch.drop_index("alerts_waiting")

    op.drop_table("alerts")
    op.drop_table("summaries")
    op.drop_table("slots")
    with op.batch_alter_table("positions") as batch:
        batch.drop_index("positions_of_run")

    op.drop_table("positions")
    with op.batch_alter_table("fills") as batch:
        batch.drop_index("fills_of_run")
        batch.drop_index("fills_of_market")
        batch.drop_index("fills_of_book")

    op.drop_table("fills")
    op.drop_table("days")
