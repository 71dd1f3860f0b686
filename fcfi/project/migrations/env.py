"""Alembic's entry point: it migrates the tables of the connection in its configuration."""

from alembic import context

from fcfi.project.tables import VERSION_TABLE, metadata


def run() -> None:
    """Run all migrations in the transaction that the caller has begun on the connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if (
    __name__ != "fcfi.project.migrations.env"
):  # Alembic loads this file by its path, under a name of its own
    run()
