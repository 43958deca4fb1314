"""Versions of pages: what is published now is the first that is kept."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("title", kernel.db.JSON, nullable=False),
        sa.Column("blocks", kernel.db.JSON, nullable=False),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("until", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "page_id"], ["page.tenant_id", "page.id"], name="fk_page_version_page_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_page_version_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_version")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_page_version_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "page_id", "number", name=op.f("uq_page_version_tenant_id_page_id_number")),
    )
    op.execute(
        'INSERT INTO page_version (tenant_id, page_id, number, title, blocks, "by", at, until)'
        " SELECT tenant_id, id, version, title, live, '', published_at, binned_at FROM page"
        " WHERE published_at IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
