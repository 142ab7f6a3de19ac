"""Whose stop /flatten passes: one's own, the owner also one for all, and nobody that of the host.

May import: wire.
"""

import pytest

from proxy.wire import Mode
from tests.stories.leaving import THROUGH, bought, flattened, sells, stopped, watched
from tests.stories.steps import silence
from tests.stories.test_safety_stop import resumed
from tests.stories.test_two_people import Two, two
from tests.world import World

__all__ = ["two"]

pytestmark = pytest.mark.anyio
BOTH = [("BTC", "FILLED"), ("ETH", "FILLED")]


async def test_the_stop_file_of_the_host_is_not_passed(live: World) -> None:
    await bought(live)
    (live.folder / "STOP").write_text("stopped on the host\n")
    await watched(live)
    await live.ann.say("/flatten")
    told = await live.ann.expect("Nothing was sold. There is a stop file on the host")
    assert "The owner's /resume takes it away; then /flatten." in told.text
    assert sells(live) == []
    assert "🟠 REDUCING" in await resumed(live)
    await flattened(live)
    assert sells(live) == BOTH


async def test_a_member_sells_from_their_own_stop_and_nobody_elses(two: Two) -> None:
    world, bob = two.world, two.bob
    await bought(world, "/testbuy 9 BTC")
    await bought(world, "/testbuy 9 BTC", person=bob)
    await stopped(world, bob)
    told = await flattened(world, bob)
    assert THROUGH in told.text
    [sold] = [one for one in world.exchange.books.orders if one.wanted.side == "SELL"]
    assert sold.api_key == two.bobs_key.api_key
    assert (await two.account(two.ann)).mode is Mode.LIVE
    assert (await two.account(bob)).mode is Mode.HALTED
    assert not [one for one in two.ann.messages if "🏁" in one.text]


async def test_under_the_owners_stop_the_owner_sells_and_a_member_does_not(two: Two) -> None:
    world, bob = two.world, two.bob
    await bought(world, "/testbuy 9 BTC")
    await bought(world, "/testbuy 9 BTC", person=bob)
    await stopped(world)
    await bob.say("/flatten")
    told = await bob.expect("Nothing was sold. A stop for all accounts is in force")
    assert "It works after the owner's /resume." in told.text
    told = await flattened(world)
    assert THROUGH in told.text
    [sold] = [one for one in world.exchange.books.orders if one.wanted.side == "SELL"]
    assert sold.api_key == world.key.api_key
    await bob.say("/flatten")
    await bob.expect("Nothing was sold. A stop for all accounts is in force")
    await silence(bob)
    assert len(sells(world)) == 1
