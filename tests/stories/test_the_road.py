"""The whole road once: from /setkeys to a filled order and back."""

from decimal import Decimal

import pytest

from tests.world import World

pytestmark = pytest.mark.anyio


async def test_from_keys_to_a_live_order_in_the_books(world: World) -> None:
    await world.keys()
    await world.ann.say("/testbuy 2")
    await world.ann.expect("📝 PAPER")
    assert world.posts == 0, "paper must not reach the exchange"

    await world.live()
    await world.ann.say("/testbuy 2")
    told = await world.ann.expect("Live order submitted. Order ID:")
    assert "🔴 LIVE" in told.text

    [order] = world.exchange.books.orders
    assert str(order.order_id) in told.text
    account = world.exchange.books.accounts[world.key.api_key]
    assert account.balances["USDT"].free < Decimal(10000)
    await world.ann.say("/balance")
    assert "BTC" in (await world.ann.expect("Total:")).text
