"""Companies, who acts for them, their notes and tags; deals, quotes and orders may be for one."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOR_ONE = ("deal", "proposal", "order")


def _owned(table, *columns):  # type: ignore[no-untyped-def]
    """A table of tenants, whose rows others of the same tenant may refer to."""
    op.create_table(
        table,
        sa.Column("id", OWN, nullable=False),
        *columns,
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    )


def _ref(table, target):  # type: ignore[no-untyped-def]
    name = f"{target}_id"
    return sa.ForeignKeyConstraint(
        ["tenant_id", name], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_{name}"
    )


def upgrade() -> None:
    _companies()
    _contacts()
    _notes()
    for name in FOR_ONE:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("company_id", sa.BigInteger(), nullable=True))
            table.create_foreign_key(
                f"fk_{name}_company_id", "company", ["tenant_id", "company_id"], ["tenant_id", "id"]
            )
            table.create_index(op.f(f"ix_{name}_company_id"), ["company_id"])


def _companies() -> None:
    _owned(
        "company",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("legal_name", sa.String(length=160), nullable=False),
        sa.Column("tax_kind", sa.String(length=20), nullable=False),
        sa.Column("tax_number", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("whatsapp", sa.String(length=20), nullable=False),
        sa.Column("address", kernel.db.JSON, nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("sort_name", sa.String(length=160), nullable=False),
        sa.Column("haystack", sa.Text(), nullable=False),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_company_tenant_id_token")),
    )
    op.create_index("ix_company_name", "company", ["tenant_id", "sort_name"])
    _owned(
        "company_tag",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        _ref("company_tag", "company"),
        sa.UniqueConstraint("tenant_id", "company_id", "tag", name=op.f("uq_company_tag_tenant_id_company_id_tag")),
    )
    op.create_index("ix_company_tag_tag", "company_tag", ["tenant_id", "tag", "company_id"])


def _contacts() -> None:
    _owned(
        "company_contact",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("since", kernel.db.UTCDateTime(timezone=True), nullable=False),
        _ref("company_contact", "company"),
        _ref("company_contact", "contact"),
        sa.UniqueConstraint(
            "tenant_id", "company_id", "contact_id", name=op.f("uq_company_contact_tenant_id_company_id_contact_id")
        ),
    )
    op.create_index(op.f("ix_company_contact_contact_id"), "company_contact", ["contact_id"])
    op.create_index(
        "uq_company_contact_main", "company_contact", ["tenant_id", "company_id"], unique=True,
        sqlite_where=sa.text("main"), postgresql_where=sa.text("main"),
    )  # fmt: skip


def _notes() -> None:
    _owned(
        "company_note",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("account_id", OWN, nullable=True),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_company_note_account_id")),
        _ref("company_note", "company"),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_company_note_tenant_id_token")),
    )
    op.create_index(op.f("ix_company_note_account_id"), "company_note", ["account_id"])
    op.create_index("ix_company_note_at", "company_note", ["tenant_id", "company_id", "at"])


def downgrade() -> None:
    for name in FOR_ONE:
        with op.batch_alter_table(name) as table:
            table.drop_index(op.f(f"ix_{name}_company_id"))
            table.drop_constraint(f"fk_{name}_company_id", type_="foreignkey")
            table.drop_column("company_id")
    for name in ("company_note", "company_contact", "company_tag", "company"):
        op.drop_table(name)
