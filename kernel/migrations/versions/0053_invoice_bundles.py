"""Bundles of invoices: one ZIP of the papers of a month or of a search."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "invoice_bundle",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("papers", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ready_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name="fk_invoice_bundle_file_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_invoice_bundle_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_bundle")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_invoice_bundle_tenant_id_id")),
    )
    op.create_index(op.f("ix_invoice_bundle_token"), "invoice_bundle", ["token"])


def downgrade() -> None:
    op.drop_table("invoice_bundle")
