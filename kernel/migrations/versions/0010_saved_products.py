"""Saved products: lists of browsers and contacts, and what lies on them."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("visitor_id", sa.BigInteger(), nullable=True),
        sa.Column("share", sa.String(length=32), nullable=True),
        sa.Column("shared_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("touched_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_saved_list_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "visitor_id"], ["visitor.tenant_id", "visitor.id"], name="fk_saved_list_visitor_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_list_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_saved_list_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token_hash", name=op.f("uq_saved_list_tenant_id_token_hash")),
        sa.UniqueConstraint("tenant_id", "contact_id", name=op.f("uq_saved_list_tenant_id_contact_id")),
        sa.UniqueConstraint("tenant_id", "share", name=op.f("uq_saved_list_tenant_id_share")),
    )
    with op.batch_alter_table("saved_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_list_visitor_id"), ["visitor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_list_touched_at"), ["touched_at"], unique=False)
    op.create_table(
        "saved_product",
        sa.Column("id", OWN, nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("saved_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "list_id"], ["saved_list.tenant_id", "saved_list.id"], name="fk_saved_product_list_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name="fk_saved_product_product_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_product_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_product")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_saved_product_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "list_id", "product_id", name=op.f("uq_saved_product_tenant_id_list_id_product_id")
        ),
    )
    with op.batch_alter_table("saved_product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_product_product_id"), ["product_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
