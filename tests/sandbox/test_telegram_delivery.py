"""Updates: confirmed by offset, kept until then, one poller at a time, none lost in an outage.

May import: sandbox.
"""

import asyncio

import pytest
from telegram import Bot, Update
from telegram.error import Conflict, NetworkError, TelegramError
from telegram.ext import Updater

from tests.sandbox.telegram_world import World, buttons, refusal, running

pytestmark = pytest.mark.anyio
PATIENCE = 20


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [one.message.text if one.message else None for one in updates]


async def test_what_is_not_confirmed_comes_again_and_what_is_below_the_offset_never() -> None:
    async with running() as world:
        for text in ("one", "two", "three"):
            await world.ann.say(text)
        first = await world.bot.get_updates()
        assert texts(first) == ["one", "two", "three"]
        assert texts(await world.bot.get_updates()) == ["one", "two", "three"]
        assert texts(await world.bot.get_updates(offset=first[1].update_id)) == ["two", "three"]
        assert texts(await world.bot.get_updates(limit=1)) == ["two"]
        assert await world.bot.get_updates(offset=first[2].update_id + 1) == ()
        assert await world.bot.get_updates() == ()


async def test_updates_are_kept_for_a_day() -> None:
    async with running() as world:
        await world.ann.say("old")
        world.clock.pass_by(hours=23)
        await world.ann.say("new")
        world.clock.pass_by(hours=2)
        assert texts(await world.bot.get_updates()) == ["new"]


async def test_a_long_poll_answers_the_moment_something_arrives() -> None:
    async with running() as world:
        polling = asyncio.create_task(world.bot.get_updates(timeout=50))
        await world.arrived("getUpdates")
        async with asyncio.timeout(PATIENCE):  # far less than what it would wait by itself
            await world.ann.say("/stop")
            assert texts(await polling) == ["/stop"]


async def test_allowed_updates_are_remembered_and_bind_only_what_comes_later() -> None:
    async with running() as world:
        said = await world.ann.say("before")
        await world.ann.edit(said, "edited before")
        got = await world.bot.get_updates(allowed_updates=["message"])
        assert [bool(one.edited_message) for one in got] == [False, True]
        await world.ann.edit(said, "edited after")
        await world.ann.say("after")
        got = await world.bot.get_updates(offset=got[-1].update_id + 1)
        assert texts(got) == ["after"]


async def test_of_two_pollers_the_older_is_ended() -> None:
    async with running() as world, world.other_bot() as other:
        older = asyncio.create_task(refusal(world.bot.get_updates(timeout=10)))
        await world.arrived("getUpdates")
        newer = asyncio.create_task(other.get_updates(timeout=10))
        problem = await older
        assert isinstance(problem, Conflict)
        assert str(problem) == (
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        await world.ann.say("hello")
        assert texts(await newer) == ["hello"]


async def test_a_webhook_ends_polling_until_it_is_deleted() -> None:
    async with running() as world:
        await world.bot.set_webhook("https://thief.example/hook")
        assert (await world.bot.get_webhook_info()).url == "https://thief.example/hook"
        assert isinstance(await refusal(world.bot.get_updates()), Conflict)
        await world.ann.say("kept")
        await world.bot.delete_webhook()
        assert (await world.bot.get_webhook_info()).pending_update_count == 1
        assert texts(await world.bot.get_updates()) == ["kept"]


async def test_an_outage_ends_calls_and_polls_and_loses_no_update() -> None:
    async with running() as world:
        polling = asyncio.create_task(refusal(world.bot.get_updates(timeout=10)))
        await world.arrived("getUpdates")
        world.telegram.down()
        assert isinstance(await polling, NetworkError)
        assert isinstance(await refusal(world.bot.send_message(1001, "x")), NetworkError)
        await world.ann.say("said while down")
        world.telegram.up()
        assert texts(await world.bot.get_updates()) == ["said while down"]
        assert world.ann.read() == []


async def test_one_press_may_come_twice_under_two_update_ids() -> None:
    async with running() as world:
        await world.bot.send_message(1001, "Sure?", reply_markup=buttons("Yes"))
        world.telegram.duplicate_next_update(1)
        query = await world.ann.press("Yes")
        first, second = await world.bot.get_updates()
        assert first.update_id + 1 == second.update_id
        assert first.callback_query and second.callback_query
        assert first.callback_query.id == second.callback_query.id == query

        await world.bot.get_updates(offset=second.update_id + 1)
        world.telegram.deliver_again()
        (third,) = await world.bot.get_updates()
        assert third.callback_query and third.callback_query.id == query


async def test_updates_may_come_in_another_order() -> None:
    async with running() as world:
        world.telegram.reverse_next_updates(2)
        await world.ann.say("key")
        assert await world.bot.get_updates() == ()
        await world.ann.say("secret")
        assert texts(await world.bot.get_updates()) == ["secret", "key"]


async def test_a_lost_answer_of_a_poll_confirms_nothing_new() -> None:
    async with running() as world:
        await world.ann.say("hello")
        world.telegram.lose_next_answer("getUpdates")
        assert isinstance(await refusal(world.bot.get_updates()), NetworkError)
        assert texts(await world.bot.get_updates()) == ["hello"]


async def collect(world: World, bot: Bot, errors: list[TelegramError], amount: int) -> list[str]:
    """What a real Updater puts in its queue, while Telegram goes down and comes back."""
    queue: asyncio.Queue[object] = asyncio.Queue()
    async with Updater(bot, queue) as updater:
        await updater.start_polling(poll_interval=0, timeout=5, error_callback=errors.append)
        await world.ann.say("before")
        async with asyncio.timeout(PATIENCE):
            got = [await queue.get()]
            world.telegram.down()
            await world.ann.say("during")
            while not errors:
                await asyncio.sleep(0.01)
            world.telegram.up()
            await world.ann.say("after")
            while len(got) < amount:
                got.append(await queue.get())
        await updater.stop()
    return [one.message.text or "" for one in got if isinstance(one, Update) and one.message]


async def test_a_real_updater_gets_everything_once_over_an_outage() -> None:
    async with running() as world:
        errors: list[TelegramError] = []
        assert await collect(world, world.other_bot(), errors, 3) == ["before", "during", "after"]
        assert all(isinstance(one, NetworkError) for one in errors)
        assert await world.bot.get_updates() == ()
