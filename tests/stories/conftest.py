"""Worlds for the stories: started, and ended, around each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.snapshots import Snapshots
from tests.world import World

MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


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


async def paired(folder: Path) -> World:
    """A started world, where Ann has paired."""
    made = World(folder)
    await made.start()
    await made.pair()
    return made


@pytest.fixture
async def world(tmp_path: Path, snapshots: Snapshots) -> AsyncIterator[World]:
    """A started world, where Ann has paired."""
    made = (await snapshots.get("paired", paired)).world_in(tmp_path / "world")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def live(tmp_path: Path, snapshots: Snapshots) -> AsyncIterator[World]:
    """The same, with keys and live trading on."""

    async def trading(folder: Path) -> World:
        made = (await snapshots.get("paired", paired)).world_in(folder)
        await made.start()
        await made.keys()
        await made.live()
        return made

    made = (await snapshots.get("live", trading)).world_in(tmp_path / "live")
    await made.start()
    yield made
    await made.stop()
