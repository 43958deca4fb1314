"""Searches: what is looked for is counted by day, what words mean besides; and the words of products are kept anew."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AGAIN = """
    INSERT INTO job (name, args, state, priority, run_at, attempts, fence, error, created_at)
    SELECT 'search.index_all', '[]', 'waiting', 9, CURRENT_TIMESTAMP, 0, 0, '', CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM tenant)
"""


def upgrade() -> None:
    op.create_table(
        "search_count",
        sa.Column("id", OWN, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_search_count_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_count")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_search_count_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "day", "words", name=op.f("uq_search_count_tenant_id_day_words")),
    )
    op.create_index("ix_search_count_words", "search_count", ["tenant_id", "words", "day"], unique=False)
    op.create_table(
        "search_synonym",
        sa.Column("id", OWN, nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("meaning", sa.String(length=60), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_search_synonym_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_search_synonym_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "word", name=op.f("uq_search_synonym_tenant_id_word")),
    )
    op.drop_index("ix_search_stem_stem", table_name="search_stem")
    op.create_index("ix_search_stem_stem", "search_stem", ["tenant_id", "stem", "weight", "product_id"], unique=False)
    op.execute(AGAIN)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
