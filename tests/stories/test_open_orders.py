"""An order that the exchange leaves open: the person knows it, and its run's exits are not lost.

May import: sandbox, wire.
"""

from decimal import Decimal

import pytest

from piggybot.sandbox.books import Order
from proxy.wire import OPEN_FOR, Mode, Timeframe
from tests.stories.running import begun, bot, look, run_of, slots, to_the_next
from tests.stories.steps import account, free, orders, price, settled, silence
from tests.world import World

pytestmark = pytest.mark.anyio

LINE = "dca BTC/USDT 1h 40 hour={hour} stop=5%"
STEP = Decimal("0.00001")


async def due(world: World) -> Decimal:
    """A run whose slot has come: the next order is its buy. Bitcoin's price."""
    await begun(world, LINE.format(hour=(world.clock().hour + 1) % 24))
    await to_the_next(world, Timeframe.H1)
    return world.exchange.market.price("BTCUSDT")


async def a_minute_later(world: World) -> None:
    """The proxy hears of the bot meanwhile, and then looks, as it does each second."""
    assert world.proxy.app is not None
    for _ in range(2):
        world.clock.jump(OPEN_FOR.total_seconds() / 2)
        await bot(world).ticks.health()
    desk = world.proxy.app.state.house.desk
    await desk.watch_once()
    await desk.idle()


def sold(world: World) -> list[Order]:
    return [one for one in orders(world) if one.wanted.side == "SELL"]


async def test_a_buy_left_open_is_told_cancelled_after_a_minute_and_its_stop_loss_sells_the_part(
    live: World,
) -> None:
    paid = await due(live)
    live.exchange.books.fill_next("half")
    await slots(live)
    told = await live.ann.expect("The order is open at binanceus since")
    [buy] = orders(live)
    assert buy.status == "PARTIALLY_FILLED"
    assert f"{buy.executed.normalize():f} BTC bought so far." in told.text

    price(live, f"{paid * Decimal('0.9'):.2f}")
    await look(live)
    assert live.posts == 1, "nothing is sold of what may still grow"
    for asked in ("/runs", "/whynot #1"):
        await live.ann.say(asked)
        await live.ann.expect("✋ Its last order is open at binanceus:")

    await a_minute_later(live)
    assert buy.status == "CANCELED"
    over = await settled(live, "Only a part was filled; the rest was cancelled.")
    assert f"✅ Bought {buy.executed.normalize():f} BTC/USDT" in over.text
    await look(live)
    await live.ann.expect("stop loss: price")
    [sale] = sold(live)
    assert buy.executed - buy.executed / 1000 - STEP < sale.executed < buy.executed
    assert free(live, "BTC") < STEP, "the fee was taken in coins: less than a step is left"
    assert bot(live).store.ledger.of_run(run_of(live).id)[0].entries == 0
    assert (await account(live)).mode is Mode.LIVE


async def test_a_stop_loss_left_open_is_cancelled_and_sells_the_rest_once(live: World) -> None:
    paid = await due(live)
    await slots(live)
    await live.ann.expect("Live order submitted")
    [buy] = orders(live)
    price(live, f"{paid * Decimal('0.9'):.2f}")
    live.exchange.books.fill_next("half")
    await look(live)
    told = await live.ann.expect("BTC sold so far.")
    assert "stop loss: price" in told.text
    for _ in range(3):
        await look(live)
    assert len(sold(live)) == 1

    await a_minute_later(live)
    await settled(live, "Only a part was filled; the rest was cancelled.")
    await look(live)
    await live.ann.expect("stop loss: price")
    await silence(live.ann)
    first, second = sold(live)
    assert (first.status, second.status) == ("CANCELED", "FILLED")
    assert buy.executed - buy.executed / 1000 - STEP < first.executed + second.executed
    assert first.executed + second.executed < buy.executed
    assert free(live, "BTC") < STEP
    await look(live)
    assert live.posts == 3
