"""Forms that were sent, so that one that is sent twice does its work once; until when an opportunity may be decided."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deal", sa.Column("closes_on", sa.Date(), nullable=True))
    op.create_table(
        "sent_form",
        sa.Column("id", OWN, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("leads", sa.String(length=300), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_sent_form_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("tenant_id", "digest", name=op.f("uq_sent_form_tenant_id_digest")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_sent_form_tenant_id_id")),
    )
    with op.batch_alter_table("sent_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_form_at"), ["at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
