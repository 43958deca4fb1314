"""Notes, deals and tasks: what staff write down about people, what those may buy, and what is to do until a day."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _owned(table: str, *, token: bool = True) -> list[sa.Constraint]:
    named = [sa.UniqueConstraint("tenant_id", "token", name=op.f(f"uq_{table}_tenant_id_token"))] if token else []
    return [
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f(f"uq_{table}_tenant_id_id")),
        *named,
    ]


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A reference to a row of the same tenant."""
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=f"fk_{table}_{column}"
    )


def _by(table: str, column: str) -> sa.ForeignKeyConstraint:
    """A reference to somebody of the staff."""
    return sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _notes()
    _deals()
    _moves()
    _tasks()


def _notes() -> None:
    op.create_table(
        "contact_note",
        sa.Column("id", _id(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("account_id", _id(), nullable=True),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", _id(), nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        _of("contact_note", "contact_id", "contact"),
        _by("contact_note", "account_id"),
        *_owned("contact_note"),
    )
    op.create_index("ix_contact_note_at", "contact_note", ["tenant_id", "contact_id", "at"])
    op.create_index(op.f("ix_contact_note_account_id"), "contact_note", ["account_id"])


def _deals() -> None:
    op.create_table(
        "deal",
        sa.Column("id", _id(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("for_id", _id(), nullable=True),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("moved_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", _id(), nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        _of("deal", "contact_id", "contact"),
        _by("deal", "for_id"),
        *_owned("deal"),
    )
    op.create_index("ix_deal_stage", "deal", ["tenant_id", "stage", "moved_at"])
    for column in ("contact_id", "for_id"):
        op.create_index(op.f(f"ix_deal_{column}"), "deal", [column])


def _moves() -> None:
    op.create_table(
        "deal_move",
        sa.Column("id", _id(), nullable=False),
        sa.Column("deal_id", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("account_id", _id(), nullable=True),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", _id(), nullable=False),
        _of("deal_move", "deal_id", "deal"),
        _by("deal_move", "account_id"),
        *_owned("deal_move", token=False),
    )
    for column in ("deal_id", "account_id"):
        op.create_index(op.f(f"ix_deal_move_{column}"), "deal_move", [column])


def _tasks() -> None:
    op.create_table(
        "task",
        sa.Column("id", _id(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("deal_id", sa.BigInteger(), nullable=True),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("for_id", _id(), nullable=True),
        sa.Column("by_id", _id(), nullable=True),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("done_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", _id(), nullable=True),
        sa.Column("tenant_id", _id(), nullable=False),
        sa.Column("binned_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        _of("task", "contact_id", "contact"),
        _of("task", "deal_id", "deal"),
        *(_by("task", column) for column in ("for_id", "by_id", "done_by_id")),
        *_owned("task"),
    )
    op.create_index("ix_task_due", "task", ["tenant_id", "done_at", "due"])
    for column in ("contact_id", "deal_id", "for_id", "by_id", "done_by_id"):
        op.create_index(op.f(f"ix_task_{column}"), "task", [column])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
