"""Prices of variants: a group's price can be of one choice of a product, not only of the whole product."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("price_break") as table:  # SQLite writes the table anew for a composite key
        table.add_column(sa.Column("variant_id", sa.BigInteger(), nullable=True))
        table.create_foreign_key(
            "fk_price_break_variant_id", "variant", ["tenant_id", "variant_id"], ["tenant_id", "id"]
        )
    op.create_index("ix_price_break_variant_id", "price_break", ["variant_id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
