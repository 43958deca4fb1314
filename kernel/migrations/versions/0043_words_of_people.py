"""The words by which people are found; who is there already gets theirs with the declared DDL (kernel/sought.py)."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contact_word",
        sa.Column("id", OWN, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_contact_word_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_word")),
    )
    op.create_index(op.f("ix_contact_word_contact_id"), "contact_word", ["contact_id"])
    op.create_index("ix_contact_word_word", "contact_word", ["tenant_id", "word", "contact_id"])


def downgrade() -> None:
    op.drop_table("contact_word")
