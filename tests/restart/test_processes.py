"""The same promise, by `kill -9` on real processes: bought once, or told that nothing was.

May import: kills, processes.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.restart.kills import KILLS, Kill
from tests.restart.processes import ProcessWorld

pytestmark = pytest.mark.anyio


async def test_killed_for_real_it_is_bought_once_or_told_to_be_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await asyncio.gather(
        *(_all(tmp_path / f"world{n}", kills) for n, kills in enumerate(KILLS))
    )
    lines = [line for lines in told for line in lines]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines))
    assert len(lines) >= 10


async def _all(folder: Path, kills: Sequence[Kill]) -> list[str]:
    world = ProcessWorld(folder)
    try:
        await world.start()
        bought = [await world.kill(kill) for kill in kills]
        assert len(world.exchange.books.orders) == sum(bought)
    finally:
        await world.stop()
    return [
        f"kill -9 {kill}: {'bought once' if one else 'nothing bought, and told so'}"
        for kill, one in zip(kills, bought, strict=True)
    ]
