"""Worlds that have come somewhere: walked there once in this process, then only continued.

Alone because two hundred stories begin where Ann has paired, or trades live, and the way there
costs more than most of them. What both houses have written down and what the outside remembers is
copied whole; the houses start on it as they start after any end, and no time has passed.

May import: sandbox, world.
"""

import asyncio
import copy
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.world import Outside, Time, World


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stopped world, which is never started again, and when it stopped."""

    world: World
    at: datetime
    loop: asyncio.AbstractEventLoop

    def world_in(self, folder: Path, **proxy: object) -> World:
        """A world that goes on from there in this folder; not started yet."""
        shutil.copytree(self.world.folder, folder)
        clock = Time(self.at)
        old = self.world
        # What belongs to the time, the sockets and the loop of the old world is not its memory.
        memo: dict[int, Any] = {id(old.clock): clock, id(self.loop): None}
        memo |= {id(old.outside.exchange_server): None}
        parts = (old.exchange, old.telegram, old.ann, old.key)
        exchange, telegram, ann, key = copy.deepcopy(parts, memo)
        made = World(folder, clock, Outside(clock, exchange, telegram), **proxy)
        made.ann, made.key = ann, key
        return made


Walk = Callable[[Path], Awaitable[World]]
PATIENCE_SECONDS = 30.0
STEP = 0.005


class Snapshots:
    """One of each name, made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Snapshot] = {}

    async def get(self, name: str, walk: Walk) -> Snapshot:
        """The snapshot of the world that `walk` leads to, in a folder that it is given."""
        if name not in self._kept:
            world = await walk(self._folder / name)
            await _at_rest(world)
            await world.stop()
            self._kept[name] = Snapshot(world, world.clock(), asyncio.get_running_loop())
        return self._kept[name]


async def _at_rest(world: World) -> None:
    """Wait until nothing is left to be read, worked on or sent: a start would do it again."""
    assert world.bot.bot is not None
    store = world.bot.bot.store
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (
            world.telegram.updates.pending
            or store.inbox.unfinished()
            or store.outbox.next_due() is not None
        ):
            await asyncio.sleep(STEP)
