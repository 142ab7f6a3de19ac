"""Delivery out: at least once, in order, by importance, as fast as Telegram allows.

May import: chat, core, sandbox, store.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from piggybot.chat.pace import Meter, Pace
from piggybot.core.mail import File, Outgoing
from tests.bot.door_world import OWNER, DoorWorld, door_world

pytestmark = pytest.mark.anyio


async def _ready(world: DoorWorld) -> None:
    await world.ann.say("/help")
    await world.ann.expect("/testbuy", timeout=3)
    world.ann.read()


def _texts(world: DoorWorld) -> list[str]:
    return [one.text for one in world.ann.read()]


async def test_letters_of_a_chat_keep_their_order_and_importance_goes_first(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        letters = [world.letter(f"n{number}") for number in range(4)]
        await world.post(*letters, world.letter("filled after 1 h 40 s", priority=1))
        await world.delivered()
        assert _texts(world) == [
            "filled after 1\N{NO-BREAK SPACE}h 40\N{NO-BREAK SPACE}s",
            "n0",
            "n1",
            "n2",
            "n3",
        ]


async def test_a_flood_is_waited_for_over_a_restart_and_nothing_is_lost(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        world.telegram.flood_next(1, 1)
        await world.post(world.letter("first"), world.letter("second"))
        async with asyncio.timeout(3):
            while world.store.outbox.held(OWNER) is None:
                await asyncio.sleep(0.01)
        await world.crash()
        until = world.store.outbox.held(OWNER)
        await world.begin()
        await world.delivered()
        assert until is not None and world.clock() >= until
        assert _texts(world) == ["first", "second"]
        sent = [call.status for call in world.telegram.calls("sendMessage")]
        assert sent.count(429) == 1


async def _hand_over(world: DoorWorld, *letters: Outgoing) -> None:
    kept = await world.house.door(world.store.outbox.add, list(letters))
    world.house.notifier.wake(kept)


async def test_what_is_handed_over_goes_unread_where_nothing_else_waits(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.post(world.letter("rung for"))
        await world.delivered()
        while world.bot._sender._sending:
            await asyncio.sleep(0.01)

        def unreadable(now: datetime, limit: int) -> list[Outgoing]:
            raise OSError("it need not be read")

        world.store.outbox.due = unreadable  # type: ignore[method-assign]
        world.bot._sender._swept_at = asyncio.get_running_loop().time() + 60
        await _hand_over(world, world.letter("handed over"))
        await world.ann.expect("handed over", timeout=3)


async def test_what_is_handed_over_waits_for_what_stands_before_it(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.delivered()
        world.telegram.drop_next_request("sendMessage", 1)
        await world.post(world.letter("first"))
        await _hand_over(world, world.letter("second"), world.letter("urgent", priority=0))
        await _hand_over(world, world.letter("third"))
        await world.delivered()
        texts = _texts(world)
        assert [one for one in texts if one != "urgent"] == ["first", "second", "third"]
        assert "urgent" in texts


async def test_what_is_handed_over_after_a_start_waits_for_an_earlier_hold(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.delivered()
        await world.crash()
        until = world.clock() + timedelta(seconds=1)
        world.store.outbox.hold(OWNER, until)
        await world.begin()
        await _hand_over(world, world.letter("patient"))
        await world.ann.expect("patient", timeout=4)
        assert world.clock() >= until


@pytest.mark.parametrize("way", ["lose_next_answer", "drop_next_request"])
async def test_a_lost_answer_is_sent_again_and_keeps_the_order(tmp_path: Path, way: str) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        getattr(world.telegram, way)("sendMessage", 1)
        await world.post(world.letter("first"), world.letter("second"))
        await world.delivered()
        texts = _texts(world)
        assert list(dict.fromkeys(texts)) == ["first", "second"]
        assert len(texts) == (3 if way == "lose_next_answer" else 2)


async def test_a_server_error_is_tried_again(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        world.telegram.fail_next("sendMessage", 502, "Bad Gateway", 2)
        await world.post(world.letter("after all"))
        await world.delivered()
        assert _texts(world) == ["after all"]


async def test_formatting_that_cannot_be_read_goes_as_plain_text(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.post(world.letter("<b>Filled 1 &lt; 2 <i>broken</b>"))
        await world.delivered()
        assert _texts(world) == ["Filled 1 < 2 broken"]


async def test_a_text_that_is_too_long_comes_whole_as_a_file(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.post(world.letter("<b>" + "ä" * 5000 + "</b>"))
        await world.delivered()
        (shown,) = world.ann.read()
        assert shown.document == ("ä" * 5000).encode()


async def test_one_who_blocked_the_bot_is_given_up_and_others_go_on(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        world.bob.open()
        world.ann.block()
        await world.post(world.letter("lost"), world.letter("to bob", chat_id=world.bob.id))
        await world.bob.expect("to bob", timeout=3, since=0)
        await world.delivered()
        world.ann.unblock()
        await world.post(world.letter("again"))
        await world.delivered()
        assert _texts(world) == ["again"]


async def test_an_edit_that_changes_nothing_is_done_and_a_lost_message_comes_anew(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.post(world.letter("⏳ waiting"))
        await world.delivered()
        (shown,) = world.ann.read()
        edit = world.letter("", kind="edit")
        for text, message_id in (("⏳ waiting", shown.message_id), ("✅ anew", 987654)):
            body = {"text": text, "message_id": message_id}
            await world.post(replace(edit, body=body, dedupe=text))
        await world.delivered()
        assert _texts(world) == ["✅ anew"]


async def test_the_mode_is_pinned_edited_and_made_anew_when_lost(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.post(world.letter("📝 PAPER", kind="mode"))
        await world.delivered()
        await world.post(world.letter("🔴 LIVE", kind="mode"))
        await world.delivered()
        (pinned,) = world.ann.pinned
        assert (pinned.text, pinned.edits) == ("🔴 LIVE", 1)
        await world.post(
            world.letter("", kind="delete", body={"message_id": pinned.message_id}),
            world.letter("", kind="delete", body={"message_id": 999}),
        )
        await world.delivered()
        await world.post(world.letter("🛑 HALTED", kind="mode"))
        await world.delivered()
        (anew,) = (one for one in world.ann.pinned if not one.deleted)
        assert anew.text == "🛑 HALTED" and anew.message_id != pinned.message_id


async def test_a_document_comes_with_its_caption(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        file = File("trades.csv", b"a,b\n1,2\n")
        await world.post(world.letter("<b>Trades</b>", kind="document", file=file))
        await world.delivered()
        (shown,) = world.ann.read()
        assert (shown.document, shown.document_name, shown.text) == (
            b"a,b\n1,2\n",
            "trades.csv",
            "Trades",
        )


async def test_a_letter_that_never_gets_an_answer_holds_up_the_rest_only_for_a_while(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await _ready(world)
        await world.crash()
        world.timing = replace(world.timing, pace=Pace(50, 50, 100, 0.005, 0.02))
        await world.begin()
        world.telegram.fail_next("sendDocument", 500, "Internal Server Error", 40)
        stuck = world.letter("", kind="document", file=File("a.txt", b"a"))
        await world.post(stuck, world.letter("behind"))
        await world.ann.expect("behind", timeout=4)


def test_five_at_once_then_one_a_second_and_thirty_over_all() -> None:
    meter = Meter(Pace())
    for _ in range(5):
        assert meter.wait(1, 100.0) == 0
        meter.take(1)
    assert meter.wait(1, 100.0) == pytest.approx(1.0)
    assert meter.wait(1, 101.0) == 0
    assert meter.wait_urgent(101.0) == 0
    for chat in range(2, 40):
        meter.take(chat)
    assert meter.wait_urgent(101.0) > 0
