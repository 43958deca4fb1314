"""Birthdays: a day of the year for people, and how many days before it the letters of an automation begin."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("birthday", sa.BigInteger(), nullable=False, server_default="0"))
        table.create_index("ix_contact_birthday", ["tenant_id", "birthday"])
    with op.batch_alter_table("automation") as table:
        table.add_column(sa.Column("days_before", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("automation") as table:
        table.drop_column("days_before")
    with op.batch_alter_table("contact") as table:
        table.drop_index("ix_contact_birthday")
        table.drop_column("birthday")
