"""What the proxy remembers: exact, and whole."""

from decimal import Decimal

import pytest
from alembic import command

from migrations.steps import alembic_config
from proxy.records import Book, DayStart, Held, KeyRow
from proxy.wire import Mode, Permissions
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
D = Decimal


def test_tables_and_migration_agree(house):
    with house.engine.begin() as db:
        command.check(alembic_config("proxy", db))


def test_forgetting_touches_no_other_user_or_venue(house):
    for user, venue in (("ann", "binance"), ("ann", "binanceus"), ("bob", "binanceus")):
        house.store.keys.save(KeyRow(user, venue, "a", "b", Permissions(), None))
    assert house.store.keys.forget("ann", "binance").venues == ["binance"]
    assert [key.exchange for key in house.store.keys.of("ann")] == ["binanceus"]
    assert len(house.store.keys.of("bob")) == 1


def test_a_key_that_has_gone_is_not_remembered(house):
    keys, now = house.store.keys, house.now
    house.store.accounts.register("ann", "binanceus", now)
    old = KeyRow("ann", "binanceus", "a", "b", Permissions(), now)
    keys.save(old)
    assert keys.kept("ann", "binanceus") is None
    assert keys.find("ann", "binanceus") == keys.kept("ann", "binanceus") == old
    new = KeyRow("ann", "binanceus", "c", "d", Permissions(), now)
    assert keys.replace(new, None) == 0
    assert keys.find("ann", "binanceus") == new
    keys.forget("ann")
    assert keys.kept("ann", "binanceus") is None
    assert keys.find("ann", "binanceus") is None


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
