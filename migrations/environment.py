"""What the two env.py share: how alembic meets a database of ours.

A house hands its open connection down (migrations/database.py). From the command line
(`alembic -n bot check`, `alembic -n bot revision --autogenerate`) there is none: then a passing
database in memory is brought to the newest step first, so that only drift is reported.

May import: nothing of ours.
"""

from collections.abc import Iterable

from alembic import context
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine
from sqlalchemy.pool import StaticPool

IN_MEMORY = "sqlite://"


def run(metadata: MetaData) -> None:
    """Do what alembic was asked for, with the house's connection or with a passing one."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection, metadata)
        return
    url = context.config.get_main_option("sqlalchemy.url") or IN_MEMORY
    options = {"poolclass": StaticPool} if url == IN_MEMORY else {}
    with create_engine(url, **options).connect() as passing:
        if url == IN_MEMORY:
            _bring_to_head(passing, context.script)
        _migrate(passing, metadata)


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="migrations.database.",
    )
    with context.begin_transaction():
        context.run_migrations()


def _bring_to_head(connection: Connection, script: ScriptDirectory) -> None:
    def steps(revision: object, migration: MigrationContext) -> Iterable[RevisionStep]:
        return script._upgrade_revs("head", revision)  # type: ignore[arg-type]

    if not script.get_heads():
        return
    migration = MigrationContext.configure(connection, opts={"fn": steps, "script": script})
    with migration.begin_transaction(), Operations.context(migration):
        migration.run_migrations()
    connection.commit()
