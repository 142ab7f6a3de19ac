"""An order is bought once, or not at all and told so, wherever the bot, the proxy or both end.

The boundaries are discovered: commits and requests, as they happen in one walk without a cut.

May import: boundaries, cutting, houses, kills, paths.
"""

import sys
from collections.abc import Sequence
from pathlib import Path as Folder

import pytest

from tests.restart.boundaries import BEFORE, BOT, BOTH, PROXY, Point
from tests.restart.cutting import Cutter
from tests.restart.houses import RestartWorld, restart_world
from tests.restart.kills import KILLS
from tests.restart.paths import BUTTON, LOST, TESTBUY, Path

pytestmark = pytest.mark.anyio

PATHS = (TESTBUY, LOST, BUTTON)
VICTIMS = ((BOT,), (PROXY,), BOTH)
NUMBERS = {TESTBUY.name: 40, LOST.name: 57, BUTTON.name: 69}
CHANGED = (
    "the path of an order has changed: {found} boundaries of {path} instead of {known}. Read the "
    "list below; if each new one belongs there, put {found} into NUMBERS.\n{points}"
)
OWN = {
    LOST.name: (Point(PROXY, "exchange POST /api/v3/order", BEFORE, 1), None),
    BUTTON.name: (
        Point(BOT, "commit of INSERT outbox, INSERT buttons", BEFORE, 1),
        Point(BOT, "proxy POST /api/trade", BEFORE, 1),
    ),
}
"""Where a path's own part begins and ends: all else that /testbuy passes too is cut there."""


async def discovered(world: RestartWorld, path: Path) -> list[Point]:
    """The boundaries of this path; as many as are known."""
    points = await Cutter(world, path).discover()
    found, known, listed = len(points), NUMBERS[path.name], "\n".join(map(str, points))
    said = CHANGED.format(path=path.name, found=found, known=known, points=listed)
    assert found == known, said
    return points


async def own_part(world: RestartWorld, path: Path) -> list[Point]:
    """The boundaries that have to be cut on this path."""
    points = await discovered(world, path)
    if path.name not in OWN:
        return points
    begin, end = OWN[path.name]
    within = points[points.index(begin) : None if end is None else points.index(end)]
    shared = set(await discovered(world, TESTBUY)) - set(within)
    return [point for point in points if point not in shared]


async def test_the_number_of_boundaries_is_known(tmp_path: Folder) -> None:
    async with restart_world(tmp_path / "world") as world:
        points = {path.name: await discovered(world, path) for path in PATHS}
    killed_at = [kill.point for line in KILLS for kill in line if kill.point is not None]
    gone = [str(point) for point in killed_at if point not in points[TESTBUY.name]]
    assert not gone, f"real processes are to be killed where /testbuy does not pass: {gone}"


@pytest.mark.parametrize("victims", VICTIMS, ids="+".join)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
async def test_cut_anywhere_it_is_bought_once_or_told_to_be_nothing(
    tmp_path: Folder, path: Path, victims: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    async with restart_world(tmp_path / "world") as world:
        chosen = await own_part(world, path)
        cutter = Cutter(world, path)
        for point in chosen:
            await cutter.cut(point, victims)
        await cutter.look()
        assert cutter.counts.total() == len(chosen)
        assert cutter.counts["bought once"], "where nothing is ever bought, nothing is shown"
        with capsys.disabled():
            sys.stdout.write(
                f"\n{path.name}, {' and '.join(victims)} ended at {len(chosen)} of "
                f"{NUMBERS[path.name]} boundaries: {dict(cutter.counts)}"
            )
