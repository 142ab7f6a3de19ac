"""Pictures and documents in the sandbox: what is taken, what is changed in place, what is refused.

May import: sandbox.
"""

import pytest
from telegram import InputMediaPhoto

from tests.pictures import png
from tests.sandbox.telegram_world import buttons, refusal, running

pytestmark = pytest.mark.anyio


async def test_a_picture_arrives_byte_for_byte_with_its_caption() -> None:
    async with running() as world:
        sent = await world.bot.send_photo(
            1001, png(), caption="<b>BTC</b>", parse_mode="HTML", filename="chart.png"
        )
        assert sent.photo
        shown = world.ann.last
        assert (shown.kind, shown.text, shown.document) == ("photo", "BTC", png())
        assert shown.document_name == "chart.png"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not a picture", "Image_process_failed"),
        (png(1, 21), "Photo_invalid_dimensions"),
        (png(9000, 1001), "Photo_invalid_dimensions"),
        (
            png() + b"\0" * 10 * 1024 * 1024,
            f"File of size {len(png()) + 10 * 1024 * 1024} bytes is too big for a photo; "
            "the maximum size is 10485760 bytes",
        ),
    ],
)
async def test_what_is_no_picture_or_too_large_is_refused(data: bytes, words: str) -> None:
    async with running() as world:
        assert str(await refusal(world.bot.send_photo(1001, data))) == words
        sent = await world.bot.send_photo(1001, png())
        media = InputMediaPhoto(data)
        edit = world.bot.edit_message_media(media, 1001, sent.message_id)
        assert str(await refusal(edit)) == words
        assert world.ann.last.document == png()
        longest = await world.bot.send_photo(1001, png(1, 20), caption="x" * 1024)
        assert longest.caption
        too_long = world.bot.send_photo(1001, png(), caption="x" * 1025)
        assert str(await refusal(too_long)) == "Message caption is too long"


async def test_a_picture_is_changed_in_place_and_a_text_becomes_one() -> None:
    async with running() as world:
        sent = await world.bot.send_message(1001, "drawing …", reply_markup=buttons("Cancel"))
        for grey in (1, 2):
            media = InputMediaPhoto(png(grey=grey), caption="<i>done</i>", parse_mode="HTML")
            await world.bot.edit_message_media(media, 1001, sent.message_id)
        shown = world.ann.last
        assert (shown.message_id, shown.kind, shown.text) == (sent.message_id, "photo", "done")
        assert (shown.document, shown.labels, shown.edits) == (png(grey=2), (), 2)
        await world.bot.edit_message_caption(1001, sent.message_id, caption="later")
        assert (world.ann.last.text, world.ann.last.document) == ("later", png(grey=2))


async def test_text_and_caption_are_not_each_other() -> None:
    async with running() as world:
        bot = world.bot
        picture = await bot.send_photo(1001, png(), caption="a")
        text = await bot.send_message(1001, "b")
        problem = await refusal(bot.edit_message_text("c", 1001, picture.message_id))
        assert str(problem) == "There is no text in the message to edit"
        problem = await refusal(bot.edit_message_caption(1001, text.message_id, caption="c"))
        assert str(problem) == "There is no caption in the message to edit"
        same = bot.edit_message_caption(1001, picture.message_id, caption="a")
        assert "not modified" in str(await refusal(same))
        gone = bot.edit_message_media(InputMediaPhoto(png()), 1001, 999)
        assert str(await refusal(gone)) == "Message to edit not found"


async def test_only_real_actions_are_shown() -> None:
    async with running() as world:
        assert await world.bot.send_chat_action(1001, "upload_photo")
        problem = await refusal(world.bot.send_chat_action(1001, "dancing"))
        assert str(problem) == "Wrong parameter action in request"
