"""Automations that a shop puts together itself, conditions of letters, who is in a watched segment, since when a tag."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFS = {"product_id": "product", "category_id": "category", "watched_id": "segment"}
TEXTS = {"which": 10, "tag": 40, "watched_rule": 64}
MOMENTS = ("watched_at", "watched_since", "binned_at")


def upgrade() -> None:
    with op.batch_alter_table("automation") as table:
        for name, size in TEXTS.items():
            table.add_column(sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
        for name in ("again", "ends_bought", "ends_out"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in MOMENTS:
            table.add_column(sa.Column(name, kernel.db.UTCDateTime(timezone=True), nullable=True))
        for name, target in REFS.items():
            table.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
            table.create_foreign_key(f"fk_automation_{name}", target, ["tenant_id", name], ["tenant_id", "id"])
            table.create_index(op.f(f"ix_automation_{name}"), [name])
    with op.batch_alter_table("automation_step") as table:
        table.add_column(sa.Column("only", sa.String(length=10), nullable=False, server_default=""))
    with op.batch_alter_table("contact_tag") as table:
        table.add_column(sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=True))
        table.create_index("ix_contact_tag_at", ["tenant_id", "tag", "at"])
    _presences()


def _presences() -> None:
    op.create_table(
        "segment_presence",
        sa.Column("id", OWN, nullable=False),
        sa.Column("automation_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("left_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "automation_id"],
            ["automation.tenant_id", "automation.id"],
            name="fk_segment_presence_automation_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"], ["contact.tenant_id", "contact.id"], name="fk_segment_presence_contact_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_segment_presence_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_presence")),
        sa.UniqueConstraint(
            "tenant_id", "automation_id", "contact_id",
            name=op.f("uq_segment_presence_tenant_id_automation_id_contact_id"),
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_segment_presence_tenant_id_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_segment_presence_contact_id"), "segment_presence", ["contact_id"])
    op.create_index("ix_segment_presence_at", "segment_presence", ["tenant_id", "automation_id", "at"])


def downgrade() -> None:
    op.drop_table("segment_presence")
    with op.batch_alter_table("contact_tag") as table:
        table.drop_index("ix_contact_tag_at")
        table.drop_column("at")
    with op.batch_alter_table("automation_step") as table:
        table.drop_column("only")
    with op.batch_alter_table("automation") as table:
        for name in REFS:
            table.drop_index(op.f(f"ix_automation_{name}"))
            table.drop_constraint(f"fk_automation_{name}", type_="foreignkey")
            table.drop_column(name)
        for name in (*MOMENTS, "ends_out", "ends_bought", "again", *TEXTS):
            table.drop_column(name)
