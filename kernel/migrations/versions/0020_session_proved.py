"""A session knows since when more than a password says whose it is; where a code is asked for, all that run do."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("proved_at", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE session SET proved_at = created_at WHERE kind = 'staff'"
        " AND subject_id IN (SELECT id FROM account WHERE totp_since IS NOT NULL)"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
