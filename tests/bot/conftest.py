"""A bot's store over a real, migrated database; PIGGY_TEST_DATABASE names another than SQLite.

May import: core, store, trust.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from migrations.database import open_database
from piggybot.store import Store
from piggybot.store.tables import metadata
from piggybot.trust import trusted
from tests.bot.bench import Bench
from tests.bot.wire_server import own_certificate, speaking_tls
from tests.databases import address


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(address(tmp_path, "bot", metadata), "bot")
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)


@pytest.fixture
async def trader(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bot on paper whose market costs a hundred; its owner has said /start."""
    made = Bench(tmp_path)
    made.broker.price_now = Decimal(100)
    await made.say("/start")
    yield made
    await made.trading.acting.idle()
    made.close()


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """For servers that the bot trusts meanwhile."""
    own = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own))
    trusted.cache_clear()
    yield speaking_tls(own)
    trusted.cache_clear()
