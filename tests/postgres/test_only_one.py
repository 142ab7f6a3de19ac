"""On PostgreSQL one bot and one proxy use a database, wherever their data folders are.

Needs PIGGY_TEST_DATABASE; `.ci/postgres` gives one, and runs the tests of both stores on it too.

May import: nothing of ours.
"""

import os
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from migrations.database import UnsafeDatabase, open_database
from migrations.look import database

ADDRESS = os.environ["PIGGY_TEST_DATABASE"]
BOTS = ADDRESS.format(house="bot")


def number(engine: Engine) -> int:
    with engine.connect() as db:
        return int(db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def killed(pid: int) -> None:
    """End a connection as a lost network does: from the server's side."""
    watcher = open_database(ADDRESS.format(house="proxy"), "proxy")
    with watcher.connect() as db:
        db.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
    watcher.dispose()


def test_a_second_bot_is_refused_with_a_sentence_and_may_start_when_the_first_has_ended() -> None:
    first = open_database(BOTS, "bot")
    with pytest.raises(UnsafeDatabase) as told:
        open_database(BOTS, "bot")
    assert str(told.value) == (
        "Another bot is using the database bot. Stop it, or give this one its own BOT_DATABASE_URL."
    )
    first.dispose()
    open_database(BOTS, "bot").dispose()


def test_a_second_proxy_is_refused_too_and_a_bot_is_no_proxy() -> None:
    bot = open_database(BOTS, "bot")
    proxy = open_database(ADDRESS.format(house="proxy"), "proxy")
    with pytest.raises(UnsafeDatabase, match="Another proxy is using the database proxy"):
        open_database(ADDRESS.format(house="proxy"), "proxy")
    bot.dispose()
    proxy.dispose()


def test_whoever_loses_the_connection_to_another_cannot_write_any_more() -> None:
    first = open_database(BOTS, "bot")
    killed(number(first))
    second = open_database(BOTS, "bot")
    with pytest.raises(UnsafeDatabase, match="Another bot is using"):
        number(first)
    number(second)
    second.dispose()
    number(first)
    first.dispose()


def test_a_lost_connection_that_nobody_took_over_comes_back_by_itself() -> None:
    engine = open_database(BOTS, "bot")
    lost = number(engine)
    killed(lost)
    assert number(engine) != lost
    with pytest.raises(UnsafeDatabase):
        open_database(BOTS, "bot")
    engine.dispose()


def test_what_is_acknowledged_is_on_the_disk_whatever_the_server_is_set_to() -> None:
    engine = open_database(BOTS, "bot")
    with engine.begin() as db:
        db.exec_driver_sql("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
    engine.dispose()
    engine = open_database(BOTS, "bot")
    with engine.begin() as db:
        assert db.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        db.exec_driver_sql("ALTER ROLE CURRENT_USER RESET synchronous_commit")
    engine.dispose()


def test_a_server_that_is_away_is_named_without_a_password() -> None:
    away = "postgresql://ann:the-password@127.0.0.1:1/bot"
    with pytest.raises(UnsafeDatabase) as told:
        open_database(away, "bot")
    assert re.match(
        r"The database bot cannot be reached \(.*\)\. Is its server", str(told.value), re.S
    )
    assert "the-password" not in str(told.value)


def test_the_doctor_looks_beside_the_one_that_runs_and_takes_nothing_from_it() -> None:
    bot = open_database(BOTS, "bot")
    mine = number(bot)
    line = str(database("Database", BOTS, "bot", Path()))
    assert line.startswith("✅ Database: PostgreSQL ") and "the newest." in line
    assert number(bot) == mine, "it still has its connection, and with it the lock"
    bot.dispose()
    open_database(BOTS, "bot").dispose()
