"""Cards are kept with what they said last; a change goes with its letter, and an end is one end.

May import: core, store.
"""

from dataclasses import replace

from piggybot.core.cards import Card
from piggybot.core.positions import Book, Key
from piggybot.store import Store
from tests.bot.values import NOW, SECOND, button, letter

KEY = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", "run-1")
CARD = Card("m70:1:card0", 7, KEY, "64,000", NOW, NOW + 900 * SECOND)


def test_a_card_comes_back_as_it_was_and_a_second_time_it_begins_anew(store: Store) -> None:
    store.cards.put([CARD, replace(CARD, letter="other", person_id=8)])
    assert store.cards.of_person(7) == [CARD]
    longer = replace(CARD, until=NOW + 1800 * SECOND)
    store.cards.put([longer])
    assert store.cards.of_person(7) == [longer]


def test_that_of_the_longest_ago_comes_first_and_a_change_goes_with_its_letter(
    store: Store,
) -> None:
    newer = replace(CARD, letter="newer", edited=NOW + SECOND)
    store.cards.put([newer, CARD])
    assert [one.letter for one in store.cards.all()] == [CARD.letter, "newer"]
    edit = letter("edit", kind="edit", edits=CARD.letter)
    assert store.cards.edited(CARD, "65,000", NOW + 2 * SECOND, edit, [button("n1")])
    assert [(one.letter, one.shown) for one in store.cards.all()] == [
        ("newer", "64,000"),
        (CARD.letter, "65,000"),
    ]
    assert [row.edits for row in store.outbox.due(NOW, 9)] == [CARD.letter]
    assert store.buttons.press("n1", 7, NOW).row is not None


def test_after_its_end_nothing_is_told_of_it(store: Store) -> None:
    store.cards.put([CARD])
    assert store.cards.end(CARD, letter("end"))
    assert not store.cards.end(CARD, letter("end again"))
    assert not store.cards.edited(CARD, "66,000", NOW, letter("late"), [])
    assert [row.dedupe for row in store.outbox.due(NOW, 9)] == ["end"]
    assert store.cards.all() == []
