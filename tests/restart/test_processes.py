"""The same promise, by `kill -9` on real processes: bought once, or told that nothing was.

May import: boundaries, processes.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.restart.boundaries import AFTER, BEFORE, BOT, PROXY, Point
from tests.restart.processes import Kill, ProcessWorld

pytestmark = pytest.mark.anyio

INTENT, OUTCOME = "commit of INSERT orders", "commit of UPDATE orders, INSERT outbox"
FILLED = "commit of INSERT fills, DELETE positions, INSERT positions, UPDATE orders"
TRADE, ORDER = "proxy POST /api/trade", "exchange POST /api/v3/order"
BOTH = (PROXY, BOT)
KILLS = (
    (
        Kill(Point(BOT, INTENT, AFTER, 1), (BOT,)),
        Kill(Point(BOT, TRADE, AFTER, 1), (BOT,)),
        Kill(Point(BOT, OUTCOME, BEFORE, 1), (BOT,)),
        Kill(Point(BOT, "Telegram sendMessage", AFTER, 1), (BOT,)),
        Kill(Point(BOT, TRADE, BEFORE, 1), BOTH),
    ),
    (
        Kill(Point(PROXY, ORDER, BEFORE, 1), (PROXY,)),
        Kill(None, (PROXY,)),
        Kill(Point(PROXY, ORDER, AFTER, 1), (PROXY,)),
        Kill(Point(PROXY, FILLED, BEFORE, 1), BOTH),
        Kill(None, BOTH),
    ),
)


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
