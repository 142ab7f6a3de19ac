"""Who gets in: everything else is silence, and nothing is done.

May import: chat, sandbox, store.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from piggybot.chat import refusals
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.sandbox.telegram import Call
from piggybot.store import Person
from tests.bot.door_world import MEMBER, OWNER, STRANGER, DoorWorld, door_world

pytestmark = pytest.mark.anyio
GROUP = -500


async def _settled(world: DoorWorld) -> None:
    """Everything that was sent before has been looked at."""
    await world.ann.say("/marker")
    await world.ann.expect("I do not know /marker", timeout=3)


async def _offer(world: DoorWorld, action: str = "resume") -> None:
    """Ann gets a message with one button, Go."""
    await _settled(world)
    person = world.store.people.find(OWNER)
    assert person is not None
    ask = Ask(person, "x", (), "m1001:9000", 9000, world.clock(), world.house)
    await ask.say(Reply("Shall I?", ((Button("Go", action),),)))
    await world.ann.expect("Shall I?", timeout=3)


@pytest.mark.parametrize("how", [{"forwarded": True}, {"via_bot": True}, {"sender_chat": True}])
async def test_an_odd_message_of_the_owner_is_not_heard(
    tmp_path: Path, how: dict[str, bool]
) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/bogus", **how)
        await _settled(world)
        assert not any("/bogus" in one.text for one in world.ann.messages if one.from_bot)


async def test_an_edited_command_is_not_a_command(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        first = await world.ann.say("/one")
        await world.ann.expect("/one", timeout=3)
        await world.ann.edit(first, "/bogus")
        await _settled(world)
        assert not any("/bogus" in one.text for one in world.ann.messages if one.from_bot)


async def test_groups_and_channels_are_not_heard_even_with_the_owner_in_them(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        world.telegram.group(GROUP, "Friends")
        await world.ann.say("/bogus", chat=GROUP)
        await world.ann.say("/bogus", chat=GROUP, sender_chat=True)
        await world.telegram.channel_post(-700, "News", "/bogus")
        await _settled(world)
        assert not any(call.params["chat_id"] in (GROUP, -700) for call in _sent(world))
        with world.engine.connect() as db:
            assert db.exec_driver_sql("select count(*) from inbox").scalar_one() == 1


async def test_a_stranger_gets_one_sentence_an_hour_for_start_and_else_silence(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await world.eve.say("/status")
        await world.eve.say("hello")
        await world.eve.say("/start")
        await world.eve.expect(refusals.STRANGER, timeout=3)
        await world.eve.say("/start")
        await world.eve.say("/start 123456")
        await _settled(world)
        assert len(world.eve.read()) == 1
        world.skew = timedelta(minutes=61)
        await world.eve.say("/start")
        await world.eve.expect(refusals.STRANGER, timeout=3)
        assert world.store.people.find(STRANGER) is None


async def test_a_member_is_joined_at_the_first_message(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.bob.say("/help")
        await world.bob.expect("/testbuy", timeout=3)
        bob, ann = world.store.people.find(MEMBER), world.store.people.find(OWNER)
        assert bob is not None and not bob.owner and ann is None


async def test_one_who_is_listed_no_longer_is_a_stranger_again(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.bob.say("/help")
        await world.bob.expect("/testbuy", timeout=3)
        await world.delivered()
        await world.crash()
        world._given["member_ids"] = ()
        await world.begin()
        world.bob.read()
        await world.bob.say("/help")
        await _settled(world)
        assert world.bob.read() == []


async def test_who_the_settings_name_is_the_owner_and_nobody_else(tmp_path: Path) -> None:
    async with door_world(tmp_path, telegram_chat_id=MEMBER, member_ids=(OWNER,)) as world:
        before = Person(OWNER, OWNER, "Ann", True, "user-ann", "binanceus")
        world.store.people.join(before)
        world.store.people.join(replace(before, id=MEMBER, chat_id=MEMBER, owner=False))
        await world.ann.say("/help")
        await world.ann.expect("/testbuy", timeout=3)
        await world.bob.say("/help")
        await world.bob.expect("/testbuy", timeout=3)
        ranks = {one.id: one.owner for one in world.store.people.everyone()}
        assert ranks == {OWNER: False, MEMBER: True}


async def test_the_owner_pairs_by_code_and_five_wrong_tries_burn_it(tmp_path: Path) -> None:
    async with door_world(tmp_path, telegram_chat_id=None) as world:
        world.store.pairing.open_code("482913", world.clock() + timedelta(minutes=10))
        await world.eve.say("/start 111111")
        await world.eve.expect("Tries left: 4", timeout=3)
        await world.ann.say("/start 482913")
        await world.ann.expect("", timeout=3)
        ann = world.store.people.find(OWNER)
        assert ann is not None and ann.owner
        await world.eve.say("/start 482913")
        await _settled(world)
        assert world.store.people.find(STRANGER) is None


async def test_five_wrong_codes_burn_the_right_one(tmp_path: Path) -> None:
    async with door_world(tmp_path, telegram_chat_id=None) as world:
        world.store.pairing.open_code("482913", world.clock() + timedelta(minutes=10))
        for guess in range(5):
            await world.eve.say(f"/start 00000{guess}")
        await world.eve.expect(refusals.CODE_BURNT, timeout=3, since=0)
        await world.ann.say("/start 482913")
        await world.ann.expect(refusals.STRANGER, timeout=3)
        assert world.store.people.everyone() == []


async def test_a_press_counts_once_and_its_button_goes(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _offer(world, "start")
        world.telegram.duplicate_next_update(1)
        await world.ann.press("Go")
        await world.ann.press_again()
        while refusals.PRESS_USED not in world.ann.alerts:
            await world.telegram.chats.bell.wait(3)
        await _settled(world)
        with world.engine.connect() as db:
            presses = db.exec_driver_sql("select count(*) from inbox where kind='press'")
            assert presses.scalar_one() == 1
        shown = next(one for one in world.ann.messages if one.text == "Shall I?")
        assert shown.buttons == ()


async def test_a_press_too_late_does_nothing_and_says_so(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _offer(world)
        world.skew = timedelta(seconds=61)
        await world.ann.press("Go")
        await world.ann.expect(refusals.PRESS_EXPIRED, timeout=3)


async def test_a_strangers_press_does_nothing_and_leaves_the_button_good(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _offer(world, "start")
        await world.bob.say("/help")
        await world.bob.expect("/testbuy", timeout=3)
        await world.eve.press("Go", chat=OWNER)
        await world.bob.press("Go", chat=OWNER)
        await _settled(world)
        assert [one.text for one in world.telegram.answers] == [refusals.PRESS_NOT_YOURS] * 2
        await world.ann.press("Go")
        await _settled(world)
        with world.engine.connect() as db:
            assert db.exec_driver_sql("select used from buttons limit 1").scalar_one() == 1


async def test_a_press_that_a_crash_interrupted_is_finished(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _offer(world, "start")
        await world.crash()
        with world.engine.begin() as db:
            nonce = db.exec_driver_sql("select nonce from buttons").scalar_one()
            db.exec_driver_sql("update buttons set used=1")
            now = int(world.clock().timestamp() * 1000)
            body = f'{{"nonce": "{nonce}", "message_id": 1}}'
            db.exec_driver_sql(
                "insert into inbox(key,chat_id,person_id,kind,body,sent_at,arrived,done)"
                " values (?,?,?,'press',?,?,?,0)",
                (f"b{OWNER}:{nonce}", OWNER, OWNER, body, now, now),
            )
        world.ann.now()
        await world.begin()
        told = await world.ann.expect("", timeout=3)
        assert refusals.PRESS_USED not in told.text


@pytest.mark.parametrize("text", ["/testbuy 2", "/buy 5 BTC/USDT", "/sell all BTC/USDT"])
async def test_an_old_command_that_moves_money_is_refused(tmp_path: Path, text: str) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say(text, age=3725)
        await world.ann.expect("1 h 2 min after you sent it", timeout=3)
        assert world.broker.posts == []


async def test_a_stop_of_any_age_is_obeyed(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/stop", age=86000)
        await world.ann.expect("", timeout=3)
        assert "stop" in world.broker.calls


def _sent(world: DoorWorld) -> list[Call]:
    return list(world.telegram.calls("sendMessage"))
