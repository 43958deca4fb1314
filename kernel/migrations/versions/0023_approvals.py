"""Approvals: a service may ask for the shop's yes before a booking stands, and each request is a row."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service", sa.Column("answer_hours", sa.BigInteger(), nullable=True))
    op.add_column("service", sa.Column("answer_from", sa.BigInteger(), nullable=False, server_default="1"))
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("method_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("answered_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("asked_at < until", name=op.f("ck_approval_forward")),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_approval_answered")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_approval_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "method_id"], ["payment_method.tenant_id", "payment_method.id"], name="fk_approval_method_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["order.tenant_id", "order.id"], name="fk_approval_order_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_approval_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_approval_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "order_id", name=op.f("uq_approval_tenant_id_order_id")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_method_id"), ["method_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_approval_order_id"), ["order_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
