"""Gifts: for whom an order is, the words that go with it, and whether the paper in the parcel has prices."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order", sa.Column("gift", kernel.db.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("order", "gift")
