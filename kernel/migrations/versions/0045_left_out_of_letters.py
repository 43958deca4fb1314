"""Whom a mailing leaves out of its audience; to how many people of a file letters may go."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact_import") as table:
        table.add_column(sa.Column("letters", kernel.db.JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("mailing") as table:
        table.add_column(sa.Column("without_id", sa.BigInteger(), nullable=True))
        table.create_foreign_key("fk_mailing_without_id", "segment", ["tenant_id", "without_id"], ["tenant_id", "id"])
        table.create_index(op.f("ix_mailing_without_id"), ["without_id"])


def downgrade() -> None:
    with op.batch_alter_table("mailing") as table:
        table.drop_index(op.f("ix_mailing_without_id"))
        table.drop_constraint("fk_mailing_without_id", type_="foreignkey")
        table.drop_column("without_id")
    with op.batch_alter_table("contact_import") as table:
        table.drop_column("letters")
