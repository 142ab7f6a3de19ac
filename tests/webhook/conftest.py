"""The world of the stories, but Telegram delivers by webhook instead of being asked.

May import: demo.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from piggybot.demo import free_port
from tests.stories.conftest import MakeWorld
from tests.world import World


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Make a started world; settings of the proxy by name, of the bot in `bot`."""
    made: list[World] = []

    async def make(bot: dict[str, object] | None = None, **proxy: object) -> World:
        port = free_port()
        hook: dict[str, object] = {
            "telegram_webhook_url": f"http://127.0.0.1:{port}/telegram",
            "telegram_webhook_port": port,
        }
        one = World(tmp_path / f"world{len(made)}", **proxy)
        made.append(one)
        await one.start(**hook, **(bot or {}))
        return one

    yield make
    for one in made:
        assert not one.telegram.calls("getUpdates"), "nobody polled"
        await one.stop()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A started world, where Ann has paired."""
    made = await make_world()
    await made.pair()
    return made


@pytest.fixture
async def live(world: World) -> World:
    """The same, with keys and live trading on."""
    await world.keys()
    await world.live()
    return world
