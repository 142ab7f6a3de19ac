"""Alembic's way into the bot's database; it runs this file itself.

May import: store.
"""

from migrations.environment import run
from piggybot.store import tables, tables_runs

assert tables_runs.runs.metadata is tables.metadata, "all tables are in one list"
run(tables.metadata)
