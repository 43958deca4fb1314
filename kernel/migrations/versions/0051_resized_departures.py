"""Whether staff gave a departure another number of places than its service has: then it does not follow that."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("departure") as table:
        table.add_column(sa.Column("resized", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE departure SET resized = true WHERE capacity <> "
        "(SELECT service.capacity FROM service WHERE service.id = departure.service_id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("departure") as table:
        table.drop_column("resized")
