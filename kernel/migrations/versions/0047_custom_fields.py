"""Fields of a shop's own for its people, and what people have in them: a row each, in the column of its kind."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "custom_field",
        sa.Column("id", OWN, nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("hint", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("options", kernel.db.JSON, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("archived_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'long', 'number', 'day', 'yes', 'choice', 'several')", name=op.f("ck_custom_field_kind")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_custom_field_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_custom_field_tenant_id_code")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_custom_field_tenant_id_id")),
    )
    op.create_table(
        "custom_value",
        sa.Column("id", OWN, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(length=4), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("option", sa.String(length=4), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_custom_value_contact_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "field_id"], ["custom_field.tenant_id", "custom_field.id"], name="fk_custom_value_field_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_custom_value_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_value")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_custom_value_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "contact_id", "field_id", "item",
            name=op.f("uq_custom_value_tenant_id_contact_id_field_id_item"),
        ),
    )  # fmt: skip
    for name in ("folded", "number", "day", "option"):
        op.create_index(f"ix_custom_value_{name}", "custom_value", ["tenant_id", "field_id", name, "contact_id"])


def downgrade() -> None:
    op.drop_table("custom_value")
    op.drop_table("custom_field")
