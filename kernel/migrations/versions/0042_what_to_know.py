"""What guests should know of a service, and that they read it; uploads that wait while a form is mended."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for table in ("service", "storefront"):
        op.add_column(table, sa.Column("know", kernel.db.JSON, nullable=False, server_default="{}"))
        op.add_column(table, sa.Column("know_read", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("booking", sa.Column("known", kernel.db.JSON, nullable=False, server_default="{}"))
    op.add_column("booking", sa.Column("known_at", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.create_table(
        "waiting_upload",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name="fk_waiting_upload_file_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_waiting_upload_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_upload")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_waiting_upload_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_waiting_upload_tenant_id_token")),
    )
    op.create_index(op.f("ix_waiting_upload_file_id"), "waiting_upload", ["file_id"])


def downgrade() -> None:
    op.drop_table("waiting_upload")
    for name in ("known_at", "known"):
        op.drop_column("booking", name)
    for table in ("service", "storefront"):
        for name in ("know_read", "know"):
            op.drop_column(table, name)
