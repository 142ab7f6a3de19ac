"""Runs at their slots: from a strategy's signal to the exchange's own books and back to the chat.

May import: core, wire.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.core.positions import Book
from piggybot.core.runs import Halt, Outcome, RunState
from proxy.wire import Mode, Timeframe
from tests.bot.packages import install_rogue
from tests.stories.conftest import MakeWorld
from tests.stories.running import (
    CROSS,
    begun,
    bot,
    minute,
    minutes_until,
    run_of,
    slot_reason,
    slots,
    to_the_next,
)
from tests.stories.steps import (
    account,
    free,
    heard,
    nothing_sent,
    one_order,
    orders,
    settled,
    silence,
)
from tests.world import World

pytestmark = pytest.mark.anyio

TEN = CROSS.format(usd=10)


async def test_a_run_on_paper_buys_and_sells_by_signal_and_tells(world: World) -> None:
    summary = await begun(world, TEN)
    bought = await minutes_until(world, "Bought")
    assert "🤖 #1 sma_crossover · BTC/USDT · 1m\nsignal: 2-SMA" in bought.text
    assert "📝 PAPER 🧪" in bought.text
    assert bought.reply_to == summary.message_id
    sold = await minutes_until(world, "Sold")
    assert "crossed below" in sold.text
    assert sold.reply_to == summary.message_id
    assert nothing_sent(world)
    [position] = bot(world).store.ledger.of_run(run_of(world).id)
    assert (position.key.book, position.trades, position.entries) == (Book.PAPER, 1, 0)


async def test_a_live_run_is_counted_in_the_exchanges_own_books(live: World) -> None:
    live.key.holding("BTC").free = Decimal(1)
    await begun(live, TEN)
    bought = await minutes_until(live, "Bought")
    assert "🔴 LIVE 🧪" in bought.text
    order = one_order(live)
    assert order.wanted.client_id.startswith("pg-")
    assert Decimal(9) < order.quote <= 10
    [position] = bot(live).store.ledger.of_run(run_of(live).id)
    assert position.key.book is Book.LIVE
    assert position.units == sum(t.quantity - t.commission for t in order.trades)

    await minutes_until(live, "Sold")
    buy, sale = orders(live)
    assert (buy.wanted.side, sale.wanted.side) == ("BUY", "SELL")
    assert sale.executed <= buy.executed
    assert free(live, "BTC") >= 1, "the owner's own coin is never sold"
    assert live.posts == 2


async def test_a_restart_in_the_middle_of_a_slot_buys_once(live: World) -> None:
    """The bot ends while its order is at the exchange; the next one does not decide again."""
    hour = (live.clock() + timedelta(hours=1)).hour
    await begun(live, f"dca BTC/USDT 1h 10 hour={hour}")
    hold = live.exchange.hold("after")
    await to_the_next(live, Timeframe.H1)
    await bot(live).ticks.slots()
    await hold.arrived()
    slot = bot(live).store.slots.last(run_of(live).id)
    await live.bot.stop()
    hold.release()
    await live.bot.start()
    await slots(live)
    await settled(live, "Bought")
    one_order(live)
    now = bot(live).store.slots.of_run(run_of(live).id, 99)
    assert slot is not None
    assert [one.client_id for one in now if one.at == slot.at] == [slot.client_id]
    assert bot(live).store.ledger.of_run(run_of(live).id)[0].entries == 1


async def test_after_an_outage_old_slots_are_skipped_in_one_line(world: World) -> None:
    await begun(world, TEN)
    await begun(world, "dca BTC/USDT 1h 10 hour=0")
    await minute(world)
    await world.bot.stop()
    world.clock.jump(3 * 3600)
    await world.bot.start()
    world.ann.now()
    await slots(world)
    told = await world.ann.expect("⏭ Skipped")
    assert "of 2 runs from" in told.text
    assert told.text.endswith("I was away. None is made up for.")
    assert await heard(world.ann, "⏭ Skipped") == 1
    skipped = bot(world).store.slots.of_run(run_of(world).id, 2)
    assert Outcome.SKIPPED in {one.outcome for one in skipped}


@pytest.mark.parametrize(("whim", "said"), [(2, "failed"), (10, "took longer than 2 s.")])
async def test_a_strategy_that_raises_or_hangs_halts_its_own_run_and_nothing_else(
    make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whim: int, said: str
) -> None:
    install_rogue(tmp_path / "installed")
    monkeypatch.syspath_prepend(tmp_path / "installed")
    world = await make_world()
    await world.pair()
    await begun(world, "rogue BTC/USDT 1m 10 whim=0")
    await begun(world, TEN)
    store = bot(world).store
    run = run_of(world)
    with store.runs._engine.begin() as db:
        new = f'"whim": "{whim}"'
        db.exec_driver_sql(f"UPDATE runs SET params = replace(params, '\"whim\": \"0\"', '{new}')")
    assert run_of(world).params["whim"] == str(whim)
    told = await minutes_until(world, "is halted")
    assert "🛑 #1 rogue · BTC/USDT · 1m is halted." in told.text
    assert f"The strategy rogue {said}" in told.read
    assert (run_of(world).state, run_of(world).halt) == (RunState.HALTED, Halt.STRATEGY)
    assert run_of(world, 2).state is RunState.ACTIVE
    last = store.slots.last(run.id)
    assert last is not None
    assert last.outcome is Outcome.DENIED
    await minutes_until(world, "Bought")


async def test_a_stop_in_the_middle_of_a_slot_lets_nothing_leave_after_it(live: World) -> None:
    """Six runs want to buy at once; the exchange holds the first, and the stop comes."""
    hour = (live.clock() + timedelta(hours=1)).hour
    for _ in range(6):
        await begun(live, f"dca BTC/USDT 1h 10 hour={hour}")
    hold = live.exchange.hold("before")
    await to_the_next(live, Timeframe.H1)
    await bot(live).ticks.slots()
    await hold.arrived()
    await live.ann.say("/stop")
    await live.ann.expect("the gate is closed")
    sent = live.posts
    hold.release()
    await bot(live).trading.acting.idle()
    await live.ann.expect("Stop complete: nothing in flight")
    await silence(live.ann)
    assert live.posts == sent
    assert len(orders(live)) <= sent
    for _ in range(3):
        await minute(live)
    assert live.posts == sent
    reasons = [bot(live).store.slots.last(run_of(live, n).id) for n in range(1, 7)]
    denied = [one for one in reasons if one is not None and one.outcome is Outcome.DENIED]
    assert len(denied) == 6 - sent


async def test_reducing_sells_what_a_run_holds_and_buys_nothing(live: World) -> None:
    await begun(live, TEN)
    await minutes_until(live, "Bought")
    await live.ann.say("/live off")
    await live.ann.expect("REDUCING")
    await minutes_until(live, "Sold")
    assert [one.wanted.side for one in orders(live)] == ["BUY", "SELL"]
    assert (await account(live)).mode is Mode.PAPER


async def test_a_limit_that_is_reached_stands_in_the_slot(world: World) -> None:
    await world.ann.say("/limits day 1")
    await world.ann.expect("Limits changed")
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Paper order filled")
    await begun(world, TEN)
    slot = await slot_reason(world, "1 of 1 trades used today")
    assert "again at 00:00 UTC" in slot.reason
    assert (slot.outcome, slot.signal) == (Outcome.DENIED, 1)
    assert nothing_sent(world)


async def test_an_answer_that_the_exchange_loses_is_no_second_order(live: World) -> None:
    await begun(live, TEN)
    await live.exchange.misbehave("timeout-after", count=1)
    await live.exchange.misbehave("503-before", method="GET", path="/api/v3/order", count=2)
    await minutes_until(live, "no answer yet")
    for _ in range(3):
        await minute(live)
    await settled(live, "✅ Bought")
    bought = [one for one in orders(live) if one.wanted.side == "BUY"]
    assert len(bought) == 1
    [position] = bot(live).store.ledger.of_run(run_of(live).id)
    assert position.units == sum(t.quantity - t.commission for t in bought[0].trades)


async def test_two_people_run_apart(make_world: MakeWorld) -> None:
    world = await make_world(bot={"member_ids": (1002,)})
    await world.pair()
    ben = world.telegram.person(1002, "Ben")
    await ben.say("/start")
    await ben.expect("Hello Ben")
    await begun(world, TEN)
    await begun(world, CROSS.format(usd=20), ben)
    told = await minutes_until(world, "Bought", ben)
    assert "🤖 #1 sma_crossover" in told.text
    mine = await world.ann.expect("Bought")
    assert "for $9." in mine.text or "for $10.00" in mine.text
    assert "for $19." in told.text or "for $20.00" in told.text
    await ben.say("/stop")
    await ben.expect("Stop complete")
    await minutes_until(world, "Sold")
    assert await heard(ben, "Sold") == 0
