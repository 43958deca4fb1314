"""Tests of subjects: two halves of a part of the people read one subject each; letters that follow others; and since
when nothing of a mailing leaves."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MAILING = ["mailing.tenant_id", "mailing.id"]


def upgrade() -> None:
    op.add_column("mailing", sa.Column("away_since", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("recipient", sa.Column("arm", sa.String(length=1), nullable=False, server_default=""))
    op.create_table(
        "subject_test",
        sa.Column("id", OWN, nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", kernel.db.JSON, nullable=False),
        sa.Column("preheader", kernel.db.JSON, nullable=False),
        sa.Column("share", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=False),
        sa.Column("winner", sa.String(length=1), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("decided_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=160), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "mailing_id"], MAILING, name="fk_subject_test_mailing_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_subject_test_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_test")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_subject_test_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "mailing_id", name=op.f("uq_subject_test_tenant_id_mailing_id")),
    )
    op.create_table(
        "follow_up",
        sa.Column("id", OWN, nullable=False),
        sa.Column("mailing_id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=12), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "mailing_id"], MAILING, name="fk_follow_up_mailing_id"),
        sa.ForeignKeyConstraint(["tenant_id", "first_id"], MAILING, name="fk_follow_up_first_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_follow_up_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_follow_up_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "mailing_id", name=op.f("uq_follow_up_tenant_id_mailing_id")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
