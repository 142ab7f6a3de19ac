"""Orders are found by status, person and book: an order must not look through all older ones.

May import: nothing of ours.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.drop_index("orders_by_status", "orders")
    op.create_index("orders_by_status", "orders", ["status", "user_id", "book"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("orders_by_status", "orders")
    op.create_index("orders_by_status", "orders", ["status"])
