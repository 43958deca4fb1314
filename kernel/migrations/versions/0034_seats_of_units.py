"""How many people fit into one unit: a table for two beside one for six."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resource_unit") as table:
        table.add_column(sa.Column("seats", sa.BigInteger(), nullable=True))
        table.create_check_constraint("seats", "seats >= 1")


def downgrade() -> None:
    with op.batch_alter_table("resource_unit") as table:
        table.drop_constraint(op.f("ck_resource_unit_seats"), type_="check")
        table.drop_column("seats")
