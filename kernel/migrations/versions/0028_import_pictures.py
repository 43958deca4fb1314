"""Pictures that a file of products tells: what is still to be fetched, what has come, what could not be had."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("product_import", sa.Column("pictures", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("product_import", sa.Column("hosts", kernel.db.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "import_picture",
        sa.Column("id", OWN, nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.Column("variants", kernel.db.JSON, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fault", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", OWN, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'had', 'missed')", name=op.f("ck_import_picture_state")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "import_id"],
            ["product_import.tenant_id", "product_import.id"],
            name="fk_import_picture_import_id",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"], ["product.tenant_id", "product.id"], name="fk_import_picture_product_id"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "file_id"], ["file.tenant_id", "file.id"], name="fk_import_picture_file_id"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_import_picture_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_picture")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_import_picture_tenant_id_id")),
        sa.UniqueConstraint(
            "tenant_id",
            "import_id",
            "product_id",
            "number",
            name=op.f("uq_import_picture_tenant_id_import_id_product_id_number"),
        ),
    )
    op.create_index(op.f("ix_import_picture_product_id"), "import_picture", ["product_id"])
    op.create_index(op.f("ix_import_picture_file_id"), "import_picture", ["file_id"])
    op.create_index("ix_import_picture_state", "import_picture", ["tenant_id", "import_id", "state"])


def downgrade() -> None:
    op.drop_table("import_picture")
    with op.batch_alter_table("product_import", schema=None) as batch_op:
        batch_op.drop_column("hosts")
        batch_op.drop_column("pictures")
