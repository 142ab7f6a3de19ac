"""A run buys once at its slot, and its exit sells once, wherever the bot, the proxy or both end.

Not each boundary is cut by each victim, and which are is stated here. Until the decision is written
down a dead bot has left nothing behind: there the proxy ends alone. At its commit all of them do.
After it the slot's order goes the way of /testbuy, which is cut everywhere. An exit that fails is
tried again, as no /testbuy is: so it is cut up to the commit of its outcome, by both at once.

May import: boundaries, cutting, houses, paths, run_paths.
"""

import sys
from collections.abc import Sequence
from pathlib import Path as Folder

import pytest

from tests.restart.boundaries import AFTER, BOT, BOTH, PROXY, Point
from tests.restart.cutting import Cutter
from tests.restart.houses import RestartWorld, restart_world
from tests.restart.kills import OUTCOME
from tests.restart.paths import TESTBUY, Path
from tests.restart.run_paths import EXIT, SLOT, begin

pytestmark = pytest.mark.anyio

NUMBERS = {SLOT.name: 44, EXIT.name: 25}
DECISIONS = {
    SLOT.name: "commit of INSERT slots, INSERT orders, UPDATE runs",
    EXIT.name: "commit of INSERT orders, UPDATE runs",
}
CHANGED = "the path of {path} has {found} boundaries instead of {known}:\n{points}"
Cut = tuple[Point, Sequence[str]]


async def discovered(cutter: Cutter, path: Path) -> list[Point]:
    points = await cutter.discover()
    found, known, listed = len(points), NUMBERS[path.name], "\n".join(map(str, points))
    assert found == known, CHANGED.format(path=path.name, found=found, known=known, points=listed)
    return points


def cuts_of(path: Path, points: Sequence[Point], known: Sequence[Point]) -> list[Cut]:
    """Where it is cut and who ends there; `known` are /testbuy's boundaries, cut elsewhere."""
    decided = [at for at, point in enumerate(points) if point.what == DECISIONS[path.name]]
    assert len(decided) == 2, "it is decided by one commit"
    asked = [(point, (PROXY,)) for point in points[: decided[0]]]
    at_once = [(points[at], who) for at in decided for who in ((BOT,), (PROXY,), BOTH)]
    rest, again = points[decided[1] + 1 :], list[Point]()
    if path is EXIT:
        over = rest.index(Point(BOT, OUTCOME, AFTER, 1)) + 1
        rest, again = rest[over:], rest[:over]
    seen = {(one.house, one.what, one.when) for one in known}
    new = [str(one) for one in rest if (one.house, one.what, one.when) not in seen]
    assert not new, f"/testbuy does not pass there, so it is to be cut here: {new}"
    return [*asked, *at_once, *((point, BOTH) for point in again)]


async def cut(world: RestartWorld, path: Path, known: Sequence[Point]) -> str:
    """Cut the path where that is to be; what came of it, in a line."""
    cutter = Cutter(world, path)
    cuts = cuts_of(path, await discovered(cutter, path), known)
    for point, victims in cuts:
        await cutter.cut(point, victims)
    await cutter.look()
    assert cutter.counts.total() == len(cuts)
    assert cutter.counts[path.judge.words[0]], "where nothing is ever done, nothing is shown"
    return (
        f"{path.name}, {len(cuts)} cuts at {NUMBERS[path.name]} boundaries: {dict(cutter.counts)}"
    )


async def test_cut_anywhere_a_run_buys_once_or_says_why_not_and_its_exit_sells_once(
    tmp_path: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    async with restart_world(tmp_path / "world") as world:
        known = await Cutter(world, TESTBUY).discover()
        await begin(world)
        lines = [await cut(world, path, known) for path in (SLOT, EXIT)]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines))
