"""What the page's server does: chats, several people, presses, files, switches, and its refusals.

May import: page.
"""

import pytest
from telegram import BotCommand

from piggybot.page.border import Who
from piggybot.page.people import BadName, People
from tests.page.page_world import YOU, page_world
from tests.pictures import png
from tests.sandbox.telegram_world import buttons

pytestmark = pytest.mark.anyio

HOSTILE = '<img src=x onerror="alert(1)">.html'


async def test_what_is_typed_arrives_once_however_often_it_is_sent():
    async with page_world() as world:
        for _ in range(2):
            assert (await world.post("say", text="/testbuy 2", random_id="r1")).status_code == 200
        (update,) = await world.bot.get_updates()
        assert update.message and update.message.text == "/testbuy 2"
        (message,) = (await world.chat())["messages"]
        assert (message["text"], message["random_id"]) == ("/testbuy 2", "r1")


async def test_two_people_have_a_chat_each_and_keep_it():
    async with page_world() as world:
        await world.post("say", text="mine")
        await world.post("say", text="his", **{"as": "Bob"})
        mine, his = await world.chat(), await world.chat("Bob")
        assert [one["text"] for one in mine["messages"]] == ["mine"]
        assert [one["text"] for one in his["messages"]] == ["his"]
        assert (mine["me"], his["me"]) == ("You", "Bob")
        updates = await world.bot.get_updates()
        names = [one.effective_user.first_name for one in updates if one.effective_user]
        assert names == ["You", "Bob"]


def test_a_name_is_the_same_person_again_and_a_bad_one_is_a_sentence():
    people = People(YOU)
    assert people.called("") == people.called(" You ") == YOU
    assert people.called("Bob") == people.called(" Bob ") != people.called("Eve")
    assert isinstance(people.called("Bob"), Who)
    for name in ("x" * 33, "a\x00b", "a\u202eb"):
        with pytest.raises(BadName, match="up to 32 letters"):
            people.called(name)


async def test_buttons_are_pressed_by_their_place_and_one_s_words_are_edited():
    async with page_world() as world:
        sent = await world.bot.send_message(YOU.id, "Sure?", reply_markup=buttons("Yes", "Yes"))
        pressed = await world.post("press", message_id=sent.message_id, number=1)
        (update,) = await world.bot.get_updates()
        assert update.callback_query and update.callback_query.id == pressed.json()["query_id"]
        gone = await world.post("press", message_id=sent.message_id, number=2)
        assert (gone.status_code, "has no button 2" in gone.json()["error"]) == (409, True)

        said = (await world.post("say", text="/testbuy 2")).json()["message_id"]
        await world.post("edit", message_id=said, text="/testbuy 3")
        (_, own) = (await world.chat())["messages"]
        assert (own["text"], own["reworded"]) == ("/testbuy 3", True)


async def test_taking_buttons_away_is_no_edit_that_people_see():
    async with page_world() as world:
        sent = await world.bot.send_message(YOU.id, "Sure?", reply_markup=buttons("Yes"))
        await world.bot.edit_message_reply_markup(YOU.id, sent.message_id)
        assert (await world.chat())["messages"][0]["reworded"] is False
        await world.bot.edit_message_text("Done", YOU.id, sent.message_id)
        assert (await world.chat())["messages"][0]["reworded"] is True


async def test_a_picture_is_shown_and_a_document_is_only_ever_kept():
    async with page_world() as world:
        await world.bot.send_photo(YOU.id, png(40, 30), filename="chart.png")
        await world.bot.send_document(YOU.id, b"<script>alert(1)</script>", filename=HOSTILE)
        picture, document = [one["file"] for one in (await world.chat())["messages"]]
        assert (picture["width"], picture["height"], picture["name"]) == (40, 30, "chart.png")

        shown = await world.http.get(f"/file/{picture['id']}/chart.png")
        assert (shown.headers["content-type"], shown.content) == ("image/png", png(40, 30))

        kept = await world.http.get(f"/file/{document['id']}/{HOSTILE}")
        assert kept.headers["content-type"] == "application/octet-stream"
        assert kept.headers["content-security-policy"] == "default-src 'none'; sandbox"
        disposition = kept.headers["content-disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''%3Cimg")
        assert not set(disposition) & set('<>"\r\n')
        assert (await world.http.get("/file/file9/x")).status_code == 404


async def test_only_what_the_stage_knows_can_be_made_to_misbehave():
    async with page_world() as world:
        for who, what in (("exchange", "timeout-after"), ("proxy", "kill"), ("telegram", "down")):
            assert (await world.post("misbehave", who=who, what=what)).status_code == 200
        for who, what in (("bot", "explode"), ("host", "kill"), ("proxy", "")):
            refusal = await world.post("misbehave", who=who, what=what)
            assert refusal.status_code == 409
            assert refusal.json()["error"] == f"Nobody can do {what!r} to {who!r}."
        assert world.house.done == [
            ("exchange", "timeout-after"),
            ("proxy", "kill"),
            ("telegram", "down"),
        ]


async def test_what_cannot_be_understood_is_refused_in_a_sentence():
    async with page_world() as world:
        bad = [
            await world.http.post(
                "/api/say", content=body, headers={"content-type": "application/json"}
            )
            for body in ("[1]", "{", '{"as": "' + "x" * 40 + '"}')
        ]
        assert [one.status_code for one in bad] == [400, 400, 400]
        no_text = await world.post("say")
        assert (no_text.status_code, "error" in no_text.json()) == (409, True)
        stream = await world.http.get("/api/stream", params={"since": "soon"})
        assert stream.status_code == 400
        assert (await world.http.get("/api/chat", params={"as": "x" * 40})).status_code == 400
        assert world.you.messages == []


async def test_the_stage_is_told_with_the_menu_and_what_runs():
    async with page_world() as world:
        await world.bot.set_my_commands([BotCommand("stop", "Stop everything")])
        world.telegram.down()
        async with world.http.stream("GET", "/api/stream") as stream:
            lines = stream.aiter_lines()
            while await anext(lines) != "event: world":
                continue
            told = await anext(lines)
        for part in ('"command": "stop"', '"telegram": false', '"proxy": true', '"code": "482913"'):
            assert part in told
