"""Subscriptions: how often a product comes, who gets it again and again, and what happened to each."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("product", sa.Column("every", sa.String(length=4), nullable=False, server_default=""))
    op.add_column("order_line", sa.Column("every", sa.String(length=4), nullable=False, server_default=""))
    op.create_table(
        "subscription",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("texts", kernel.db.JSON, nullable=False),
        sa.Column("every", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("anchor", sa.Date(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("address", kernel.db.JSON, nullable=False),
        sa.Column("tax_id", kernel.db.JSON, nullable=False),
        sa.Column("fiscal", kernel.db.JSON, nullable=False),
        sa.Column("delivery_code", sa.String(length=40), nullable=False),
        sa.Column("delivery_slot", sa.String(length=20), nullable=False),
        sa.Column("payment_code", sa.String(length=40), nullable=False),
        sa.Column("terms_version", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_subscription_quantity")),
        sa.CheckConstraint("turn >= 1", name=op.f("ck_subscription_turn")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_subscription_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "first_id"], ["order.tenant_id", "order.id"], name="fk_subscription_first_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name="fk_subscription_product_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "variant_id"], ["variant.tenant_id", "variant.id"], name="fk_subscription_variant_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_subscription_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_subscription_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_subscription_tenant_id_token")),
    )
    op.create_index(op.f("ix_subscription_contact_id"), "subscription", ["contact_id"], unique=False)
    op.create_index(op.f("ix_subscription_first_id"), "subscription", ["first_id"], unique=False)
    op.create_index("ix_subscription_next", "subscription", ["tenant_id", "state", "next_on"], unique=False)
    op.create_index(op.f("ix_subscription_product_id"), "subscription", ["product_id"], unique=False)
    op.create_index(op.f("ix_subscription_variant_id"), "subscription", ["variant_id"], unique=False)
    op.create_table(
        "subscription_event",
        sa.Column("id", OWN, nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("account_id", OWN, nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_subscription_event_account_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["order.tenant_id", "order.id"], name="fk_subscription_event_order_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "subscription_id"],
            ["subscription.tenant_id", "subscription.id"],
            name="fk_subscription_event_subscription_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_subscription_event_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_event")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_subscription_event_tenant_id_id")),
    )
    op.create_index("ix_subscription_event_kind", "subscription_event", ["tenant_id", "kind", "at"], unique=False)
    op.create_index(op.f("ix_subscription_event_order_id"), "subscription_event", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_subscription_event_subscription_id"), "subscription_event", ["subscription_id"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
