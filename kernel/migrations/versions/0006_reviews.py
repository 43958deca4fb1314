"""Reviews: stars and words of who bought a product; how many are shown and their sum stand on the product."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("review_count", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("product", sa.Column("review_sum", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("storefront", sa.Column("reviews", sa.String(length=8), nullable=False, server_default="approval"))
    op.create_table(
        "review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("stars", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signed", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("written_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_review_stars")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_account_id")),
        *(
            sa.ForeignKeyConstraint(
                ["tenant_id", f"{column}_id"], [f"{table}.tenant_id", f"{table}.id"], name=f"fk_review_{column}_id"
            )
            for column, table in (
                ("product", "product"), ("contact", "contact"), ("order", "order"), ("line", "order_line"),
            )
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_review_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_review_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_review_tenant_id_token")),
        sa.UniqueConstraint(
            "tenant_id", "product_id", "contact_id", name=op.f("uq_review_tenant_id_product_id_contact_id")
        ),
    )  # fmt: skip
    for name in ("contact_id", "order_id", "line_id"):
        op.create_index(op.f(f"ix_review_{name}"), "review", [name])
    op.create_index("ix_review_page", "review", ["tenant_id", "product_id", "state", "written_at", "id"])
    op.create_index("ix_review_state", "review", ["tenant_id", "state", "written_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
