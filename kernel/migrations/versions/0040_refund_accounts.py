"""Where a buyer wants money that cannot go back by itself."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "refund_account",
        sa.Column("id", OWN, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account_sealed", sa.Text(), nullable=False),
        sa.Column("given_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["order.tenant_id", "order.id"], name="fk_refund_account_order_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_refund_account_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_account")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_refund_account_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "order_id", name=op.f("uq_refund_account_tenant_id_order_id")),
    )
    op.create_index(op.f("ix_refund_account_order_id"), "refund_account", ["order_id"])


def downgrade() -> None:
    op.drop_table("refund_account")
