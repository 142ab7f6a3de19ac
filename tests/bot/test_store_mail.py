"""The two boxes and the buttons: nothing twice, nothing out of order, nothing against a hold.

May import: core, store.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from piggybot.core.mail import Earlier, File, Press, Sent
from piggybot.store import Store
from tests.bot.values import NOW, SECOND, arrived, button, letter


def dedupes(store: Store, at: timedelta = timedelta(0), limit: int = 10) -> list[str]:
    return [row.dedupe for row in store.outbox.due(NOW + at, limit)]


def test_a_message_that_arrives_again_is_kept_once(store: Store) -> None:
    [first] = store.inbox.add([arrived("m70:1", body={"text": "/help", "words": ["ä"]})])
    assert first
    again = arrived("m70:1", body={"text": "another"})
    before, new, twice = store.inbox.add([again, arrived("m70:2"), arrived("m70:2")])
    assert (before, twice) == (None, None) and new

    assert [row.key for row in store.inbox.unfinished()] == ["m70:1", "m70:2"]
    kept = store.inbox.unfinished()[0]
    assert (kept.id, kept.body) == (first, {"text": "/help", "words": ["ä"]})
    assert (kept.sent_at, kept.arrived) == (NOW, NOW)


def test_a_message_that_was_handled_is_neither_found_nor_taken_again(store: Store) -> None:
    store.inbox.add([arrived("m70:1")])
    store.inbox.done([store.inbox.unfinished()[0].id])

    assert store.inbox.unfinished() == []
    assert store.inbox.add([arrived("m70:1")]) == [None]


def test_only_old_and_finished_messages_are_pruned(store: Store) -> None:
    for key in ("old-done", "old-open", "new-done"):
        store.inbox.add([arrived(key, arrived=NOW if "new" in key else NOW - timedelta(days=8))])
    for row in store.inbox.unfinished():
        if "done" in row.key:
            store.inbox.done([row.id])

    store.inbox.prune(NOW - timedelta(days=7))

    assert [row.key for row in store.inbox.unfinished()] == ["old-open"]
    known, forgotten = store.inbox.add([arrived("new-done"), arrived("old-done")])
    assert known is None and forgotten


def test_letters_leave_by_importance_then_by_age(store: Store) -> None:
    rows = [letter("info"), letter("fill", priority=1), letter("stop", priority=0), letter("info2")]
    kept = store.outbox.add(rows, [])
    assert store.outbox.add([letter("info"), letter("late")], [])[0].dedupe == "late"

    assert dedupes(store) == ["stop", "fill", "info", "info2", "late"]
    assert sorted(kept, key=lambda row: (row.priority, row.id)) == store.outbox.due(NOW, 4)
    assert dedupes(store, limit=2) == ["stop", "fill"]


def test_a_letter_leaves_once_and_not_before_its_time(store: Store) -> None:
    store.outbox.add([letter("now"), letter("soon", not_before=NOW + 5 * SECOND)], [])
    now = store.outbox.due(NOW, 10)[0]
    store.outbox.sent([Sent(now.id, 991, NOW)])

    assert dedupes(store) == []
    assert dedupes(store, 5 * SECOND) == ["soon"]
    assert store.outbox.add([letter("now")], []) == []


def test_a_letter_put_off_comes_back_with_its_tries_counted(store: Store) -> None:
    store.outbox.add([letter("one"), letter("two")], [])
    one, two = store.outbox.due(NOW, 10)
    store.outbox.later(one.id, NOW + SECOND)
    store.outbox.failed(two.id, "chat not found")

    assert dedupes(store) == []
    assert [(row.dedupe, row.tries) for row in store.outbox.due(NOW + SECOND, 10)] == [("one", 1)]


def test_a_chat_that_is_held_waits_while_others_do_not(store: Store) -> None:
    store.outbox.add([letter("a", priority=0), letter("b", chat_id=80)], [])
    store.outbox.hold(70, NOW + 5 * SECOND)

    assert dedupes(store) == ["b"]
    assert store.outbox.held(70) == NOW + 5 * SECOND
    assert store.outbox.held(80) is None
    assert dedupes(store, 5 * SECOND) == ["a", "b"]


def test_a_hold_for_all_stops_every_chat_and_outlives_the_process(store: Store, engine) -> None:
    store.outbox.add([letter("a"), letter("b", chat_id=80)], [])
    store.outbox.hold(None, NOW + 5 * SECOND)

    assert dedupes(Store(engine)) == []
    assert Store(engine).outbox.held(80) == NOW + 5 * SECOND
    assert dedupes(Store(engine), 5 * SECOND) == ["a", "b"]


def test_pruning_drops_what_was_sent_and_nothing_that_waits(store: Store) -> None:
    long_ago = NOW - timedelta(days=8)
    store.outbox.add([letter("sent", created=long_ago), letter("waits", created=long_ago)], [])
    store.outbox.sent([Sent(store.outbox.due(NOW, 1)[0].id, 1, long_ago)])

    store.outbox.prune(NOW - timedelta(days=7))

    assert dedupes(store) == ["waits"]
    assert store.outbox.add([letter("sent")], [])


def test_a_letters_file_is_kept_apart_until_it_has_gone(store: Store) -> None:
    picture = File("chart.png", bytes(range(256)))
    store.outbox.add([letter("one", file=picture), letter("two", file=picture)], [])
    one, two = store.outbox.due(NOW, 10)
    assert (one.file, one.body) == (None, {"text": "one"})
    assert store.outbox.file(one.id) == picture

    store.outbox.sent([Sent(one.id, 991, NOW)])
    store.outbox.failed(two.id, "too large")
    assert (store.outbox.file(one.id), store.outbox.file(two.id)) == (None, None)


def test_of_edits_that_wait_only_the_newest_goes_and_a_lost_message_is_found_again(
    store: Store,
) -> None:
    store.outbox.add([letter("card")], [])
    assert store.outbox.earlier("card") == Earlier(waits=True, message_id=None)
    card = store.outbox.due(NOW, 1)[0]
    store.outbox.sent([Sent(card.id, 991, NOW)])
    assert store.outbox.earlier("card") == Earlier(waits=False, message_id=991)
    assert store.outbox.earlier("never") is None

    edits = [letter(f"edit{each}", kind="edit", edits="card") for each in range(3)]
    for edit in edits:
        store.outbox.add([edit, letter(f"other {edit.dedupe}")], [])
    store.outbox.add([letter("of another", kind="edit", edits="elsewhere")], [])
    assert [each for each in dedupes(store) if "other " not in each] == ["edit2", "of another"]
    assert store.outbox.add(edits[:1], []) == [], "an edit that was told is not told again"
    newest = next(each for each in store.outbox.due(NOW, 10) if each.edits == "card")
    store.outbox.sent([Sent(newest.id, 992, NOW)])
    assert store.outbox.earlier("card") == Earlier(waits=False, message_id=992)


def test_a_button_counts_once_for_its_own_person_in_time(store: Store) -> None:
    store.outbox.add([letter("ask")], [button("n1"), button("n2")])

    assert store.buttons.press("n1", 8, NOW).outcome is Press.NOT_YOURS
    pressed = store.buttons.press("n1", 7, NOW + 59 * SECOND)
    assert pressed.outcome is Press.OK
    assert pressed.row is not None
    assert (pressed.row.action, dict(pressed.row.params)) == ("confirm", {"order": "1"})
    assert store.buttons.press("n1", 7, NOW + 59 * SECOND).outcome is Press.USED
    assert store.buttons.press("n2", 7, NOW + 60 * SECOND).outcome is Press.EXPIRED
    assert store.buttons.press("made up", 7, NOW).outcome is Press.UNKNOWN


def test_of_many_presses_at_once_exactly_one_counts(store: Store) -> None:
    store.outbox.add([], [button("n1")])
    with ThreadPoolExecutor(8) as crowd:
        presses = list(crowd.map(lambda _: store.buttons.press("n1", 7, NOW), range(16)))

    outcomes = sorted(press.outcome for press in presses)
    assert outcomes == [Press.OK] + [Press.USED] * 15


def test_buttons_are_pruned_once_they_expired(store: Store) -> None:
    store.outbox.add([], [button("n1")])
    store.buttons.prune(NOW)
    assert store.buttons.press("n1", 8, NOW).outcome is Press.NOT_YOURS

    store.buttons.prune(NOW + timedelta(days=1))
    assert store.buttons.press("n1", 7, NOW).outcome is Press.UNKNOWN
