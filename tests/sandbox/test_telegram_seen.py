"""What a chat page draws: ticks, signs of work, formatting, the sides of pictures, the menu.

May import: sandbox.
"""

import struct

import httpx
import pytest
from telegram import BotCommand

from piggybot.sandbox.person import RemotePerson
from piggybot.sandbox.telegram_files import sides
from piggybot.sandbox.telegram_shown import NoButton
from tests.pictures import png
from tests.sandbox.telegram_world import World, buttons, running

pytestmark = pytest.mark.anyio


async def get(world: World, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=world.server.url, verify=False) as http:
        return await http.get(path)


async def test_a_message_gets_its_second_tick_when_the_bot_has_confirmed_it() -> None:
    async with running() as world:
        said = await world.ann.say("/status")
        (update,) = await world.bot.get_updates()
        assert not world.ann.messages[0].taken, "handed out is not yet confirmed"

        await world.bot.get_updates(offset=update.update_id + 1)
        assert world.ann.messages[0].taken
        taken = world.ann.events(0)[-1]
        assert taken.shown is not None
        assert (taken.kind, taken.shown.message_id) == ("taken", said)


async def test_work_and_the_answer_to_a_press_are_seen_without_a_message() -> None:
    async with running() as world:
        sent = await world.bot.send_message(1001, "Sure?", reply_markup=buttons("Yes", "Yes"))
        await world.bot.send_chat_action(1001, "typing")
        query = await world.ann.press_number(sent.message_id, 1)
        await world.bot.answer_callback_query(query)

        told = [(one.kind, one.text) for one in world.ann.events(0)[1:]]
        assert told == [("action", "typing"), ("answer", query)]
        assert world.ann.alerts == []
        with pytest.raises(NoButton, match="has no button 2"):
            await world.ann.press_number(sent.message_id, 2)


async def test_formatting_is_told_as_entities_and_survives_the_wire() -> None:
    async with running() as world, RemotePerson(world.server.url, 1001, "Ann") as ann:
        await world.bot.send_message(1001, "🐷 <b>1 &lt; 2</b>", parse_mode="HTML")
        (shown,) = await ann.messages()
        assert shown.text == "🐷 1 < 2"
        assert shown.entities == ({"type": "bold", "offset": 3, "length": 5},)


async def test_a_file_is_fetched_by_its_id_and_its_bytes_stay_out_of_a_bare_chat() -> None:
    async with running() as world:
        await world.bot.send_photo(1001, png(40, 30), filename="chart.png")
        (message,) = (await get(world, "/sandbox/chat/1001/messages?bare=1")).json()["messages"]
        assert message["document"] is None
        file = message["file"]
        assert file == {"id": file["id"], "size": len(png(40, 30)), "width": 40, "height": 30}
        assert (await get(world, f"/sandbox/file/{file['id']}")).content == png(40, 30)
        assert (await get(world, "/sandbox/file/file9")).status_code == 404

        (event,) = (await get(world, "/sandbox/chat/1001?since=0&bare=1")).json()["events"]
        assert event["message"] == message


def test_the_sides_of_a_jpeg_are_read_and_of_nothing_are_none() -> None:
    other = b"\xff\xe0" + struct.pack(">H", 4) + b"xx"
    frame = b"\xff\xc0" + struct.pack(">HBHH", 11, 8, 30, 40)
    assert sides(b"\xff\xd8" + other + frame + b"\0" * 8) == (40, 30)
    assert sides(b"\xff\xd8\xff\xd9") == (0, 0)
    assert sides(b"GIF89a") == (0, 0)


async def test_the_menu_and_whether_telegram_is_down_are_told_and_a_name_is_kept() -> None:
    async with running() as world:
        await world.bot.set_my_commands([BotCommand("stop", "Stop everything")])
        world.telegram.down()
        state = (await get(world, "/sandbox/telegram")).json()
        assert state["down"] is True
        assert state["bot"]["username"] == "PiggySandboxBot"
        assert state["commands"] == [{"command": "stop", "description": "Stop everything"}]

        await get(world, "/sandbox/chat/1009/messages?name=Bob")
        assert world.telegram.person(1009).name == "Bob"


async def test_a_message_that_is_sent_again_under_its_mark_is_one_message() -> None:
    async with running() as world, RemotePerson(world.server.url, 1001, "Ann") as ann:
        first = await ann.say("/testbuy 2", random_id="r1")
        assert await ann.say("/testbuy 2", random_id="r1") == first
        assert await ann.say("/testbuy 2", random_id="r2") != first
        assert [one.random_id for one in await ann.messages()] == ["r1", "r2"]
        assert len(await world.bot.get_updates()) == 2
