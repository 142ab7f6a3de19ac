"""What was bought at a sandbox is never sold at the real venue: a data folder has one kind."""

from pathlib import Path

import pytest

from proxy.app import World, build
from proxy.settings import BadSettings
from tests.proxy.edges import running, settings_for

pytestmark = pytest.mark.anyio


async def used(folder: Path, *, live: bool) -> None:
    """A proxy before a sandbox, with one order of a client."""
    async with running(folder) as proxy:
        await proxy.save(proxy.exchange.sandbox.add_key())
        if live:
            await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
        assert (await proxy.buy("5")).status_code == 200


async def test_a_folder_with_sandbox_orders_does_not_start_at_the_real_exchange(
    tmp_path: Path,
) -> None:
    await used(tmp_path, live=True)
    with pytest.raises(BadSettings) as told:
        build(settings_for(tmp_path, ""), World())
    assert told.value.message == (
        "This data folder holds orders of a sandbox, and EXCHANGE_ORIGIN says the real exchange "
        "now."
    )
    assert "its own PIGGY_DATA, or set EXCHANGE_ORIGIN back" in told.value.hint


@pytest.mark.parametrize("origin", ["testnet", "http://127.0.0.1:9"])
async def test_from_one_sandbox_to_another_it_starts(tmp_path: Path, origin: str) -> None:
    await used(tmp_path, live=True)
    build(settings_for(tmp_path, origin), World())


async def test_paper_orders_bind_nothing(tmp_path: Path) -> None:
    await used(tmp_path, live=False)
    build(settings_for(tmp_path, ""), World())
