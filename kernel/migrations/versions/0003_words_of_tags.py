"""Words of tags: what a shop calls them in its languages."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("storefront", sa.Column("tag_words", kernel.db.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
