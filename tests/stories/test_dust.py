"""What is left over of a run's holding, below the exchange's smallest order, from sell to sell.

May import: core, sandbox, wire.
"""

from decimal import Decimal

import pytest

from piggybot.core.money import plain
from piggybot.core.positions import Position
from piggybot.core.runs import Exits, RunState
from piggybot.sandbox.books import Order
from proxy.wire import Timeframe
from tests.stories.running import bot, minutes_until, run_of
from tests.stories.steps import orders
from tests.stories.test_chart import begin
from tests.world import World

pytestmark = pytest.mark.anyio

STEP = Decimal("0.0001")


def held(world: World) -> Position:
    [own] = bot(world).store.ledger.of_run(run_of(world).id)
    return own


def got(order: Order) -> Decimal:
    """The units that an order brought or took, fees included, by the exchange's books."""
    fees = sum(
        (one.commission for one in order.trades if one.commission_asset == "ETH"), Decimal(0)
    )
    return order.executed - fees if order.wanted.side == "BUY" else -order.executed


async def test_a_rest_that_the_exchange_takes_no_order_for_is_no_holding_and_goes_with_the_next(
    live: World,
) -> None:
    """The exchange takes no order for less than $10 of it; the run buys for $20."""
    ann = live.ann
    often = {"timeframe": Timeframe.M1, "params": {"fast": "2", "slow": "3"}, "exits": Exits()}
    spends = {"symbol": "ETH/USDT", "amount_usd": Decimal(20)}
    begin(live, state=RunState.ACTIVE, created=live.clock(), **often, **spends)
    await minutes_until(live, "Bought")
    await ann.say("/sell 13 ETH/USDT")
    await ann.expect("Real money.")
    await ann.press("Sell")
    await ann.expect("Live order submitted")
    rest = held(live)
    assert rest.units == sum(got(one) for one in orders(live)) > 20 * STEP, "as the exchange says"
    assert (rest.entries, rest.trades) == (0, 1)

    await ann.say("/positions")
    shown = await ann.expect("Nothing is open.")
    words = "🧹 🔴 LIVE 🧪 Left over, as it was too little to sell:"
    assert f"{words} {plain(rest.units)} ETH (about $6." in shown.text
    await ann.say("/sell all ETH/USDT")
    refused = await ann.expect("is below Binance.US's smallest order for ETH/USDT, $10.00.")
    assert refused.text.startswith("❌ Nothing was sent. $6.") and not refused.buttons
    assert "ETH, is too small: it goes with a later sell, once there is more." in refused.text
    await ann.say("/pnl")
    profit = await ann.expect("🧹 In it is $6.")
    assert "1 holding closed" in profit.text

    await minutes_until(live, "Bought")
    assert (held(live).entries, held(live).units) == (1, sum(got(one) for one in orders(live)))
    await minutes_until(live, "Sold")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL", "BUY", "SELL"]
    assert held(live).units == sum(got(one) for one in orders(live)) < STEP, "the rest went with it"
    assert (held(live).entries, held(live).trades) == (0, 2)
    await ann.say("/positions")
    assert (await ann.expect("Nothing is open.")).text.count("🧹") == 0
