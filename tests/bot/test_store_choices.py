"""A person's choice about a difference of books, and a comparison that was under way meanwhile.

May import: core, store, wire.
"""

from piggybot.core.matching import How
from piggybot.core.positions import Book
from piggybot.core.runs import RunState
from piggybot.store import Store
from tests.bot.values import ANNA, NOW, letter, mismatch, run

FOUND = mismatch(sandbox=False)


def test_a_choice_stands_against_a_comparison_that_was_made_before_it(store: Store) -> None:
    store.people.join(ANNA)
    store.runs.add(run("run-1"))
    store.mismatches.note(FOUND, ["run-1"], "the books differ", ((), ()))
    assert store.mismatches.settle("m1", How.IGNORED, NOW, ((), ()))
    store.mismatches.note(FOUND, ["run-1"], "the books differ", ((letter("again"),), ()))

    [mine] = store.runs.of_person(ANNA.id)
    assert mine.state is RunState.ACTIVE
    assert store.mismatches.open_of("user-anna", Book.LIVE, "binanceus") == []
    assert store.outbox.due(NOW, 9) == []
