"""A cart holds a time of a service once: the database says so, too."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None
IN_CART = sa.text("cart_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "uq_booking_cart", "booking", ["tenant_id", "cart_id", "service_id", "starts_at"],
        unique=True, sqlite_where=IN_CART, postgresql_where=IN_CART,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_booking_cart", "booking")
