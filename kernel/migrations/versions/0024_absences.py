"""Who did not come so often pays the whole price of a booking before, where the shop says so."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("storefront", sa.Column("absent_times", sa.BigInteger(), nullable=True))
    op.add_column("storefront", sa.Column("absent_months", sa.BigInteger(), nullable=False, server_default="12"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
