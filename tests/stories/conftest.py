"""Worlds for the stories: started, and ended, around each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.world import World

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Make a started world; settings of the proxy by name, of the bot in `bot`."""
    made: list[World] = []

    async def make(bot: dict[str, object] | None = None, **proxy: object) -> World:
        world = World(tmp_path / f"world{len(made)}", **proxy)
        made.append(world)
        await world.start(**(bot or {}))
        return world

    yield make
    for world in made:
        await world.stop()


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
