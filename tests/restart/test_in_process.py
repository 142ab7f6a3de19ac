"""An order is bought once, or not at all and told so, wherever the bot, the proxy or both end.

The boundaries are discovered: commits and requests, as they happen in one walk without a cut.

May import: boundaries, cutting, houses, paths.
"""

from collections.abc import Sequence
from pathlib import Path as Folder

import pytest

from tests.restart.boundaries import BOT, DONE, PROXY, Point
from tests.restart.cutting import BOTH, Cutter
from tests.restart.houses import restart_world
from tests.restart.paths import BUTTON, LOST, TESTBUY, Path

pytestmark = pytest.mark.anyio

VICTIMS = ((BOT,), (PROXY,), BOTH)
NUMBERS = {TESTBUY.name: 44, LOST.name: 61, BUTTON.name: 70}
CHANGED = (
    "the path of an order has changed: {found} boundaries instead of {known}. Read the list below; "
    "if each new one belongs there, put {found} into NUMBERS.\n{points}"
)
SLICES = 2
FROM = {
    LOST.name: Point(PROXY, "exchange POST /api/v3/order", "before", 1),
    BUTTON.name: Point(BOT, "commit of INSERT outbox, INSERT buttons", "before", 1),
}
"""Until there these paths are /testbuy's own, which is cut there already."""


@pytest.mark.parametrize("path", [TESTBUY, LOST, BUTTON], ids=lambda path: path.name)
async def test_the_number_of_boundaries_is_known(tmp_path: Folder, path: Path) -> None:
    async with restart_world(tmp_path / "world") as world:
        points = await Cutter(world, path).discover()
    listed = "\n".join(map(str, points))
    known = NUMBERS[path.name]
    assert len(points) == known, CHANGED.format(found=len(points), known=known, points=listed)
    assert len(set(points)) == len(points)


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("victims", VICTIMS, ids="+".join)
@pytest.mark.parametrize("path", [TESTBUY, LOST, BUTTON], ids=lambda path: path.name)
async def test_cut_anywhere_it_is_bought_once_or_told_to_be_nothing(
    tmp_path: Folder, path: Path, victims: Sequence[str], part: int, capsys: pytest.CaptureFixture
) -> None:
    async with restart_world(tmp_path / "world") as world:
        cutter = Cutter(world, path)
        points = await cutter.discover()
        own = points[points.index(FROM[path.name]) :] if path.name in FROM else points
        chosen = own[part::SLICES]
        for point in chosen:
            await cutter.cut(point, victims)
    counts = cutter.counts
    with capsys.disabled():
        print(f"\n{path.name}, {'+'.join(victims)}: {len(chosen)} cuts, {dict(counts)}")  # noqa: T201
    assert counts.total() == len(chosen)
    assert counts["bought once"] > 0, "a path on which nothing is ever bought shows nothing"
