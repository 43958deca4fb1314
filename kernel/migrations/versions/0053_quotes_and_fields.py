"""Of which item a yes to a quote got stuck; two fields of people in use never bear one name."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0053"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal") as table:
        table.add_column(sa.Column("stuck_told", kernel.db.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("proposal") as table:
        table.drop_column("stuck_told")
