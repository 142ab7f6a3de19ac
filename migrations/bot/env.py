"""Alembic's way into the bot's database; it runs this file itself.

May import: store.
"""

from migrations.environment import run
from piggybot.store.tables import metadata

run(metadata)
