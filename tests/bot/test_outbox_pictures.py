"""Pictures, edits in place, progress, and the sign that somebody works: what a chat then shows.

May import: chat, core, sandbox, store.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from piggybot.chat.ask import Ask, Reply
from piggybot.core.mail import File
from piggybot.sandbox.telegram_shown import Shown
from tests.bot.door_world import OWNER, DoorWorld, door_world, fresh_id
from tests.pictures import png

pytestmark = pytest.mark.anyio


async def _ready(world: DoorWorld) -> None:
    await world.ann.say("/help")
    await world.ann.expect("/testbuy", timeout=3)
    world.ann.read()


def _shown(world: DoorWorld) -> Shown:
    """The only new message."""
    (shown,) = world.ann.read()
    return shown


def _ask(world: DoorWorld, clock: Any = None) -> Ask:
    person = world.store.people.find(OWNER)
    assert person is not None
    house = world.house if clock is None else replace(world.house, clock=clock)
    return Ask(person, "chart", (), f"m{OWNER}:{fresh_id()}", 1, world.clock(), house)


async def test_a_picture_comes_with_its_words_and_buttons(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await _ask(world).say(Reply("<b>BTC/USDT</b> 1h", photo=File("chart.png", png())))
        await world.delivered()
        shown = _shown(world)
        assert (shown.kind, shown.text, shown.document) == ("photo", "BTC/USDT 1h", png())


async def test_words_that_are_too_long_for_a_caption_come_whole_after_the_picture(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await _ask(world).say(Reply("<b>" + "ä" * 1025 + "</b>", photo=File("chart.png", png())))
        await world.delivered()
        picture, words = world.ann.read()
        assert (picture.document, picture.text, words.text) == (png(), "", "ä" * 1025)


async def test_a_picture_that_telegram_does_not_take_comes_as_a_file(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        broken = File("chart.png", b"no picture")
        await _ask(world).say(Reply("a &lt; b <i>broken", photo=broken))
        await world.delivered()
        shown = _shown(world)
        assert (shown.kind, shown.document, shown.text) == (
            "document",
            b"no picture",
            "a < b broken",
        )


async def test_progress_is_one_message_and_the_result_takes_its_place(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        times = [world.clock() - timedelta(minutes=1)]
        ask = _ask(world, lambda: times[-1])
        for done in range(5):
            await ask.progress(f"{done} of 5")
            await world.delivered()
            times.append(times[-1] + timedelta(seconds=1))
        assert world.ann.last.text == "4 of 5"
        assert world.ann.last.edits == 2, "a calm pace: not each call is told"
        await ask.say(Reply("done", photo=File("chart.png", png()), edits=ask.progress_key))
        await world.delivered()
        shown = _shown(world)
        assert (shown.kind, shown.text, shown.document) == ("photo", "done", png())
        again = Reply("new words", edits=ask.progress_key)
        await ask.say(again)
        await world.delivered()
        assert (world.ann.last.text, world.ann.last.document) == ("new words", png())
        assert world.ann.last.message_id == shown.message_id


async def test_quick_work_has_no_progress_and_its_result_is_a_new_message(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        ask = _ask(world)
        await ask.say(Reply("done", edits=ask.progress_key))
        await world.delivered()
        assert _shown(world).text == "done"


async def test_an_edit_of_a_message_that_was_deleted_makes_one_new_message_not_many(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        (key,) = await _ask(world).say(Reply("card 1"))
        await world.delivered()
        gone = _shown(world).message_id
        await world.post(world.letter("", kind="delete", body={"message_id": gone}))
        await world.delivered()
        for number in (2, 3):
            await _ask(world).say(Reply(f"card {number}", edits=key))
            await world.delivered()
        shown = _shown(world)
        assert (shown.text, shown.edits) == ("card 3", 1)


async def test_an_edit_that_overtakes_its_letter_waits_for_it(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        world.telegram.fail_next("sendMessage", 502, "Bad Gateway", 3)
        edit = world.letter("filled", kind="edit", edits="card", priority=1)
        await world.post(world.letter("waiting", dedupe="card"), edit)
        await world.delivered()
        shown = _shown(world)
        assert (shown.text, shown.edits) == ("filled", 1)


async def test_a_crash_between_does_not_tell_an_edit_twice(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        (key,) = await _ask(world).say(Reply("card", photo=File("a.png", png())))
        await world.delivered()
        world.telegram.lose_next_answer("editMessageMedia", 1)
        await _ask(world).say(Reply("card 2", photo=File("a.png", png(grey=9)), edits=key))
        async with asyncio.timeout(3):
            while not world.telegram.calls("editMessageMedia"):
                await asyncio.sleep(0.01)
        await world.crash()
        await world.begin()
        await world.delivered()
        shown = _shown(world)
        assert (shown.text, shown.document) == ("card 2", png(grey=9))


async def test_work_that_takes_long_shows_that_somebody_types(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        assert not world.telegram.calls("sendChatAction"), "quick work shows nothing"
        await world.crash()
        world.timing = replace(world.timing, busy=0.05)
        await world.begin()
        released = asyncio.Event()
        honest = world.broker.balance

        async def slow(*given: Any) -> Any:
            await released.wait()
            return await honest(*given)

        world.broker.balance = slow  # type: ignore[method-assign]
        world.telegram.fail_next("sendChatAction", 502, "Bad Gateway", 1)
        for _ in range(2):
            await world.ann.say("/balance")
            async with asyncio.timeout(3):
                before = len(world.telegram.calls("sendChatAction"))
                while len(world.telegram.calls("sendChatAction")) == before:
                    await asyncio.sleep(0.01)
            released.set()
            await world.ann.expect("Total:", timeout=3)
            released.clear()
        assert [one.params["action"] for one in world.telegram.calls("sendChatAction")] == [
            "typing",
            "typing",
        ]


@pytest.mark.parametrize(
    ("down", "result"), [(False, "Total:"), (True, "❌ The trading service cannot be reached.")]
)
async def test_work_that_takes_longer_says_so_and_its_result_takes_the_place(
    tmp_path: Path, down: bool, result: str
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.crash()
        world.timing = replace(world.timing, busy=0.02, still=0.02)
        await world.begin()
        released = asyncio.Event()
        honest = world.broker.balance

        async def slow(*given: Any) -> Any:
            await released.wait()
            world.broker.down = down
            return await honest(*given)

        world.broker.balance = slow  # type: ignore[method-assign]
        await world.ann.say("/balance")
        waits = await world.ann.expect("⏳ I am asking for your balances …", timeout=3)
        assert world.telegram.calls("sendChatAction")
        released.set()
        shown = await world.ann.expect(result, timeout=3)
        assert (shown.message_id, shown.edits) == (waits.message_id, 1)


async def test_work_that_a_crash_ended_does_not_seem_to_go_on_for_ever(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.crash()
        world.timing = replace(world.timing, busy=0.02, still=0.02)
        await world.begin()
        honest, never = world.broker.balance, asyncio.Event()

        async def hanging(*_: Any) -> Any:
            await never.wait()

        world.broker.balance = hanging  # type: ignore[method-assign]
        await world.ann.say("/balance")
        waits = await world.ann.expect("⏳ I am asking for your balances …", timeout=3)
        await world.crash()
        world.broker.balance = honest  # type: ignore[method-assign]
        await world.begin()
        told = await world.ann.expect("🔁 I was interrupted here and have begun again", timeout=3)
        answer = await world.ann.expect("Total: $10,000.00", timeout=3)
        assert told.message_id == waits.message_id < answer.message_id
        await world.crash()
        await world.begin()
        await world.delivered()
        assert sum("🔁" in one.text for one in world.ann.messages) == 1, "told once"
        assert not [one for one in world.ann.messages if "⏳" in one.text]


async def test_files_come_below_what_was_said_of_their_making(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        ask = _ask(world)
        ask.waits("⏳ I am writing your files …")
        await ask.still()
        await ask.say(Reply("trades", document=File("trades.csv", b"1")))
        await ask.still()
        await world.delivered()
        assert [(one.text, one.document) for one in world.ann.messages[-2:]] == [
            ("✅ Your files are below.", None),
            ("trades", b"1"),
        ]


async def test_what_was_answered_meanwhile_is_not_said_to_go_on(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        ask = _ask(world)
        ask.waits("⏳ I am adding up …")
        await ask.say(Reply("first"), Reply("second"))
        await ask.still()
        await world.delivered()
        assert [one.text for one in world.ann.read()] == ["first", "second"]


async def test_a_card_in_the_place_of_progress_can_be_edited_by_its_own_key(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        ask = _ask(world)
        ask.waits("⏳ I am fetching the candles …")
        await ask.still()
        await ask.say(Reply("1h", photo=File("a.png", png()), key="chart"))
        await _ask(world).say(Reply("4h", photo=File("a.png", png(grey=9)), edits="chart"))
        await world.delivered()
        [shown] = world.ann.read()
        assert (shown.text, shown.document, shown.edits) == ("4h", png(grey=9), 2)
