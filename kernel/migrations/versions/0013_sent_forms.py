"""Forms that were sent, so that one that is sent twice does its work once; until when an opportunity may be
decided; what somebody is to do, in their own calendar."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("ix_task_order", "task", ["tenant_id", "order_number"], unique=False)
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
    op.create_table(
        "task_feed",
        sa.Column("id", OWN, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_task_feed_account_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_task_feed_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_feed")),
        sa.UniqueConstraint("tenant_id", "account_id", name=op.f("uq_task_feed_tenant_id_account_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_task_feed_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_task_feed_tenant_id_token")),
    )
    with op.batch_alter_table("task_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_feed_account_id"), ["account_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
