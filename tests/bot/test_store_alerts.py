"""Alerts are kept once, told once, and removed by their own person only.

May import: core, store.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from piggybot.core.runs import Alert
from piggybot.store import Store
from tests.bot.values import ANNA, BEN, NOW, SECOND, letter

ALERT = Alert("a1", ANNA.id, "binanceus", "BTC/USDT", True, Decimal("70000.10"), NOW, reply_to=5)


@pytest.fixture(autouse=True)
def people(store: Store) -> None:
    for person in (ANNA, BEN):
        store.people.join(person)


def test_an_alert_comes_back_as_it_was_and_the_same_one_is_kept_once(store: Store) -> None:
    assert store.alerts.add(ALERT)
    assert not store.alerts.add(replace(ALERT, id="a2", created=NOW + SECOND))
    assert store.alerts.add(replace(ALERT, id="a3", above=False))
    assert store.alerts.add(replace(ALERT, id="a4", person_id=BEN.id))
    assert [one.id for one in store.alerts.waiting()] == ["a1", "a3", "a4"]
    assert store.alerts.of_person(ANNA.id)[0] == ALERT


def test_it_is_told_once_with_its_notice_and_then_may_be_set_again(store: Store) -> None:
    store.alerts.add(ALERT)
    assert store.alerts.fire("a1", NOW, [letter("told")])
    assert not store.alerts.fire("a1", NOW, [letter("told again")])
    assert [row.dedupe for row in store.outbox.due(NOW, 9)] == ["told"]
    assert store.alerts.waiting() == []
    assert store.alerts.add(replace(ALERT, id="a2"))


def test_only_its_own_person_removes_it_and_what_was_removed_is_never_told(store: Store) -> None:
    store.alerts.add(ALERT)
    assert not store.alerts.remove(BEN.id, "a1")
    assert store.alerts.remove(ANNA.id, "a1")
    assert not store.alerts.remove(ANNA.id, "a1")
    assert not store.alerts.fire("a1", NOW, [letter("told")])
    assert store.outbox.due(NOW, 9) == []


def test_only_what_was_told_long_ago_is_forgotten(store: Store, engine: Engine) -> None:
    for alert_id, price in (("old", 1), ("new", 2), ("waits", 3)):
        store.alerts.add(replace(ALERT, id=alert_id, price=Decimal(price)))
    store.alerts.fire("old", NOW - SECOND, [])
    store.alerts.fire("new", NOW, [])
    store.alerts.prune(NOW)
    with engine.connect() as db:
        left = db.exec_driver_sql("SELECT id FROM alerts ORDER BY id").scalars().all()
    assert list(left) == ["new", "waits"]


@pytest.mark.parametrize(
    ("above", "price", "reached"),
    [
        (True, "70000.10", True),
        (True, "70000.09", False),
        (False, "70000.10", True),
        (False, "70000.11", False),
    ],
)
def test_at_the_price_itself_it_is_reached(above: bool, price: str, reached: bool) -> None:
    assert replace(ALERT, above=above).reached(Decimal(price)) is reached
