"""Alembic's way into the proxy's database; it runs this file itself.

May import: tables.
"""

from migrations.environment import run
from proxy.tables import metadata

run(metadata)
