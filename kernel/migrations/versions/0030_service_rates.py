"""Service rates: what a night costs in a season or on nights of the week, long stays, guests beyond some."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None
LONG_STAY = "week_bp BETWEEN 0 AND 9000 AND month_bp BETWEEN 0 AND 9000"
GUESTS = "guest_minor >= 0 AND guests_in >= 1"
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "service_rate",
        sa.Column("id", OWN, nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("name", kernel.db.JSON, nullable=False),
        sa.Column("begins", sa.String(length=10), nullable=False),
        sa.Column("ends", sa.String(length=10), nullable=False),
        sa.Column("weekdays", kernel.db.JSON, nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("nights_min", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("nights_min >= 1", name=op.f("ck_service_rate_nights_min")),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_service_rate_price")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["service.tenant_id", "service.id"], name="fk_service_rate_service_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_service_rate_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_rate")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_service_rate_tenant_id_id")),
    )
    op.create_index(op.f("ix_service_rate_service_id"), "service_rate", ["service_id"])
    with op.batch_alter_table("service") as table:
        for name in ("week_bp", "month_bp", "guest_minor"):
            table.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("guests_in", sa.BigInteger(), nullable=True))
        table.create_check_constraint("long_stay", LONG_STAY)
        table.create_check_constraint("guests", GUESTS)


def downgrade() -> None:
    with op.batch_alter_table("service") as table:
        table.drop_constraint(op.f("ck_service_guests"), type_="check")
        table.drop_constraint(op.f("ck_service_long_stay"), type_="check")
        for name in ("guests_in", "guest_minor", "month_bp", "week_bp"):
            table.drop_column(name)
    op.drop_table("service_rate")
