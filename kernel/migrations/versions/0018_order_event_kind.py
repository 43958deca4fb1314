"""Steps of orders are found by their kind and moment: letters after an order ask every ten minutes who had theirs."""

from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_order_event_kind", "order_event", ["tenant_id", "kind", "at"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
