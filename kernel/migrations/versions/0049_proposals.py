"""Quotes that are offered to somebody, and their lines."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _quotes()
    _lines()


def _quotes() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("customer_group", sa.String(length=40), nullable=False),
        sa.Column("address", kernel.db.JSON, nullable=False),
        sa.Column("deal", sa.String(length=32), nullable=False),
        sa.Column("delivery_method_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("items_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_components", kernel.db.JSON, nullable=False),
        sa.Column("shipping_own_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sa.String(length=12), nullable=False),
        sa.Column("savings", kernel.db.JSON, nullable=False),
        sa.Column("off", kernel.db.JSON, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("ends_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("account_id", OWN, nullable=False),
        sa.Column("made_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("seen_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("stuck", sa.String(length=300), nullable=False),
        sa.Column("stuck_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("haystack", sa.Text(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("(state = 'accepted') = (order_id IS NOT NULL)", name=op.f("ck_proposal_accepted")),
        sa.CheckConstraint("state = 'draft' OR number IS NOT NULL", name=op.f("ck_proposal_numbered")),
        sa.CheckConstraint("total_minor = items_minor + shipping_minor", name=op.f("ck_proposal_total")),
        sa.CheckConstraint("total_minor >= 0", name=op.f("ck_proposal_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_proposal_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_proposal_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_method_id"],
            ["delivery_method.tenant_id", "delivery_method.id"],
            name="fk_proposal_delivery_method_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["order.tenant_id", "order.id"], name="fk_proposal_order_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_proposal_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_proposal_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_proposal_tenant_id_number")),
        sa.UniqueConstraint("tenant_id", "order_id", name=op.f("uq_proposal_tenant_id_order_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_proposal_tenant_id_token")),
    )
    op.create_index(op.f("ix_proposal_account_id"), "proposal", ["account_id"])
    op.create_index(op.f("ix_proposal_contact_id"), "proposal", ["contact_id"])
    op.create_index(op.f("ix_proposal_deal"), "proposal", ["deal"])
    op.create_index(op.f("ix_proposal_delivery_method_id"), "proposal", ["delivery_method_id"])
    op.create_index(op.f("ix_proposal_order_id"), "proposal", ["order_id"])
    op.create_index("ix_proposal_state", "proposal", ["tenant_id", "state", "ends_at"])


def _lines() -> None:
    op.create_table(
        "proposal_line",
        sa.Column("id", OWN, nullable=False),
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("own_price", sa.Boolean(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("title", kernel.db.JSON, nullable=False),
        sa.Column("options", kernel.db.JSON, nullable=False),
        sa.Column("texts", kernel.db.JSON, nullable=False),
        sa.Column("asked", kernel.db.JSON, nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_components", kernel.db.JSON, nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("digital", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_proposal_line_quantity")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name="fk_proposal_line_product_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "proposal_id"], ["proposal.tenant_id", "proposal.id"], name="fk_proposal_line_proposal_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_proposal_line_variant_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_proposal_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_line")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_proposal_line_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "proposal_id", "position", name=op.f("uq_proposal_line_tenant_id_proposal_id_position")
        ),
    )
    op.create_index(op.f("ix_proposal_line_product_id"), "proposal_line", ["product_id"])
    op.create_index(op.f("ix_proposal_line_variant_id"), "proposal_line", ["variant_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
