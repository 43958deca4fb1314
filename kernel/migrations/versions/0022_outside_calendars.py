"""Calendars from outside: what closes a unit because it is taken elsewhere; closures say from where they come."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outside_calendar",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address_sealed", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("frame", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("next_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("read_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=12), nullable=False),
        sa.Column("faults", sa.BigInteger(), nullable=False),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "unit_id"],
            ["resource_unit.tenant_id", "resource_unit.id"],
            name="fk_outside_calendar_unit_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outside_calendar_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_calendar")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_outside_calendar_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_outside_calendar_tenant_id_token")),
    )
    op.create_index(op.f("ix_outside_calendar_unit_id"), "outside_calendar", ["unit_id"])
    kept = sa.text("binned_at IS NULL")
    op.create_index(
        "uq_outside_calendar_address", "outside_calendar", ["tenant_id", "unit_id", "fingerprint"], unique=True,
        sqlite_where=kept, postgresql_where=kept,
    )  # fmt: skip
    with op.batch_alter_table("closure") as table:
        table.add_column(sa.Column("calendar_id", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("uid", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("outcome", sa.String(length=8), nullable=False, server_default=""))
        table.add_column(sa.Column("against", sa.String(length=400), nullable=False, server_default=""))
        table.add_column(sa.Column("told_at", kernel.db.UTCDateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            "fk_closure_calendar_id",
            "outside_calendar",
            ["tenant_id", "calendar_id"],
            ["tenant_id", "id"],
        )
        table.create_unique_constraint(
            op.f("uq_closure_tenant_id_calendar_id_uid"), ["tenant_id", "calendar_id", "uid"]
        )
        table.create_index("ix_closure_outcome", ["tenant_id", "outcome", "ends_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
