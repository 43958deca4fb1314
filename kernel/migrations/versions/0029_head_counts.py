"""How many of the people of a booking came."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("booking") as table:
        table.add_column(sa.Column("arrived", sa.BigInteger(), nullable=True))
        table.create_check_constraint("arrived", "arrived >= 1 AND arrived <= places")


def downgrade() -> None:
    with op.batch_alter_table("booking") as table:
        table.drop_constraint(op.f("ck_booking_arrived"), type_="check")
        table.drop_column("arrived")
