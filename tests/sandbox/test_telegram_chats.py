"""What a person sees and does: reading, pressing, strangers, groups, pins and documents.

May import: sandbox.
"""

import asyncio

import pytest
from telegram import BotCommand, Update
from telegram.constants import ChatType

from piggybot.sandbox.person import RemotePerson
from piggybot.sandbox.telegram_shown import NoButton, NotSeen
from tests.sandbox.telegram_world import buttons, refusal, running

pytestmark = pytest.mark.anyio


async def test_a_person_reads_text_as_shown_with_its_buttons_and_reply() -> None:
    async with running() as world:
        asked = await world.ann.say("/status")
        await world.bot.send_message(
            1001,
            "📝 <b>PAPER</b> &amp; fine",
            parse_mode="HTML",
            reply_markup=buttons("Buy", "Stop"),
            reply_to_message_id=asked,
        )
        (shown,) = world.ann.read()
        assert shown.text == "📝 PAPER & fine"
        assert shown.html == "📝 <b>PAPER</b> &amp; fine"
        assert (shown.labels, shown.reply_to) == (("Buy", "Stop"), asked)
        assert world.ann.read() == []


async def test_an_edit_is_seen_and_counted_and_ends_the_buttons() -> None:
    async with running() as world:
        sent = await world.bot.send_message(1001, "⏳ waiting", reply_markup=buttons("Yes"))
        await world.bot.edit_message_text("✅ done", 1001, sent.message_id)
        assert (await world.ann.expect("done", timeout=1, since=0)).edits == 1
        assert world.ann.last.labels == ()
        with pytest.raises(NoButton):
            await world.ann.press("Yes")
        await world.ann.press_again("Yes")
        (press,) = await world.bot.get_updates()
        assert press.callback_query and press.callback_query.data == "d:Yes"


async def test_expect_waits_for_what_comes_and_tells_what_came_instead() -> None:
    async with running() as world:
        await world.bot.send_message(1001, "FILLED long ago")
        await world.ann.say("/testbuy 2")
        waiting = asyncio.create_task(world.ann.expect("FILLED", timeout=5))
        await world.bot.send_message(1001, "working on it")
        await asyncio.sleep(0.02)
        assert not waiting.done()
        await world.bot.send_message(1001, "FILLED now")
        assert (await waiting).text == "FILLED now"
        with pytest.raises(NotSeen, match="working on it"):
            await world.ann.expect("never said", timeout=0.05)


async def test_a_button_is_found_by_its_label_or_a_part_that_only_one_has() -> None:
    async with running() as world:
        await world.bot.send_message(1001, "old", reply_markup=buttons("✅ Confirm"))
        await world.bot.send_message(1001, "new", reply_markup=buttons("✅ Confirm", "Go", "Go on"))
        for label in ("Confirm", "Go"):
            await world.ann.press(label)
        with pytest.raises(NoButton, match="several"):
            await world.ann.press("o")
        with pytest.raises(NoButton, match="Cancel"):
            await world.ann.press("Cancel")
        presses = [one.callback_query for one in await world.bot.get_updates()]
        assert [one and (one.data, one.message and one.message.message_id) for one in presses] == [
            ("d:✅ Confirm", world.ann.last.message_id),
            ("d:Go", world.ann.last.message_id),
        ]


async def test_a_double_press_and_a_strangers_press_are_presses_of_their_own() -> None:
    async with running() as world:
        bob = world.telegram.person(1002, "Bob")
        await world.bot.send_message(1001, "Sure?", reply_markup=buttons("Yes"))
        await world.ann.press("Yes")
        await world.ann.press_again()
        await bob.press("Yes", chat=1001)
        presses = [one.callback_query for one in await world.bot.get_updates()]
        assert len({one.id for one in presses if one}) == 3
        assert [one.from_user.id for one in presses if one] == [1001, 1001, 1002]


async def test_unusual_messages_look_unusual() -> None:
    async with running() as world:
        world.telegram.group(-100500, "Friends")
        said = await world.ann.say("/testbuy 2", age=90)
        await world.ann.edit(said, "/testbuy 3")
        await world.ann.say("/testbuy 2", forwarded=True)
        await world.ann.say("/testbuy 2", via_bot=True)
        await world.ann.say("/testbuy 2", sender_chat=True)
        await world.ann.say("/testbuy 2", chat=-100500)
        await world.ann.say("/testbuy 2", chat=-100500, sender_chat=True)
        await world.telegram.channel_post(-100600, "News", "/testbuy 2")
        got: tuple[Update, ...] = await world.bot.get_updates()
        plain, edited, forwarded, via, sender, group, anonymous, channel = got
        assert plain.message and (world.clock() - plain.message.date).total_seconds() == 90
        assert edited.edited_message and edited.edited_message.text == "/testbuy 3"
        assert forwarded.message and forwarded.message.forward_origin
        assert via.message and via.message.via_bot
        assert sender.message and sender.message.sender_chat
        assert group.message and group.message.chat.type is ChatType.SUPERGROUP
        assert anonymous.message and anonymous.message.from_user
        assert anonymous.message.from_user.id == 1087968824
        assert channel.channel_post and channel.channel_post.from_user is None


async def test_a_pinned_message_stays_pinned_while_it_is_edited() -> None:
    async with running() as world:
        sent = await world.bot.send_message(1001, "📝 PAPER")
        await world.bot.pin_chat_message(1001, sent.message_id)
        await world.bot.edit_message_text("🔴 LIVE", 1001, sent.message_id)
        assert [one.text for one in world.ann.pinned] == ["🔴 LIVE"]
        chat = await world.bot.get_chat(1001)
        assert chat.pinned_message and chat.pinned_message.message_id == sent.message_id
        (notice,) = await world.bot.get_updates()
        assert notice.message and notice.message.pinned_message
        await world.bot.unpin_chat_message(1001)
        assert world.ann.pinned == []
        problem = await refusal(world.bot.unpin_chat_message(1001))
        assert str(problem) == "Message to unpin not found"


async def test_documents_arrive_byte_for_byte() -> None:
    async with running() as world:
        data = b"time,side\r\n--boundary\r\n\x00\xff\xe2\x82\xac\r\n"
        sent = await world.bot.send_document(
            1001, data, filename="trades.csv", caption="<b>all</b>", parse_mode="HTML"
        )
        assert sent.document and sent.document.file_name == "trades.csv"
        shown = await world.ann.expect("all", timeout=1, since=0)
        assert (shown.document_name, shown.document) == ("trades.csv", data)
        file = await world.bot.get_file(sent.document.file_id)
        assert bytes(await file.download_as_bytearray()) == data
        again = await world.bot.send_document(1001, sent.document.file_id)
        assert again.document and again.document.file_size == len(data)


async def test_the_menu_and_the_journal_keep_what_was_sent() -> None:
    async with running() as world:
        menu = [BotCommand("stop", "Stop everything"), BotCommand("help", "What I can do")]
        await world.bot.set_my_commands(menu)
        assert list(await world.bot.get_my_commands()) == menu
        await world.bot.delete_my_commands()
        assert await world.bot.get_my_commands() == ()
        await world.bot.set_my_description("A bot")
        await world.bot.send_chat_action(1001, "typing")
        assert world.telegram.calls("sendChatAction")[0].params["action"] == "typing"
        assert world.telegram.calls("setMyCommands")[0].at == world.clock()


async def test_a_person_in_another_process_says_presses_and_expects_over_http() -> None:
    async with running() as world, RemotePerson(world.server.url, 1003, "Cid") as cid:
        said = await cid.say("/start")
        (update,) = await world.bot.get_updates()
        assert update.message and update.message.message_id == said
        assert update.message.from_user and update.message.from_user.first_name == "Cid"

        waiting = asyncio.create_task(cid.expect("Sure", timeout=5))
        await asyncio.sleep(0.02)
        await world.bot.send_message(
            1003, "<b>Sure?</b>", parse_mode="HTML", reply_markup=buttons("✅ Yes")
        )
        assert (await waiting).labels == ("✅ Yes",)
        await cid.press("Yes")
        with pytest.raises(NoButton, match="Perhaps"):
            await cid.press("Perhaps")
        press = (await world.bot.get_updates(offset=update.update_id + 1))[0].callback_query
        assert press and press.data == "d:✅ Yes"
        await world.bot.answer_callback_query(press.id, "Fine")
        await world.bot.send_document(1003, b"a,b", filename="x.csv")
        await world.bot.delete_message(1003, said)

        _, events = await cid.events(cid.mark)
        kinds = [one.kind for one in events]
        assert kinds == ["taken", "answer", "alert", "document", "delete"]
        assert [one.text for one in await cid.read()] == ["Sure?", ""]
        assert (await cid.messages())[0].deleted
        with pytest.raises(NotSeen):
            await cid.expect("nothing more", timeout=0.05)


async def test_an_outage_is_switched_over_http_while_people_go_on() -> None:
    async with running() as world, RemotePerson(world.server.url, 1001, "Ann") as ann:
        await ann.switch(down=True)
        await ann.say("/stop")
        await refusal(world.bot.get_updates())
        await ann.switch(down=False)
        (update,) = await world.bot.get_updates()
        assert update.message and update.message.text == "/stop"
