"""Alembic, asked to bring a database to the newest step.

Alone because alembic takes a sixth of a start and 10 MiB: where the tables are as they should be,
it is never loaded.

May import: nothing of ours.
"""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection


class NewerDatabase(Exception):
    """A later version of the program has made the database."""


def take(house: str, connection: Connection) -> None:
    """All steps that are missing; NewerDatabase where it is at a step that nobody here knows."""
    try:
        command.upgrade(alembic_config(house, connection), "head")
    except CommandError:
        raise NewerDatabase from None


def alembic_config(house: str, connection: Connection | None = None) -> Config:
    """Alembic's settings, from code: an installed wheel has no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", f"migrations:{house}")
    config.attributes["connection"] = connection
    return config
