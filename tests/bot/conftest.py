"""A bot's store over a real, migrated database; PIGGY_TEST_DATABASE names another than SQLite.

May import: core, store.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from migrations.database import open_database
from piggybot.store import Store
from piggybot.store.tables import metadata
from tests.databases import address


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(address(tmp_path, "bot", metadata), "bot")
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)
