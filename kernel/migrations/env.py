"""What Alembic runs: our connection, our tables, batches on SQLite."""

from alembic import context

from kernel.db import Base
from kernel.migrations import include

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_object=include,
    user_module_prefix="kernel.db.",
)
with context.begin_transaction():
    context.run_migrations()
