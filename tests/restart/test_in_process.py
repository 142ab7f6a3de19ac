"""An order is bought once, or not at all and told so, wherever the bot, the proxy or both end.

The boundaries are discovered: commits and requests, as they happen in one walk without a cut.

May import: boundaries, cutting, houses, paths.
"""

import sys
from collections.abc import Sequence
from pathlib import Path as Folder

import pytest

from tests.restart.boundaries import BEFORE, BOT, PROXY, Point
from tests.restart.cutting import BOTH, Cutter
from tests.restart.houses import restart_world
from tests.restart.paths import BUTTON, LOST, TESTBUY, Path

pytestmark = pytest.mark.anyio

PATHS = (TESTBUY, LOST, BUTTON)
VICTIMS = ((BOT,), (PROXY,), BOTH)
NUMBERS = {TESTBUY.name: 44, LOST.name: 61, BUTTON.name: 70}
CHANGED = (
    "the path of an order has changed: {found} boundaries instead of {known}. Read the list below; "
    "if each new one belongs there, put {found} into NUMBERS.\n{points}"
)
SLICES = 2
OWN = {
    LOST.name: (Point(PROXY, "exchange POST /api/v3/order", BEFORE, 1), None),
    BUTTON.name: (
        Point(BOT, "commit of INSERT outbox, INSERT buttons", BEFORE, 1),
        Point(BOT, "proxy POST /api/trade", BEFORE, 1),
    ),
}
"""Where a path's own part begins and ends: all else is /testbuy's own and is cut there."""


def own_part(path: Path, points: list[Point]) -> list[Point]:
    begin, end = OWN.get(path.name, (None, None))
    first = 0 if begin is None else points.index(begin)
    return points[first : None if end is None else points.index(end)]


async def test_the_number_of_boundaries_is_known(tmp_path: Folder) -> None:
    async with restart_world(tmp_path / "world") as world:
        for path in PATHS:
            points = await Cutter(world, path).discover()
            found, known = len(points), NUMBERS[path.name]
            listed = "\n".join(map(str, points))
            assert found == known, CHANGED.format(found=found, known=known, points=listed)


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("victims", VICTIMS, ids="+".join)
async def test_cut_anywhere_it_is_bought_once_or_told_to_be_nothing(
    tmp_path: Folder, victims: Sequence[str], part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async with restart_world(tmp_path / "world") as world:
        for path in PATHS:
            cutter = Cutter(world, path)
            points = await cutter.discover()
            chosen = own_part(path, points)[part::SLICES]
            for point in chosen:
                await cutter.cut(point, victims)
            await cutter.look()
            assert cutter.counts.total() == len(chosen)
            assert cutter.counts["bought once"], "where nothing is ever bought, nothing is shown"
            with capsys.disabled():
                sys.stdout.write(
                    f"\n{path.name}, {' and '.join(victims)} ended at {len(chosen)} of "
                    f"{len(points)} boundaries: {dict(cutter.counts)}"
                )
