"""Saved cards: what pays a subscription by itself, which page keeps it, which charge was made with it."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = {"subscription": ("card_id", "next_card_id"), "card_session": ("saved_id",)}


def upgrade() -> None:
    op.create_table(
        "saved_card",
        sa.Column("id", OWN, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("stripe_id", sa.String(length=160), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=True),
        sa.Column("brand", sa.String(length=20), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("exp_month", sa.BigInteger(), nullable=True),
        sa.Column("exp_year", sa.BigInteger(), nullable=True),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_saved_card_contact_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_card_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_card")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_saved_card_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_saved_card_tenant_id_key")),
        sa.UniqueConstraint("tenant_id", "method", name=op.f("uq_saved_card_tenant_id_method")),
    )
    op.create_index(op.f("ix_saved_card_contact_id"), "saved_card", ["contact_id"])
    for name, columns in NEW.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.add_column(sa.Column(column, sa.BigInteger(), nullable=True))
                table.create_foreign_key(
                    f"fk_{name}_{column}", "saved_card", ["tenant_id", column], ["tenant_id", "id"]
                )
                table.create_index(op.f(f"ix_{name}_{column}"), [column])
    with op.batch_alter_table("subscription") as table:
        table.add_column(sa.Column("agreed_at", kernel.db.UTCDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("card_session") as table:
        table.add_column(sa.Column("keeps", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("card_session") as table:
        table.drop_column("keeps")
    with op.batch_alter_table("subscription") as table:
        table.drop_column("agreed_at")
    for name, columns in NEW.items():
        with op.batch_alter_table(name) as table:
            for column in columns:
                table.drop_index(op.f(f"ix_{name}_{column}"))
                table.drop_constraint(f"fk_{name}_{column}", type_="foreignkey")
                table.drop_column(column)
    op.drop_table("saved_card")
