"""The cash drawer: its periods, what was counted, what moved without an order, and which one a payment's cash is in."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0038"
down_revision = "0036"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _own(table):
    """What every table of a tenant has."""
    return (
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
    )


def _account(table, column, *, nullable=False):
    return (
        sa.Column(column, OWN, nullable=nullable),
        sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_{table}_{column}")),
    )


def _of(table, target):
    return sa.ForeignKeyConstraint(
        ["tenant_id", f"{target.removeprefix('drawer_')}_id"], [f"{target}.tenant_id", f"{target}.id"],
        name=f"fk_{table}_{target.removeprefix('drawer_')}_id",
    )  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "drawer",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("float_minor", sa.BigInteger(), nullable=False),
        sa.Column("pieces", kernel.db.JSON, nullable=False),
        sa.Column("opened_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        *_account("drawer", "opened_id"), *_account("drawer", "closed_id", nullable=True),
        *_account("drawer", "why_id", nullable=True), *_own("drawer"),
        sa.CheckConstraint("float_minor >= 0", name=op.f("ck_drawer_float")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_drawer_tenant_id_token")),
    )  # fmt: skip
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_drawer_open", "drawer", ["tenant_id", "practice"], unique=True, sqlite_where=is_open,
        postgresql_where=is_open,
    )  # fmt: skip
    op.create_table(
        "drawer_count",
        sa.Column("id", OWN, nullable=False),
        sa.Column("drawer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("pieces", kernel.db.JSON, nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        *_account("drawer_count", "account_id"), *_own("drawer_count"), _of("drawer_count", "drawer"),
        sa.CheckConstraint("minor >= 0", name=op.f("ck_drawer_count_minor")),
        sa.UniqueConstraint(
            "tenant_id", "drawer_id", "number", name=op.f("uq_drawer_count_tenant_id_drawer_id_number")
        ),
    )  # fmt: skip
    op.create_table(
        "drawer_entry",
        sa.Column("id", OWN, nullable=False),
        sa.Column("drawer_id", sa.BigInteger(), nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        *_account("drawer_entry", "account_id"), *_own("drawer_entry"), _of("drawer_entry", "drawer"),
        _of("drawer_entry", "drawer_count"),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_drawer_entry_amount")),
    )  # fmt: skip
    op.create_index(op.f("ix_drawer_entry_drawer_id"), "drawer_entry", ["drawer_id"])
    with op.batch_alter_table("ledger_entry") as table:
        table.add_column(sa.Column("drawer_id", sa.BigInteger(), nullable=True))
        table.create_foreign_key("fk_ledger_entry_drawer_id", "drawer", ["tenant_id", "drawer_id"], ["tenant_id", "id"])
        table.create_index(op.f("ix_ledger_entry_drawer_id"), ["drawer_id"])
    with op.batch_alter_table("storefront") as table:
        table.add_column(sa.Column("drawer_blind", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("storefront") as table:
        table.drop_column("drawer_blind")
    with op.batch_alter_table("ledger_entry") as table:
        table.drop_index(op.f("ix_ledger_entry_drawer_id"))
        table.drop_constraint("fk_ledger_entry_drawer_id", type_="foreignkey")
        table.drop_column("drawer_id")
    for table_name in ("drawer_entry", "drawer_count", "drawer"):
        op.drop_table(table_name)
