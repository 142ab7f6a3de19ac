"""A bot with somebody else's broken strategy installed: it starts, says so, and works.

May import: nothing of ours.
"""

from pathlib import Path

import pytest

from tests.bot.packages import install, install_rogue
from tests.stories.conftest import MakeWorld

pytestmark = pytest.mark.anyio


async def test_a_broken_package_is_named_at_the_start_and_nothing_else_changes(
    make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "installed"
    install_rogue(folder)
    install(folder, "piggybot-broken", "broken = broken:Broken", broken="import nowhere_to_be\n")
    monkeypatch.syspath_prepend(folder)
    world = await make_world()
    assert world.bot.said[0] == (
        "The strategy broken could not be loaded: ModuleNotFoundError: No module named "
        "'nowhere_to_be' (broken.py, line 1). It is of the package piggybot-broken."
    )
    await world.pair()
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Bought")
