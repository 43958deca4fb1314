"""Why a yes to a quote got stuck; what was left out of a file of people; a field in use has its name alone."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal") as table:
        table.add_column(sa.Column("stuck_told", kernel.db.JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("contact_import") as table:
        table.add_column(sa.Column("lacks", kernel.db.JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("custom_field") as table:
        table.add_column(sa.Column("called_once", sa.String(length=320), nullable=True))
        table.create_unique_constraint(op.f("uq_custom_field_tenant_id_called_once"), ["tenant_id", "called_once"])


def downgrade() -> None:
    with op.batch_alter_table("custom_field") as table:
        table.drop_constraint(op.f("uq_custom_field_tenant_id_called_once"), type_="unique")
        table.drop_column("called_once")
    with op.batch_alter_table("contact_import") as table:
        table.drop_column("lacks")
    with op.batch_alter_table("proposal") as table:
        table.drop_column("stuck_told")
