"""What the guests of a departure that was called off may choose, and what they chose."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("chosen_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "amends",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("departure_id", sa.BigInteger(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("extra_bp", sa.Integer(), nullable=False),
        sa.Column("until", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("fallback", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("account_id", OWN, nullable=True),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("chosen_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.String(length=8), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("extra_minor", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("(choice = '') = (chosen_at IS NULL)", name=op.f("ck_amends_chosen")),
        sa.CheckConstraint("extra_bp >= 0", name=op.f("ck_amends_extra")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "booking_id"], ["booking.tenant_id", "booking.id"], name="fk_amends_booking_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "departure_id"], ["departure.tenant_id", "departure.id"], name="fk_amends_departure_id"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_amends_account_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_amends_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amends")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_amends_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_amends_tenant_id_token")),
    )
    op.create_index(op.f("ix_amends_booking_id"), "amends", ["booking_id"])
    op.create_index(op.f("ix_amends_departure_id"), "amends", ["departure_id"])
    op.create_index("ix_amends_until", "amends", ["tenant_id", "chosen_at", "until"])
    op.create_index(
        "uq_amends_open", "amends", ["tenant_id", "booking_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
