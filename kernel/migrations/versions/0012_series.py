"""Mailings that repeat: when a letter goes out again and again, and what became of each of its days."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MAILING = ["mailing.tenant_id", "mailing.id"]


def upgrade() -> None:
    op.create_table(
        "letter_series",
        sa.Column("id", OWN, nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("gap", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("next_day", sa.Date(), nullable=True),
        sa.Column("next_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("gap BETWEEN 1 AND 12", name=op.f("ck_letter_series_gap")),
        sa.ForeignKeyConstraint(["tenant_id", "mailing_id"], MAILING, name="fk_letter_series_mailing_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_letter_series_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_series")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_letter_series_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "mailing_id", name=op.f("uq_letter_series_tenant_id_mailing_id")),
    )
    op.create_index("ix_letter_series_next", "letter_series", ["tenant_id", "state", "next_at"])
    op.create_table(
        "letter_issue",
        sa.Column("id", OWN, nullable=False),
        sa.Column("series_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "series_id"],
            ["letter_series.tenant_id", "letter_series.id"],
            name="fk_letter_issue_series_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id", "mailing_id"], MAILING, name="fk_letter_issue_mailing_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_letter_issue_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_issue")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_letter_issue_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "series_id", "day", name=op.f("uq_letter_issue_tenant_id_series_id_day")),
        sa.UniqueConstraint("tenant_id", "mailing_id", name=op.f("uq_letter_issue_tenant_id_mailing_id")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
