"""What the proxy remembers: exact, whole, and gone when it is told to forget."""

import time
from decimal import Decimal

import pytest
from alembic import command

from migrations.database import alembic_config
from proxy.records import Book, DayStart, Held, KeyRow
from proxy.store import Forgotten
from proxy.wire import Mode, Permissions
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
D = Decimal


def files(house: House) -> bytes:
    return b"".join(path.read_bytes() for path in (house.folder / "proxy").glob("proxy.db*"))


def test_tables_and_migration_agree(house):
    with house.engine.begin() as db:
        command.check(alembic_config("proxy", db))


def test_a_forgotten_key_leaves_no_byte_in_the_files(house):
    marker = "SEALED" + "x7Qz" * 400
    key = KeyRow("ann", "binanceus", marker, marker, Permissions(trade=True), house.now)
    house.store.keys.save(key)
    assert house.store.keys.find("ann", "binanceus") == key
    assert b"x7Qz" in files(house)
    assert house.store.keys.forget("ann") == Forgotten(["binanceus"], False)
    assert b"x7Qz" not in files(house)
    assert house.store.keys.of("ann") == []


def test_a_reader_in_the_way_is_not_waited_for_long_and_the_trace_is_told(house):
    house.store.keys.save(KeyRow("ann", "binanceus", "a", "b", Permissions(), None))
    with house.engine.connect() as db:
        usual = db.exec_driver_sql("PRAGMA busy_timeout").scalar()
    other = house.engine.dialect.dbapi.connect(house.engine.url.database)
    other.isolation_level = None
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM credentials").fetchone()
    begun = time.monotonic()
    try:
        gone = house.store.keys.forget("ann")
    finally:
        other.close()
    assert time.monotonic() - begun < 5
    assert gone == Forgotten(["binanceus"], True)
    with house.engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA busy_timeout").scalar() == usual
    assert house.store.keys.forget("ann") == Forgotten([], False)


def test_forgetting_touches_no_other_user_or_venue(house):
    for user, venue in (("ann", "binance"), ("ann", "binanceus"), ("bob", "binanceus")):
        house.store.keys.save(KeyRow(user, venue, "a", "b", Permissions(), None))
    assert house.store.keys.forget("ann", "binance").venues == ["binance"]
    assert [key.exchange for key in house.store.keys.of("ann")] == ["binanceus"]
    assert len(house.store.keys.of("bob")) == 1


def test_registering_twice_changes_nothing(house):
    rows = house.store.accounts
    first = rows.register("ann", "binanceus", house.now)
    rows.halt("ann", 0, "Stopped.")
    again = rows.register("ann", "binance", house.now)
    assert (first.mode, again.mode, again.exchange) == (Mode.PAPER, Mode.HALTED, "binanceus")


def test_a_mode_changes_only_from_what_was_seen(house):
    rows = house.store.accounts
    seen = rows.register("ann", "binanceus", house.now)
    rows.halt("ann", 7, "Stopped.")
    assert rows.change_mode(seen, Mode.LIVE, "") is None
    halted = rows.find("ann")
    assert (halted.mode, halted.epoch) == (Mode.HALTED, 7)
    assert rows.change_mode(halted, Mode.PAPER, "").mode is Mode.PAPER


def test_the_first_check_of_the_day_stands(house):
    house.store.accounts.register("ann", "binanceus", house.now)
    start = house.store.journal.start_day
    first = DayStart(D("100.10"), {"binanceus BTC/USDT": D("0.1")})
    assert start("ann", Book.LIVE, house.now.date(), first) == first
    assert start("ann", Book.LIVE, house.now.date(), DayStart(D(1), {})) == first
    assert start("ann", Book.PAPER, house.now.date(), DayStart(D(1), {})).value == 1


async def test_an_order_comes_back_as_it_was_written(house):
    await house.open("ann")
    answer = await house.desk.place(trade(usd="10.10"), "pg-order-0001")
    entry = house.store.journal.get("pg-order-0001")
    assert entry.trade() == answer
    assert (entry.asked_usd, entry.market.step) == (D("10.10"), D("0.00001"))
    [held] = house.store.journal.held("ann", Book.PAPER)
    assert isinstance(held, Held)
    assert held.position.units == entry.fills[0].qty - entry.fills[0].fee
