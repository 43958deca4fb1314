"""Planned holidays: a shop says beforehand from when until which day it is closed."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("storefront", sa.Column("holidays", kernel.db.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
