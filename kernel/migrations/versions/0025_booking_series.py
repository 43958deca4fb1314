"""Series: how many times in a row of a service are booked at once."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service") as table:
        table.add_column(sa.Column("series_most", sa.Integer(), nullable=False, server_default="1"))
        table.create_check_constraint("series_most", "series_most >= 1")


def downgrade() -> None:
    with op.batch_alter_table("service") as table:
        table.drop_constraint(op.f("ck_service_series_most"), type_="check")
        table.drop_column("series_most")
