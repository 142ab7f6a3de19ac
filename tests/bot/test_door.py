"""Delivery in: nothing is confirmed before it is kept, nothing is handled twice or out of order.

May import: chat, sandbox, store.
"""

import asyncio
from pathlib import Path

import pytest

from piggybot.chat import refusals
from piggybot.chat.ask import Ask, Reply
from tests.bot.door_world import OWNER, door_world

pytestmark = pytest.mark.anyio


async def test_a_command_is_answered_and_the_menu_comes_from_the_commands(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/HELP@PiggySandboxBot")
        await world.ann.expect("/testbuy 2", timeout=3)
        (menu,) = world.telegram.calls("setMyCommands")
        assert "testbuy" in str(menu.params)
        allowed = world.telegram.calls("getUpdates")[0].params["allowed_updates"]
        assert sorted(eval(str(allowed))) == ["callback_query", "message"]


async def test_an_unknown_command_gets_a_guess(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await world.ann.say("/testbuyy 2")
        await world.ann.expect("Did you mean /testbuy?", timeout=3)
        await world.ann.say("hello")
        await world.ann.expect(refusals.NOTHING_ASKED, timeout=3)
