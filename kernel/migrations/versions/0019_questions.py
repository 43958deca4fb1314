"""Questions about products: how many are shown stands on the product; a shop says whether it takes them."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("product", sa.Column("question_count", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("storefront", sa.Column("questions", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "question",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("told", sa.String(length=600), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_question_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name="fk_question_product_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_question_contact_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_question_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_question_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_question_tenant_id_token")),
    )
    op.create_index(op.f("ix_question_contact_id"), "question", ["contact_id"])
    op.create_index("ix_question_page", "question", ["tenant_id", "product_id", "shown", "answered_at", "id"])
    op.create_index("ix_question_open", "question", ["tenant_id", "answered_at", "asked_at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
