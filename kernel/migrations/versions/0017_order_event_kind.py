"""Steps of orders are found by their kind and moment, for letters after an order; searches know what words are forms of."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_order_event_kind", "order_event", ["tenant_id", "kind", "at"])
    op.add_column("search_count", sa.Column("sense", sa.String(60), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
