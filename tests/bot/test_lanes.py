"""One thing at a time in a chat, chats beside each other, and a stop before everything.

May import: chat, sandbox, store.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from piggybot.chat.lanes import Lanes
from piggybot.store import Incoming
from tests.bot.door_world import door_world

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def row(number: int, chat: int = 1, command: str = "") -> Incoming:
    body = {"command": command}
    return Incoming(number, f"k{number}", chat, chat, "message", body, NOON, NOON)


async def test_a_chat_is_handled_in_order_and_chats_do_not_wait_for_each_other() -> None:
    began: list[int] = []
    gate = asyncio.Event()

    async def work(one: Incoming) -> None:
        began.append(one.id)
        if one.id == 1:
            await gate.wait()

    lanes = Lanes(work)
    for one in (row(1), row(2), row(3, chat=2), row(4, command="stop"), row(5)):
        lanes.put(one)
    await asyncio.sleep(0.01)
    assert sorted(began) == [1, 3, 4]
    assert not lanes.has_secret(1)
    lanes.put(replace(row(7), body={"secrets": {"apiKey": "sealed"}}))
    assert lanes.has_secret(1) and not lanes.has_secret(2)
    gate.set()
    await lanes.idle()
    assert [one for one in began if one in {1, 2, 5, 7}] == [1, 2, 5, 7]
    assert not lanes.has_secret(1)
    lanes.put(replace(row(6)))
    await lanes.idle()
    assert began[-1] == 6


async def test_what_takes_minutes_holds_up_only_its_own_kind() -> None:
    began: list[int] = []
    gate = asyncio.Event()

    async def work(one: Incoming) -> None:
        began.append(one.id)
        if one.id == 1:
            await gate.wait()

    lanes = Lanes(work)
    for one in (row(1, command="optimize"), row(2, command="backtest"), row(3, command="sell")):
        lanes.put(one)
    await asyncio.sleep(0.01)
    assert began == [1, 3]
    gate.set()
    await lanes.idle()
    assert began == [1, 3, 2]


async def test_ending_leaves_the_rest_unbegun() -> None:
    ended: list[int] = []

    async def work(one: Incoming) -> None:
        await asyncio.sleep(10)
        ended.append(one.id)

    lanes = Lanes(work)
    lanes.put(row(1))
    lanes.put(row(2))
    await asyncio.sleep(0)
    await lanes.stop(grace=0.01)
    assert ended == []


async def test_stop_is_obeyed_while_another_command_hangs(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        hang = asyncio.Event()

        async def silent() -> None:
            await hang.wait()

        world.broker.health = silent  # type: ignore[method-assign, assignment]
        await world.ann.say("/health")
        await world.ann.say("/bogus")
        await world.ann.say("/stop")
        await world.ann.expect("", timeout=3)
        assert "stop" in world.broker.calls
        assert not any("/bogus" in one.text for one in world.ann.messages if one.from_bot)
