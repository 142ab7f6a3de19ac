"""A bot's store over a real, migrated database; PIGGY_TEST_DATABASE names another than SQLite.

May import: core, store.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from migrations.database import open_database
from piggybot.store import Store
from piggybot.store.tables import metadata


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = os.environ.get("PIGGY_TEST_DATABASE") or f"sqlite:///{tmp_path / 'bot' / 'bot.db'}"
    engine = open_database(url, "bot")
    with engine.begin() as db:
        for table in reversed(metadata.sorted_tables):
            db.execute(table.delete())
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)
