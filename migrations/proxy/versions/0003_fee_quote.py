"""What a fee in a third asset was worth in quote when its fill was written down.

May import: nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

from migrations.database import MoneyText

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("fills", sa.Column("fee_quote", MoneyText(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("fills", "fee_quote")
