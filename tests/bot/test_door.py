"""Delivery in: nothing is confirmed before it is kept, nothing is handled twice or out of order.

May import: chat, latches, sandbox, store.
"""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrations.database import Door
from piggybot.chat import refusals
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.border import Arrival
from piggybot.chat.door import ChatDoor
from piggybot.chat.outgoing import Bell
from piggybot.chat.telegram import TelegramLine
from piggybot.chat.work import FRESH
from piggybot.latches import HEARD_BY_ANOTHER
from tests.bot.door_world import OWNER, QUICK, door_world

pytestmark = pytest.mark.anyio


async def test_a_command_is_answered_and_the_menu_comes_from_the_commands(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/HELP@PiggySandboxBot")
        await world.ann.expect("/testbuy 2", timeout=3)
        (menu,) = world.telegram.calls("setMyCommands")
        assert "testbuy" in str(menu.params)
        allowed = world.telegram.calls("getUpdates")[0].params["allowed_updates"]
        assert json.loads(str(allowed)) == ["message", "callback_query"]


class Poisoned(TelegramLine):
    """Telegram, if it ever sent a text that is none."""

    async def fetch(self, offset: int | None, seconds: int) -> list[tuple[int, Arrival | None]]:
        updates = await super().fetch(offset, seconds)
        return [
            (number, replace(one, text=7) if one and one.text == "poison" else one)  # type: ignore[arg-type]
            for number, one in updates
        ]


async def test_an_update_that_cannot_be_read_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.crash()
        bell, line = Bell(), Poisoned(world.house.settings, QUICK)
        house = replace(world.house, door=Door(), notifier=bell)
        world.bot = ChatDoor(house, bell, line, QUICK)
        await world.bot.start()

        await world.ann.say("poison")
        await world.ann.say("/help")
        await world.ann.expect("/stop", timeout=3)

        await world.bot.stop()
        house.door.close()


async def test_an_unknown_command_gets_a_guess(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/testbuyy 2")
        await world.ann.expect("Did you mean /testbuy?", timeout=3)
        await world.ann.say("hello")
        await world.ann.expect(refusals.NOTHING_ASKED, timeout=3)


async def test_a_message_that_comes_twice_is_answered_once(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        world.telegram.duplicate_next_update(2)
        await world.ann.say("/bogus")
        await world.ann.expect("I do not know /bogus", timeout=3)
        await world.ann.say("/bogus2")
        await world.ann.expect("I do not know /bogus2", timeout=3)
        assert [one.text.count("/bogus.") for one in world.ann.read()] == [1, 0]


async def test_a_crash_before_the_next_poll_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await world.crash()
        sent = await world.ann.say("/bogus")
        world.telegram.lose_next_answer("getUpdates", 1)
        world.telegram.slow("sendMessage", 5)
        await world.begin()
        while not world.store.inbox.unfinished() and not world.store.outbox.due(world.clock(), 9):
            await asyncio.sleep(0.01)
        await world.crash()
        world.telegram.slow("sendMessage", 0)
        await world.begin()
        await world.ann.expect("I do not know /bogus", timeout=3)
        await world.ann.say("/other")
        await world.ann.expect("I do not know /other", timeout=3)
        keys = world.engine.connect()
        with keys as db:
            rows = db.exec_driver_sql("select key, done from inbox order by id").all()
        assert rows[0] == (f"m{OWNER}:{sent}", 1)
        assert len(rows) == 2


async def test_what_was_kept_but_not_handled_is_handled_after_a_start(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        hang = asyncio.Event()
        answer = world.broker.health

        async def silent() -> object:
            await hang.wait()
            return await answer()

        world.broker.health = silent  # type: ignore[method-assign, assignment]
        await world.ann.say("/health")
        while not world.store.inbox.unfinished():
            await asyncio.sleep(0.01)
        await world.crash()
        world.broker.health = answer  # type: ignore[method-assign]
        await world.begin()
        await world.ann.expect("", timeout=3)
        await world.bot.idle()
        assert world.store.inbox.unfinished() == []


async def test_telegram_down_at_start_and_later_needs_no_restart(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.crash()
        world.telegram.down()
        await world.begin()
        await world.cut_off()
        world.telegram.up()
        await world.ann.say("/one")
        await world.ann.expect("I do not know /one", timeout=3)
        assert world.bot.polling_down is None
        world.telegram.down()
        await world.post(world.letter("while down"))
        await world.cut_off()
        world.telegram.up()
        await world.ann.expect("while down", timeout=3)
        await world.ann.say("/two")
        await world.ann.expect("I do not know /two", timeout=3)


async def test_the_host_gone_for_a_while_needs_no_restart_either(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        world.ann.open()
        await world.server.close_listener()
        await world.post(world.letter("host gone"))
        await asyncio.sleep(0.1)
        await world.server.open_listener()
        await world.ann.expect("host gone", timeout=3, since=0)


async def test_a_refused_token_is_said_without_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with door_world(tmp_path) as world:
        await world.crash()
        token, world.telegram.token = world.telegram.token, "1234567890:" + "x" * 35
        world._given["telegram_bot_token"] = token
        await world.begin()
        await asyncio.wait_for(world.bot.wrong_token.wait(), 3)
        printed = capsys.readouterr()
        said = printed.out + printed.err + caplog.text
        assert "Copy it again from @BotFather" in said
        assert token not in said and token.split(":")[1] not in said
        world.telegram.token = token
        await world.ann.say("/late")
        await world.ann.expect("I do not know /late", timeout=3)


async def test_a_second_poller_is_told_to_the_owner_once(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/one")
        await world.ann.expect("/one", timeout=3)
        words = "Conflict: terminated by other getUpdates request; make sure that only one"
        world.telegram.fail_next("getUpdates", 409, words, 2)
        world.ann.now()
        await world.ann.say("/two")
        await world.ann.expect("409 Conflict", timeout=4)
        await world.ann.say("/three")
        await world.ann.expect("/three", timeout=3)
        assert sum("409 Conflict" in one.text for one in world.ann.messages) == 1


async def test_what_another_poller_may_obey_too_sends_nothing_for_a_minute(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        words = "Conflict: terminated by other getUpdates request; make sure that only one"
        await world.ann.say("/one")
        await world.ann.expect("/one", timeout=3)
        world.telegram.fail_next("getUpdates", 409, words, 1)
        await world.ann.say("/two")
        await world.ann.expect("409 Conflict", timeout=4)
        await world.ann.say("/testbuy 2")
        told = await world.ann.expect("may obey this one too, so nothing was sent", timeout=3)
        assert "send it again a minute later" in told.text
        assert world.broker.posts == []
        await world.ann.say("/stop")
        await world.ann.expect("Stop complete", timeout=3)
        await world.ann.say("/resume")
        await world.ann.expect("End the stop", timeout=3)
        await world.ann.press("Resume")
        await world.ann.expect("The stop is over", timeout=3)
        long_ago = (world.clock() - FRESH).isoformat()
        world.store.flags.put(HEARD_BY_ANOTHER, long_ago)
        await world.ann.say("/testbuy 2")
        await world.ann.expect("✅ Bought", timeout=3)
        assert len(world.broker.posts) == 1


async def test_a_webhook_that_we_did_not_set_is_removed_and_told(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/one")
        await world.ann.expect("/one", timeout=3)
        await world.crash()
        world.telegram.bot_methods.webhook = "https://thief.example/secret"
        await world.begin()
        await world.ann.expect("sent elsewhere (a webhook)", timeout=3)
        assert world.telegram.bot_methods.webhook == ""
        (removal,) = world.telegram.calls("deleteWebhook")
        assert removal.params.get("drop_pending_updates") == "false"


async def test_a_handler_that_breaks_is_told_under_an_id_and_the_next_one_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with door_world(tmp_path) as world:

        async def broken() -> None:
            raise KeyError("nobody thought of this")

        world.broker.health = broken  # type: ignore[method-assign, assignment]
        await world.ann.say("/health")
        told = await world.ann.expect("Something went wrong (", timeout=3)
        assert told.text.split("(")[1][:8] in capsys.readouterr().out
        await world.ann.say("/next")
        await world.ann.expect("I do not know /next", timeout=3)


async def test_saying_again_after_a_restart_says_nothing_new(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/one")
        await world.ann.expect("/one", timeout=3)
        person = world.store.people.find(OWNER)
        assert person is not None
        for _ in range(2):
            ask = Ask(person, "x", (), "m1001:77", 77, world.clock(), world.house)
            await ask.say(Reply("said once"))
            await ask.say(Reply("and this"))
        await world.ann.expect("and this", timeout=3)
        assert [one.text for one in world.ann.messages].count("said once") == 1
