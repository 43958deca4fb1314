"""Two-step log-in: the app's secret, since when it is asked for, the code taken last, and what is left on paper."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("totp_sealed", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("totp_since", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("account", sa.Column("recovery_hashes", kernel.db.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
