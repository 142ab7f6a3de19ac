"""Each refusal of the Bot API, as a real bot sees it.

May import: sandbox.
"""

import asyncio

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.sandbox.telegram_world import TOKEN, buttons, refusal, running

pytestmark = pytest.mark.anyio


def says(problem: Exception, words: str) -> bool:
    """Whether the words are Telegram's; PTB starts them with a capital."""
    return str(problem).lower() == words.lower()


async def test_texts_that_telegram_does_not_take() -> None:
    async with running() as world:
        bot, html = world.bot, "HTML"
        for text, words in [
            ("<b>x", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
            ("  \n", "Message text is empty"),
            ("<b></b>", "Message text is empty"),
            ("x" * 4097, "Message is too long"),
            ("🔴" * 2049, "Message is too long"),
        ]:
            problem = await refusal(bot.send_message(1001, text, parse_mode=html))
            assert isinstance(problem, BadRequest)
            assert says(problem, words), problem
        assert world.ann.read() == []
        await bot.send_message(1001, "<b>" + "x" * 4096 + "</b>", parse_mode=html)
        problem = await refusal(bot.send_document(1001, b"data", caption="x" * 1025))
        assert says(problem, "Message caption is too long")


async def test_an_edit_must_change_something_that_is_there_and_ours() -> None:
    async with running() as world:
        bot = world.bot
        sent = await bot.send_message(
            1001, "<b>a</b>", parse_mode="HTML", reply_markup=buttons("Go")
        )
        theirs = await world.ann.say("hello")

        same = bot.edit_message_text(
            "<b>a</b>", 1001, sent.message_id, parse_mode="HTML", reply_markup=buttons("Go")
        )
        problem = await refusal(same)
        assert says(
            problem,
            "Message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message",
        )
        problem = await refusal(bot.edit_message_text("b", 1001, 999))
        assert says(problem, "Message to edit not found")
        problem = await refusal(bot.edit_message_text("b", 1001, theirs))
        assert says(problem, "Message can't be edited")

        await bot.edit_message_text("<b>a</b>", 1001, sent.message_id, parse_mode="HTML")
        problem = await refusal(bot.edit_message_reply_markup(1001, sent.message_id))
        assert isinstance(problem, BadRequest)
        assert "not modified" in str(problem)


async def test_messages_are_deleted_within_48_hours_and_once() -> None:
    async with running() as world:
        secret = await world.ann.say("my secret")
        old = await world.ann.say("older", age=48 * 3600 + 1)

        assert await world.bot.delete_message(1001, secret)
        assert [(one.message_id, one.text) for one in world.telegram.deletions] == [
            (secret, "my secret")
        ]
        assert [one.deleted for one in world.ann.messages] == [True, False]
        problem = await refusal(world.bot.delete_message(1001, secret))
        assert says(problem, "Message to delete not found")
        problem = await refusal(world.bot.delete_message(1001, old))
        assert says(problem, "Message can't be deleted for everyone")


async def test_a_bot_cannot_write_first_nor_to_those_who_blocked_it() -> None:
    async with running() as world:
        bob = world.telegram.person(1002, "Bob")
        assert says(await refusal(world.bot.send_message(1002, "hi")), "Chat not found")
        assert says(await refusal(world.bot.send_message(77, "hi")), "Chat not found")
        bob.open()
        await world.bot.send_message(1002, "hi")

        world.ann.block()
        problem = await refusal(world.bot.send_message(1001, "hi"))
        assert isinstance(problem, Forbidden)
        assert says(problem, "Forbidden: bot was blocked by the user")
        world.ann.unblock()
        await world.bot.send_message(1001, "hi")


async def test_button_data_is_64_bytes_at_most() -> None:
    async with running() as world:

        def with_data(data: str) -> InlineKeyboardMarkup:
            return InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data=data)]])

        await world.bot.send_message(1001, "x", reply_markup=with_data("x" * 64))
        problem = await refusal(world.bot.send_message(1001, "x", reply_markup=with_data("é" * 33)))
        assert says(problem, "BUTTON_DATA_INVALID")


async def test_a_press_is_answered_in_time_or_never() -> None:
    async with running() as world:
        await world.bot.send_message(1001, "Sure?", reply_markup=buttons("Yes"))
        query = await world.ann.press("Yes")
        assert await world.bot.answer_callback_query(query, "Done", show_alert=True)
        assert world.ann.alerts == ["Done"]
        assert (world.telegram.answers[0].text, world.telegram.answers[0].alert) == ("Done", True)

        late = await world.ann.press("Yes")
        world.clock.pass_by(seconds=16)
        words = "Query is too old and response timeout expired or query id is invalid"
        assert says(await refusal(world.bot.answer_callback_query(late)), words)
        assert says(await refusal(world.bot.answer_callback_query("123")), words)


async def test_tokens_and_methods_that_are_not_known() -> None:
    async with running() as world, httpx.AsyncClient(base_url=world.server.url) as http:
        answer = await http.get("/bot1234567890:another_token_of_that_shape/getMe")
        assert answer.status_code == 401
        assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
        for path in ("/botnonsense/getMe", f"/bot{TOKEN}/getMoney"):
            answer = await http.get(path)
            assert answer.status_code == 404
            assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}
        problem = await refusal(world.other_bot("1234567890:another_token_here").__aenter__())
        assert isinstance(problem, InvalidToken)


# The library warns about the future type of `retry_after` whenever it meets a 429.
@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:Warning")
async def test_a_flood_is_refused_with_the_seconds_to_wait() -> None:
    async with running() as world:
        world.telegram.flood_next(1, retry_after=7)
        problem = await refusal(world.bot.send_message(1001, "x"))
        assert isinstance(problem, RetryAfter)
        assert problem._retry_after.total_seconds() == 7
        await world.bot.send_message(1001, "x")

        world.telegram.limit_flood(burst=2)
        await world.bot.send_message(1001, "1")
        await world.bot.send_message(1001, "2")
        assert isinstance(await refusal(world.bot.send_message(1001, "3")), RetryAfter)
        world.clock.pass_by(seconds=1)
        await world.bot.send_message(1001, "3")
        assert [one.text for one in world.ann.read()] == ["x", "1", "2", "3"]


async def test_errors_on_demand_and_what_a_flood_looks_like_on_the_wire() -> None:
    async with running() as world, httpx.AsyncClient(base_url=world.server.url) as http:
        world.telegram.fail_next("sendMessage", 502, "Bad Gateway")
        problem = await refusal(world.bot.send_message(1001, "x"))
        assert isinstance(problem, NetworkError)
        assert str(problem) == "Bad Gateway"

        world.telegram.flood_next(1, 3)
        body = {"chat_id": 1001, "text": "x"}
        answer = await http.post(f"/bot{TOKEN}/sendMessage", json=body)
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 3",
            "parameters": {"retry_after": 3},
        }
        answer = await http.post(f"/bot{TOKEN}/sendmessage", json=body)
        assert answer.json()["result"]["text"] == "x"


async def test_a_lost_answer_was_executed_and_a_dropped_request_was_not() -> None:
    async with running() as world:
        world.telegram.lose_next_answer("sendMessage")
        assert isinstance(await refusal(world.bot.send_message(1001, "sent")), NetworkError)
        world.telegram.drop_next_request("sendMessage")
        assert isinstance(await refusal(world.bot.send_message(1001, "not sent")), NetworkError)
        await world.bot.send_message(1001, "after")
        assert [one.text for one in world.ann.read()] == ["sent", "after"]
        assert [one.status for one in world.telegram.calls("sendMessage")] == [0, 0, 200]


async def test_a_slow_call_still_arrives() -> None:
    async with running() as world:
        world.telegram.slow("sendMessage", 0.1)
        sending = asyncio.create_task(world.bot.send_message(1001, "late"))
        await world.arrived("sendMessage")
        assert world.ann.read() == [], "it is there, and not executed yet"
        await sending
        assert [one.text for one in world.ann.read()] == ["late"]
