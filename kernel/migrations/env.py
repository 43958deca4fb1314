"""What Alembic runs: our connection, our tables, batches on SQLite."""

from alembic import context

from kernel.db import JSON, Base
from kernel.migrations import include


def named(kind, thing, _autogen_context):  # type: ignore[no-untyped-def]
    """Write our own kinds of column by their names."""
    return "kernel.db.JSON" if kind == "type" and thing is JSON else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=include,
    user_module_prefix="kernel.db.",
    render_item=named,
)
with context.begin_transaction():
    context.run_migrations()
