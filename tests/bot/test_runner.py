"""Slots: who decides when, what is written down, sent and told, and what nobody ran.

May import: core, errors, store, wire.
"""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from piggybot.core.orders import Intent
from piggybot.core.runs import Cause, Exits, Outcome
from piggybot.errors import BrokerDown
from proxy.wire import Side, Timeframe
from tests.bot.bench import NOON, Bench
from tests.bot.market_broker import DOWN, FLAT, UP
from tests.bot.running import KEY, begin, intents, last, tick

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def test_a_run_buys_and_sells_by_signal_and_tells_why(trader: Bench) -> None:
    begin(trader)
    [bought] = await tick(trader, UP, hours=1, seconds=1)
    assert bought.startswith("🤖 #1 sma_crossover · BTC/USDT · 1h\nsignal: 2-SMA 105")
    assert "✅ Bought 0.1 BTC/USDT at 100.00" in bought
    slot = last(trader)
    assert (slot.at, slot.outcome, slot.signal) == (NOON + HOUR, Outcome.RUN, 1)
    assert (slot.reason, slot.price) == ("Buys for $10.00.", Decimal(100))
    assert "crossed above" in slot.why

    trader.broker.price_now = Decimal(105)
    [sold] = await tick(trader, DOWN, hours=1)
    assert "✅ Sold 0.1 BTC/USDT at 105.00" in sold
    buy, sell = intents(trader)
    assert (buy.number, buy.side, buy.cause, buy.slot) == (1, Side.BUY, Cause.SIGNAL, NOON + HOUR)
    assert (sell.number, sell.side, sell.units) == (2, Side.SELL, Decimal("0.1"))
    assert buy.quoted_price == buy.seen_price == 100
    assert sell.quoted_price is None
    assert {one.reply_to for one in (buy, sell)} == {55}
    assert [one.typed for one in trader.broker.orders] == [False, False]
    over = trader.store.ledger.position(KEY)
    assert (over.trades, over.wins, over.opened, over.closed) == (1, 1, None, NOON + 2 * HOUR)
    assert [letter.reply_to for letter in trader.letters()[-2:]] == [55, 55]


async def test_a_slot_is_run_once_however_often_the_clock_calls(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    for _ in range(3):
        assert await tick(trader, seconds=10) == []
    assert len(trader.broker.posts) == 1
    assert len(trader.store.slots.of_run("r1", 9)) == 1


async def test_a_restart_after_the_decision_does_not_send_and_does_not_decide_again(
    trader: Bench,
) -> None:
    """Written down and not sent: the order is asked after, and called off where nobody saw it."""
    begin(trader)
    trader.later(hours=1)
    trader.broker.draw(trader.now, UP)
    begun: list[Intent] = []
    trader.trading.acting._begin = begun.append  # type: ignore[method-assign]
    await trader.ticks.slots()
    assert len(begun) == 1
    assert trader.broker.posts == []

    trader.restart()
    [told] = await trader.heard(trader.ticks.settle())
    assert "not placed" in told
    assert await tick(trader, UP, seconds=10) == []
    assert trader.broker.posts == []
    assert (last(trader).outcome, last(trader).reason) == (
        Outcome.DENIED,
        "The order never arrived.",
    )


async def test_what_passed_in_an_outage_is_skipped_and_told_in_one_line_each(trader: Bench) -> None:
    trader.join(8, owner=False)
    begin(trader)
    begin(trader, "r2", timeframe=Timeframe.M1)
    begin(trader, "r3", person_id=8, user_id="user-8")
    told = await tick(trader, UP, hours=6, seconds=215)
    assert told == [
        "⏭ Skipped 369 decisions of 2 runs from 2026-01-01 12:01 UTC to 2026-01-01 18:03 UTC: I "
        "was away. None is made up for.",
        "⏭ Skipped 6 decisions of 1 run from 2026-01-01 13:00 UTC to 2026-01-01 18:00 UTC: I "
        "was away. None is made up for.",
    ]
    assert last(trader).since == NOON + HOUR
    assert (last(trader).at, last(trader).outcome) == (NOON + 6 * HOUR, Outcome.SKIPPED)
    assert last(trader, "r2").at == NOON + 6 * HOUR + timedelta(minutes=3)
    assert trader.broker.posts == []
    assert await tick(trader, seconds=10) == []


@pytest.mark.parametrize(("late", "outcome"), [(29, "RUN"), (31, "SKIPPED")])
async def test_a_slot_of_a_minute_may_be_half_a_minute_late(
    trader: Bench, late: int, outcome: str
) -> None:
    begin(trader, timeframe=Timeframe.M1)
    told = await tick(trader, seconds=60 + late)
    assert last(trader).outcome == outcome
    assert len(told) == (outcome == "SKIPPED")


async def test_after_an_outage_the_slot_that_is_in_time_is_run(trader: Bench) -> None:
    begin(trader)
    told = await tick(trader, UP, hours=3)
    assert [one[:9] for one in told] == ["⏭ Skipped", "🤖 #1 sma_"]
    assert [(one.at, one.outcome) for one in trader.store.slots.of_run("r1", 9)] == [
        (NOON + 3 * HOUR, Outcome.RUN),
        (NOON + 2 * HOUR, Outcome.SKIPPED),
    ]


async def test_one_market_in_trouble_holds_up_no_other(trader: Bench) -> None:
    begin(trader)
    begin(trader, "r2", symbol="ETH/USDT")
    trader.broker.draw(NOON + HOUR, UP, "ETH/USDT")
    price = trader.broker.price

    async def broken(exchange: str, symbol: str) -> Any:
        if symbol == "BTC/USDT":
            raise RuntimeError("a bug")
        return await price(exchange, symbol)

    trader.broker.price = broken  # type: ignore[method-assign]
    [told] = await tick(trader, hours=1)
    assert "ETH/USDT" in told
    assert trader.store.slots.last("r1") is None, "it is met again at the next call"
    trader.broker.price = price  # type: ignore[method-assign]
    await tick(trader, seconds=10)
    assert last(trader).outcome is Outcome.RUN


async def test_a_market_that_keeps_us_waiting_holds_up_no_exit_of_another(trader: Bench) -> None:
    """The candles of one market hang; on the other one the price falls through the stop."""
    begin(trader, exits=Exits(stop_loss=Decimal("0.1")))
    await tick(trader, UP, hours=1)
    begin(trader, "r2", symbol="ETH/USDT")
    trader.broker.draw(NOON + 2 * HOUR, FLAT)
    candles, hanging, over = trader.broker.candles, asyncio.Event(), asyncio.Event()

    async def slow(exchange: str, symbol: str, *rest: Any) -> Any:
        if symbol == "ETH/USDT":
            hanging.set()
            await over.wait()
        return await candles(exchange, symbol, *rest)

    trader.broker.candles = slow  # type: ignore[method-assign]
    trader.later(hours=1)
    slot = asyncio.create_task(trader.ticks.slots())
    await hanging.wait()
    while trader.store.slots.last("r1").at != NOON + 2 * HOUR:  # type: ignore[union-attr]
        await asyncio.sleep(0)
    trader.later(seconds=10)
    trader.broker.price_now = Decimal(80)
    await trader.ticks.exits()
    await trader.trading.acting.idle()
    assert [one.cause for one in intents(trader)] == [Cause.SIGNAL, Cause.STOP_LOSS]
    over.set()
    await slot


async def test_an_answer_that_is_lost_is_asked_for_and_never_bought_twice(trader: Bench) -> None:
    begin(trader)
    trader.broker.lost = True
    [told] = await tick(trader, UP, hours=1)
    assert "no answer yet" in told
    trader.broker.lost = False
    assert await tick(trader, DOWN, hours=1) == []
    assert "is not known yet (pg-" in last(trader).reason
    assert last(trader).outcome is Outcome.DENIED
    [settled] = await trader.heard(trader.ticks.settle())
    assert "the answer you were waiting for" in settled
    assert len(trader.broker.posts) == 1
    assert trader.store.ledger.position(KEY).units == Decimal("0.1")


async def test_the_peak_and_the_best_are_kept_at_each_slot(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.broker.price_now = Decimal(130)
    await tick(trader, FLAT, hours=1)
    held = trader.store.ledger.position(KEY)
    assert (held.peak, held.best) == (Decimal(130), Decimal("2.998"))
    trader.broker.price_now = Decimal(120)
    await tick(trader, FLAT, hours=1)
    assert trader.store.ledger.position(KEY) == held


async def test_a_young_market_is_asked_for_no_more_than_is_needed(trader: Bench) -> None:
    begin(trader)
    trader.broker.most = 4
    assert len(await tick(trader, UP, hours=1)) == 1
    assert last(trader).signal == 1
    trader.broker.most = 3
    await tick(trader, DOWN, hours=1)
    assert last(trader).reason == "There are too few candles (too_little_history)."


async def test_two_people_trade_apart(trader: Bench) -> None:
    trader.join(8, owner=False)
    begin(trader)
    begin(trader, "r8", person_id=8, user_id="user-8")
    await tick(trader, UP, hours=1)
    assert {one.userId for one in trader.broker.orders} == {"user-7", "user-8"}
    chats = {one.chat_id for one in trader.letters() if "🤖" in str(one.body.get("text"))}
    assert chats == {7, 8}
    assert len(trader.store.ledger.positions("user-7", KEY.book)) == 1


async def test_the_proxy_gone_in_the_middle_of_an_order_leaves_it_asked_for(trader: Bench) -> None:
    begin(trader)

    async def gone(*_: object) -> Any:
        raise BrokerDown("The trading service gave no answer.", "Is it running?", sent=True)

    trader.broker.place = gone  # type: ignore[method-assign]
    [told] = await tick(trader, UP, hours=1)
    assert "I will keep asking" in told
    [settled] = await trader.heard(trader.ticks.settle())
    assert "not placed" in settled
    assert last(trader).outcome is Outcome.DENIED


async def test_old_slots_go_at_the_days_turn(trader: Bench) -> None:
    begin(trader)
    await tick(trader, FLAT, hours=1)
    await tick(trader, FLAT, hours=1)
    await tick(trader, days=100)
    assert len(trader.store.slots.of_run("r1", 9)) == 4
    await trader.ticks.new_day()
    assert [one.outcome for one in trader.store.slots.of_run("r1", 9)] == ["RUN", "SKIPPED"]


async def test_a_clock_that_is_set_back_by_an_hour_decides_no_slot_again(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    assert len(trader.broker.posts) == 1
    before = trader.store.slots.last("r1")
    for seconds in (-3600, 600, 2970, 30):
        trader.later(seconds=seconds)
        await trader.heard(trader.ticks.slots())
        assert trader.store.slots.last("r1") == before
    assert len(trader.broker.posts) == 1
    await tick(trader, DOWN, hours=1)
    assert len(trader.broker.posts) == 2, "the next slot is the first new one"
