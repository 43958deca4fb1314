"""Whether who may cancel or return gets a letter when a colleague asks for it."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("storefront") as table:
        table.add_column(sa.Column("ask_letters", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("storefront") as table:
        table.drop_column("ask_letters")
