"""Asks: that somebody of the staff wants an order called off or its money returned, and the answer."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = {"sqlite_where": sa.text("answer = ''"), "postgresql_where": sa.text("answer = ''")}


def upgrade() -> None:
    op.create_table(
        "ask",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("answered_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f("ck_ask_answered")),
        sa.CheckConstraint("(kind = 'refund') = (amount_minor IS NOT NULL)", name=op.f("ck_ask_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ask_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_ask_by_id")),
        sa.ForeignKeyConstraint(["tenant_id", "order_id"], ["order.tenant_id", "order.id"], name="fk_ask_order_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_ask_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_ask_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_ask_tenant_id_token")),
    )
    op.create_index(op.f("ix_ask_by_id"), "ask", ["by_id"])
    op.create_index(op.f("ix_ask_order_id"), "ask", ["order_id"])
    op.create_index("uq_ask_open", "ask", ["tenant_id", "order_id", "kind", "about"], unique=True, **OPEN)


def downgrade() -> None:
    op.drop_table("ask")
