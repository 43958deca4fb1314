"""Waiting for stock: who asked to be told when something that is sold out is back."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_wait",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_stock_wait_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_stock_wait_variant_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_stock_wait_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_wait")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_stock_wait_tenant_id_id")),
    )
    open_ones = sa.text("ended_at IS NULL")
    with op.batch_alter_table("stock_wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_wait_token"), ["token"], unique=False)
        batch_op.create_index(batch_op.f("ix_stock_wait_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_stock_wait_variant", ["tenant_id", "variant_id", "ended_at"], unique=False)
        batch_op.create_index(
            "uq_stock_wait_open", ["tenant_id", "variant_id", "contact_id"], unique=True,
            sqlite_where=open_ones, postgresql_where=open_ones,
        )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
