"""Pictures of reviews; how many are seen stands on the review and on the product."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("review", sa.Column("pictured", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("product", sa.Column("review_pictured", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "review_picture",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("added_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("decided_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_picture_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "review_id"], ["review.tenant_id", "review.id"], name="fk_review_picture_review_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name="fk_review_picture_file_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_review_picture_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_picture")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_review_picture_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_review_picture_tenant_id_token")),
        sa.UniqueConstraint(
            "tenant_id", "review_id", "content", name=op.f("uq_review_picture_tenant_id_review_id_content")
        ),
    )
    op.create_index(op.f("ix_review_picture_file_id"), "review_picture", ["file_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
