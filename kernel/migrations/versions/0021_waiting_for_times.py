"""Waiting for times: who asked to be told when a time that is full is free."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_wait",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("any_time", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_time_wait_forward")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_time_wait_places")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_time_wait_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["service.tenant_id", "service.id"], name="fk_time_wait_service_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_time_wait_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_wait")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_time_wait_tenant_id_id")),
    )
    open_ones = sa.text("ended_at IS NULL")
    with op.batch_alter_table("time_wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_time_wait_token"), ["token"], unique=False)
        batch_op.create_index(batch_op.f("ix_time_wait_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_time_wait_service", ["tenant_id", "service_id", "ended_at"], unique=False)
        batch_op.create_index(
            "uq_time_wait_open", ["tenant_id", "service_id", "contact_id", "starts_at", "ends_at"], unique=True,
            sqlite_where=open_ones, postgresql_where=open_ones,
        )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
