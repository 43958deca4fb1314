"""Product imports: files of products, and their lines in pieces."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "product_import",
        sa.Column("id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("separator", sa.String(length=1), nullable=False),
        sa.Column("heads", kernel.db.JSON, nullable=False),
        sa.Column("mapping", kernel.db.JSON, nullable=False),
        sa.Column("publish", sa.Boolean(), nullable=False),
        sa.Column("shelves", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("counts", kernel.db.JSON, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("started_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_product_import_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_import")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_product_import_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "token", name=op.f("uq_product_import_tenant_id_token")),
    )
    op.create_table(
        "product_import_part",
        sa.Column("id", OWN, nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lines", kernel.db.JSON, nullable=False),
        sa.Column("outcomes", kernel.db.JSON, nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'undone')", name=op.f("ck_product_import_part_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["product_import.tenant_id", "product_import.id"],
            name="fk_product_import_part_import_id",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_product_import_part_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_import_part")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_product_import_part_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id", "import_id", "number", name=op.f("uq_product_import_part_tenant_id_import_id_number")
        ),
    )
    with op.batch_alter_table("product_import_part", schema=None) as batch_op:
        batch_op.create_index(
            "ix_product_import_part_next", ["tenant_id", "import_id", "state", "number"], unique=False
        )


def downgrade() -> None:
    op.drop_table("product_import_part")
    op.drop_table("product_import")
