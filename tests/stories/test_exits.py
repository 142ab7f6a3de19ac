"""Exits between slots: the price falls, and what is held is sold at once, by the same path.

May import: core, wire.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from piggybot.core.runs import Cause, Halt, RunState
from piggybot.deciding import Quote
from piggybot.standings import Scene
from piggybot.watcher import Watched
from proxy.wire import Mode, Side, Timeframe
from tests.stories.running import begun, bot, look, run_of, slots, to_the_next
from tests.stories.steps import account, free, heard, nothing_sent, orders, price, settled, silence
from tests.world import World

pytestmark = pytest.mark.anyio

LINE = "dca BTC/USDT 1h 20 hour={hour} stop=5%"
"""It buys at the next full hour, and its next slot is an hour later: only exits sell meanwhile."""


async def bought(world: World, line: str = LINE) -> Decimal:
    """A run that has just bought; what it paid for a coin."""
    hour = (world.clock() + timedelta(hours=1)).hour
    await begun(world, line.format(hour=hour))
    await to_the_next(world, Timeframe.H1)
    await slots(world)
    await world.ann.expect("Bought")
    position = bot(world).store.ledger.of_run(run_of(world).id)[0]
    world.ann.now()
    return position.paid / position.bought


async def test_a_stop_loss_sells_between_slots_and_says_why(live: World) -> None:
    live.key.holding("BTC").free = Decimal(1)
    paid = await bought(live)
    price(live, f"{paid * Decimal('0.951'):.2f}")
    await look(live)
    await silence(live.ann)
    assert await heard(live.ann, "Sold") == 0

    price(live, f"{paid * Decimal('0.949'):.2f}")
    await look(live)
    told = await live.ann.expect("Sold")
    assert "stop loss: price" in told.text
    assert "5% below the" in told.text
    buy, sale = orders(live)
    assert sale.wanted.side == "SELL"
    assert buy.executed - sale.executed == Decimal("0.00001"), "the fee was taken in coins"
    assert free(live, "BTC") >= 1, "the owner's own coin is never sold"
    last = bot(live).store.orders.recent(run_of(live).user_id, 1)[0]
    assert (last.intent.cause, last.intent.number) == (Cause.STOP_LOSS, 2)
    await look(live)
    assert live.posts == 2


async def test_a_paused_runs_stop_loss_stays_armed(world: World) -> None:
    paid = await bought(world)
    await world.ann.say("/runs")
    await world.ann.expect("#1 dca")
    await world.ann.press("Pause")
    await silence(world.ann)
    assert run_of(world).state is RunState.PAUSED
    price(world, f"{paid * Decimal('0.9'):.2f}")
    await look(world)
    told = await world.ann.expect("Sold")
    assert "📝 PAPER" in told.text
    assert nothing_sent(world)


async def test_a_trailing_stop_follows_the_price_over_a_restart(world: World) -> None:
    paid = await bought(world, LINE.replace("stop=5%", "trail=4%"))
    high = (paid * Decimal("1.2")).quantize(Decimal("0.01"))
    price(world, str(high))
    await look(world)
    await world.bot.stop()
    await world.bot.start()
    price(world, f"{high * Decimal('0.959'):.2f}")
    await look(world)
    told = await world.ann.expect("Sold")
    assert "trailing stop: price" in told.text
    assert f"4% below the peak {high:,.2f}" in told.text


async def test_a_stop_holds_exits_back_until_it_is_resumed(live: World) -> None:
    paid = await bought(live)
    await live.ann.say("/stop")
    await live.ann.expect("Stop complete")
    price(live, f"{paid * Decimal('0.9'):.2f}")
    await look(live)
    await look(live)
    assert live.posts == 1
    await live.ann.say("/resume")
    await live.ann.expect("End the stop for all accounts?")
    await live.ann.press("Resume")
    await live.ann.expect("REDUCING")
    await look(live)
    await live.ann.expect("stop loss: price")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]


async def test_an_exit_whose_answer_is_lost_sells_once(live: World) -> None:
    paid = await bought(live)
    await live.exchange.misbehave("500-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order", count=2)
    price(live, f"{paid * Decimal('0.9'):.2f}")
    await look(live)
    await live.ann.expect("no answer yet")
    for _ in range(3):
        await look(live)
    await settled(live, "✅ Sold")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]
    assert bot(live).store.ledger.of_run(run_of(live).id)[0].entries == 0


async def test_ended_and_sold_from_the_chat_is_one_sell_in_the_books(live: World) -> None:
    await bought(live)
    await live.ann.say("/runs")
    await live.ann.expect("#1 dca")
    await live.ann.press("End")
    await live.ann.expect("End")
    await live.ann.press("ell")
    await live.ann.expect("✅ Sold")
    await silence(live.ann)
    assert run_of(live).state is RunState.ENDED
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]


async def test_an_exit_due_on_paper_is_no_real_order_where_live_comes_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Live is turned on between the look at the price and the sell."""
    await world.keys()
    paid = await bought(world)
    watcher = bot(world).trading.watcher
    leave = watcher._leave

    async def meanwhile(one: Watched, quote: Quote, scene: Scene) -> None:
        await world.live()
        await leave(one, quote, scene)

    monkeypatch.setattr(watcher, "_leave", meanwhile)
    price(world, f"{paid * Decimal('0.9'):.2f}")
    await look(world)
    assert (await account(world)).mode is Mode.LIVE
    orders_made = bot(world).store.orders.recent(run_of(world).user_id, 9)
    assert [one.intent.side for one in orders_made] == [Side.BUY]
    assert nothing_sent(world)


async def test_a_run_whose_books_are_in_doubt_is_not_ended_as_if_it_had_sold(live: World) -> None:
    await bought(live)
    bot(live).store.runs.set_state(run_of(live).id, RunState.HALTED, "", Halt.BOOKS)
    await live.ann.say("/runs")
    await live.ann.expect("#1 dca")
    await live.ann.press("End")
    await live.ann.expect("End")
    await live.ann.press("ell")
    await live.ann.expect("Nothing was sold")
    assert run_of(live).state is RunState.HALTED
    assert [one.wanted.side for one in orders(live)] == ["BUY"]


async def test_a_price_that_cannot_be_had_is_told_once_and_the_stop_fires_when_it_is_back(
    live: World,
) -> None:
    paid = await bought(live)
    await live.exchange.misbehave("500-before", method="GET", path="/api/v3/ticker/price")
    price(live, f"{paid * Decimal('0.9'):.2f}")
    for _ in range(20):
        await look(live)
    assert await heard(live.ann, "#1 dca · BTC/USDT · 1h: its exits are not watched") == 1
    assert live.posts == 1
    await live.exchange.misbehave("ok")
    await look(live)
    await live.ann.expect("stop loss: price")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]
