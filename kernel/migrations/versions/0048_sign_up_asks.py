"""What a shop asks of who signs up; a tag that took another's place for many people at once, and what followed it."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sign_up_asks",
        sa.Column("id", OWN, nullable=False),
        sa.Column("birthday", sa.Boolean(), nullable=False),
        sa.Column("whatsapp", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sign_up_asks_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up_asks")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sign_up_asks_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_sign_up_asks_tenant_id")),
    )
    with op.batch_alter_table("people_change") as table:
        table.add_column(sa.Column("told", kernel.db.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("people_change") as table:
        table.drop_column("told")
    op.drop_table("sign_up_asks")
