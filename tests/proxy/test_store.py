"""What the proxy remembers: exact, and whole."""

from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import event

from migrations.steps import alembic_config
from proxy import queries
from proxy.journal import Journal
from proxy.records import Account, Book, DayStart, Held, KeyRow
from proxy.wire import Mode, Permissions
from tests.databases import opened
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
D = Decimal


def test_tables_and_migration_agree(house):
    with house.engine.begin() as db:
        command.check(alembic_config("proxy", db))


def test_an_order_does_not_look_through_all_older_ones(tmp_path, house):
    """By SQLite's own plan: what is asked on an order's path, and twice a second beside it."""
    engine = opened(tmp_path / "plans.db", "proxy")
    journal, asked = Journal(engine), []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
    account = Account("ann", "binanceus", Mode.LIVE, 1, "", house.now)
    journal.look("pg-order-0001", "ann", house.now.date())
    journal.books(account, Book.LIVE, house.now.date())
    journal.open()
    journal.open("ann")
    with engine.connect() as db:
        queries.reserved(db, "ann", Book.LIVE, "binanceus", "BTC/USDT")
        looks = [one for one in asked if "FROM orders" in one[0]]
        plans = [db.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", known) for one, known in looks]
        found = {row[3] for plan in plans for row in plan.all() if "orders" in row[3]}
    engine.dispose()
    by_user, by_status = "orders_by_user", "orders_by_status"
    assert found == {
        "SEARCH orders USING INDEX sqlite_autoindex_orders_1 (client_id=?)",
        f"SEARCH orders USING INDEX {by_user} (user_id=? AND book=? AND created>?)",
        f"SEARCH orders USING INDEX {by_status} (status=?)",
        f"SEARCH orders USING INDEX {by_status} (status=? AND user_id=?)",
        f"SEARCH orders USING INDEX {by_status} (status=? AND user_id=? AND book=?)",
    }


def test_forgetting_touches_no_other_user_or_venue(house):
    for user, venue in (("ann", "binance"), ("ann", "binanceus"), ("bob", "binanceus")):
        house.store.keys.replace(KeyRow(user, venue, "a", "b", Permissions(), None), None)
    assert house.store.keys.forget("ann", "binance").venues == ["binance"]
    assert [key.exchange for key in house.store.keys.of("ann")] == ["binanceus"]
    assert len(house.store.keys.of("bob")) == 1


def test_a_key_that_has_gone_is_not_remembered(house):
    keys, now = house.store.keys, house.now
    house.store.accounts.register("ann", "binanceus", now)
    old = KeyRow("ann", "binanceus", "a", "b", Permissions(), now)
    keys.replace(old, None)
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
