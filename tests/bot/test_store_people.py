"""People, their pairing, their dialogues, and single facts: all outlive a restart.

May import: core, store, wire.
"""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from piggybot.core.mail import outgoing
from piggybot.core.people import Dialogue, Pairing
from piggybot.store import Store
from piggybot.store.tables import pairing
from proxy.wire import Mode
from tests.bot.values import ANNA, BEN, NOW, SECOND

TEN_MINUTES = timedelta(minutes=10)


def test_a_stranger_is_nobody_and_who_joined_is_found(store: Store) -> None:
    store.people.join(ANNA)
    store.people.join(BEN)

    assert store.people.find(7) == ANNA
    assert store.people.find(9) is None
    assert store.people.everyone() == [ANNA, BEN]


def test_joining_again_takes_no_account_away(store: Store) -> None:
    store.people.join(ANNA)
    store.people.choose_exchange(7, "binance")
    store.people.pin(7, 55)
    store.people.join(ANNA)

    anna = store.people.find(7)
    assert anna is not None
    assert (anna.user_id, anna.exchange, anna.pinned) == ("user-anna", "binance", 55)


def test_a_change_of_mode_is_noticed_once_and_for_that_person_only(store: Store) -> None:
    store.people.join(ANNA)
    store.people.join(BEN)

    assert store.people.saw(7, Mode.PAPER, 1, True)
    assert not store.people.saw(7, Mode.PAPER, 1, True)
    assert store.people.saw(7, Mode.LIVE, 2, True)

    anna, ben = store.people.everyone()
    assert (anna.mode, anna.epoch, anna.sandbox) == (Mode.LIVE, 2, True)
    assert ben == BEN


def test_the_right_code_pairs_once(store: Store) -> None:
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    assert store.pairing.try_code("482913", NOW).outcome is Pairing.OK
    assert store.pairing.try_code("482913", NOW).outcome is Pairing.BURNT


def test_five_wrong_codes_burn_it_even_across_a_restart(store: Store, engine: Engine) -> None:
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    left = []
    for _ in range(4):
        result = Store(engine).pairing.try_code("000000", NOW)
        assert result.outcome is Pairing.WRONG
        left.append(result.left)

    assert left == [4, 3, 2, 1]
    assert store.pairing.try_code("000000", NOW).outcome is Pairing.BURNT
    assert store.pairing.try_code("482913", NOW).outcome is Pairing.BURNT


def test_four_wrong_codes_leave_one_try(store: Store) -> None:
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    for _ in range(4):
        store.pairing.try_code("000000", NOW)
    assert store.pairing.try_code("482913", NOW).outcome is Pairing.OK


def test_ten_minutes_burn_the_code(store: Store) -> None:
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    assert store.pairing.try_code("482913", NOW + TEN_MINUTES).outcome is Pairing.BURNT


def test_a_new_code_voids_the_one_before(store: Store) -> None:
    store.pairing.open_code("111111", NOW + TEN_MINUTES)
    store.pairing.open_code("222222", NOW + TEN_MINUTES)
    assert store.pairing.try_code("111111", NOW).outcome is Pairing.WRONG
    assert store.pairing.try_code("222222", NOW).outcome is Pairing.OK


def test_without_a_code_nobody_is_paired(store: Store) -> None:
    assert store.pairing.try_code("482913", NOW).outcome is Pairing.BURNT


def test_the_code_itself_is_not_in_the_database(store: Store, engine: Engine) -> None:
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    with engine.begin() as db:
        first = db.execute(select(pairing)).one()
    store.pairing.open_code("482913", NOW + TEN_MINUTES)
    with engine.begin() as db:
        second = db.execute(select(pairing)).one()

    assert "482913" not in str(first)
    assert first.code_hash != second.code_hash


def test_a_dialogue_goes_on_after_a_restart(store: Store, engine: Engine) -> None:
    begun = Dialogue(7, "setkeys", "secret", {"exchange": "binance"}, NOW, NOW + 60 * SECOND)
    store.dialogues.put(Dialogue(7, "live", "token", {}, NOW, None))
    store.dialogues.put(begun)

    assert Store(engine).dialogues.get(7) == begun
    assert store.dialogues.get(8) is None
    store.dialogues.drop(7)
    assert store.dialogues.get(7) is None


def test_a_flag_is_one_text_under_one_name(store: Store, engine: Engine) -> None:
    assert store.flags.get("latch") is None
    store.flags.put("latch", "on")
    store.flags.put("latch", "since noon")
    store.flags.put("other", "x")

    assert Store(engine).flags.get("latch") == "since noon"
    assert store.flags.those(("latch", "nowhere")) == {"latch": "since noon"}
    store.flags.drop("latch")
    assert (store.flags.get("latch"), store.flags.get("other")) == (None, "x")


def test_a_flag_and_what_is_said_of_it_are_kept_both_or_neither(store: Store) -> None:
    good = outgoing(7, {"text": "No buys for now."}, "one", NOW)
    bad = outgoing(7, {"text": object()}, "two", NOW)
    with pytest.raises(TypeError):
        store.flags.put_telling("latch", "on", [good, bad])
    assert (store.flags.get("latch"), store.outbox.due(NOW, 9)) == (None, [])

    store.flags.put_telling("latch", "on", [good])
    assert store.flags.get("latch") == "on"
    assert [each.body["text"] for each in store.outbox.due(NOW, 9)] == ["No buys for now."]
