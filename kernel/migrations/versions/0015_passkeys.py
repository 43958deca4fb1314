"""Passkeys of who logs in, until when an app may be told its secret, and shops that ask two steps of all their staff."""

import sqlalchemy as sa
from alembic import op

import kernel.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
OWN = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", OWN, nullable=False),
        sa.Column("account_id", OWN, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("handle", sa.String(length=64), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", kernel.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column("used_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("copied_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column("removed_at", kernel.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkey_credential")),
        sa.UniqueConstraint("token", name=op.f("uq_passkey_token")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.add_column("account", sa.Column("totp_begun", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("tenant", sa.Column("two_steps_since", kernel.db.UTCDateTime(timezone=True), nullable=True))
    op.add_column("tenant", sa.Column("two_steps_grace", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
