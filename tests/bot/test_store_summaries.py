"""Whoever wants a summary is remembered, and a day is noted together with its letter, once.

May import: core, store.
"""

from dataclasses import replace

from piggybot.core.runs import Summary
from piggybot.store import Store
from tests.bot.values import NOW, letter

WANTED = Summary(7, 8, "Europe/Berlin", "2026-03-01")


def test_it_is_kept_changed_and_removed(store: Store) -> None:
    assert store.summaries.get(7) is None
    store.summaries.put(WANTED)
    store.summaries.put(replace(WANTED, hour=9))
    assert store.summaries.get(7) == replace(WANTED, hour=9)
    assert store.summaries.all() == [replace(WANTED, hour=9)]
    assert store.summaries.remove(7)
    assert not store.summaries.remove(7)
    assert store.summaries.all() == []


def test_a_day_is_told_once_and_not_where_it_was_changed_meanwhile(store: Store) -> None:
    store.summaries.put(WANTED)
    assert store.summaries.told(WANTED, "2026-03-02", [letter("one")])
    assert not store.summaries.told(WANTED, "2026-03-02", [letter("two")])
    now = replace(WANTED, last_day="2026-03-02")
    assert store.summaries.get(7) == now
    store.summaries.put(replace(now, hour=9))
    assert not store.summaries.told(now, "2026-03-03", [letter("three")])
    store.summaries.remove(7)
    assert not store.summaries.told(now, "2026-03-03", [letter("four")])
    assert [row.dedupe for row in store.outbox.due(NOW, 9)] == ["one"]
