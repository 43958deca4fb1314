"""Tests of subjects: two halves of a part of the people read one subject each; letters that follow others; and since
when nothing of a mailing leaves."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailing", sa.Column("away_since", kernel.db.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
