"""Further invoices: what was added to an order after its invoice is billed by another one."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WHERE = {name: sa.text("kind = 'invoice'") for name in ("sqlite_where", "postgresql_where")}


def upgrade() -> None:
    op.add_column("invoice", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("uq_invoice_order", table_name="invoice")
    op.create_index("uq_invoice_order", "invoice", ["tenant_id", "order_id", "part"], unique=True, **WHERE)


def downgrade() -> None:
    op.drop_index("uq_invoice_order", table_name="invoice")
    op.drop_column("invoice", "part")
    op.create_index("uq_invoice_order", "invoice", ["tenant_id", "order_id"], unique=True, **WHERE)
