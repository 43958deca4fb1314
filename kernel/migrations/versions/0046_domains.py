"""A host name is whose name server says so: many shops may wish for it, one has it."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None
THERE = sa.text("verified_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("domain") as table:
        table.drop_constraint(op.f("uq_domain_host"), type_="unique")
        table.create_unique_constraint(op.f("uq_domain_tenant_id_host"), ["tenant_id", "host"])
    op.create_index("uq_domain_verified", "domain", ["host"], unique=True, sqlite_where=THERE, postgresql_where=THERE)


def downgrade() -> None:
    op.drop_index("uq_domain_verified", "domain")
    with op.batch_alter_table("domain") as table:
        table.drop_constraint(op.f("uq_domain_tenant_id_host"), type_="unique")
        table.create_unique_constraint(op.f("uq_domain_host"), ["host"])
