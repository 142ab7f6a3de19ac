"""Exits between slots: looked at by price, sold once, kept apart from the slots.

May import: core, errors, store, wire.
"""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from piggybot.core.positions import Book, Key
from piggybot.core.runs import Cause, Exits, Guards, Halt, Run, RunState
from piggybot.errors import BrokerRefused
from proxy.wire import Mode, Problem, Side, Status
from tests.bot import values
from tests.bot.bench import OWNER, Bench
from tests.bot.market_broker import UP

pytestmark = pytest.mark.anyio

KEY = Key("user-7", Book.PAPER, "binanceus", "BTC/USDT", "r1")
STOP = Exits(stop_loss=Decimal("0.1"))


async def holding(trader: Bench, exits: Exits = STOP, **other: Any) -> Run:
    """A run that has bought for ten dollars at a hundred."""
    plain = values.run(
        "r1",
        person_id=OWNER,
        user_id="user-7",
        params={"fast": "2", "slow": "3"},
        exits=exits,
        guards=Guards(),
        created=trader.now,
        reply_to=55,
    )
    run = trader.store.runs.add(replace(plain, **other))
    trader.later(hours=1)
    trader.broker.draw(trader.now, UP)
    await trader.ticks.slots()
    await trader.trading.acting.idle()
    assert trader.store.ledger.position(KEY).entries == 1
    return run


async def look(trader: Bench, price: str, **later: float) -> list[str]:
    """The price is this, so much later; what was newly said when all is over."""
    trader.later(**(later or {"seconds": 10}))
    trader.broker.price_now = Decimal(price)
    return await trader.heard(_look(trader))


async def _look(trader: Bench) -> None:
    await trader.ticks.exits()
    await trader.trading.acting.idle()


@pytest.mark.parametrize(
    ("exits", "prices", "cause", "why"),
    [
        (
            Exits(stop_loss=Decimal("0.1")),
            ("90.01", "89"),
            Cause.STOP_LOSS,
            "price 89.00, stop at 90.00, 10% below the 100.00 paid",
        ),
        (
            Exits(take_profit=Decimal("0.1")),
            ("109.99", "110"),
            Cause.TAKE_PROFIT,
            "price 110.00, target 110.00, 10% above the 100.00 paid",
        ),
        (
            Exits(trailing_stop=Decimal("0.1")),
            ("120", "108.01", "108"),
            Cause.TRAILING_STOP,
            "price 108.00, stop at 108.00, 10% below the peak 120.00",
        ),
    ],
)
async def test_who_must_leave_leaves_between_slots_and_says_why(
    trader: Bench, exits: Exits, prices: tuple[str, ...], cause: Cause, why: str
) -> None:
    await holding(trader, exits)
    for price in prices[:-1]:
        assert await look(trader, price) == []
    [told] = await look(trader, prices[-1])
    assert why in told
    assert "✅ Sold 0.1 BTC/USDT" in told
    sale = trader.store.orders.all_of("user-7")[-1].intent
    assert (sale.cause, sale.why, sale.number, sale.slot) == (cause, why, 2, None)
    assert sale.origin == "exit:r1:2"
    assert sale.reply_to == 55
    assert trader.store.ledger.position(KEY).entries == 0
    assert await look(trader, "1") == []


async def test_a_time_limit_counts_from_the_slot(trader: Bench) -> None:
    await holding(trader, Exits(time_limit=2))
    assert await look(trader, "100", minutes=119, seconds=59) == []
    [told] = await look(trader, "100", seconds=1)
    assert "time limit: price 100.00; held since 2026-01-01 13:00 UTC, the limit is 2" in told


async def test_the_peak_survives_a_restart(trader: Bench) -> None:
    await holding(trader, Exits(trailing_stop=Decimal("0.1")))
    await look(trader, "150")
    trader.restart()
    assert trader.store.ledger.position(KEY).peak == 150
    [told] = await look(trader, "135")
    assert "10% below the peak 150.00" in told


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.HALTED])
async def test_exits_stay_armed_while_signals_are_not(trader: Bench, state: RunState) -> None:
    await holding(trader)
    halt = Halt.LOSSES if state is RunState.HALTED else None
    trader.store.runs.set_state("r1", state, halt=halt)
    assert "stop loss" in (await look(trader, "80"))[0]


async def test_a_run_whose_books_are_in_doubt_sells_nothing(trader: Bench) -> None:
    await holding(trader)
    trader.store.runs.set_state("r1", RunState.HALTED, "They differ.", Halt.BOOKS)
    assert await look(trader, "80") == []
    assert len(trader.broker.posts) == 1


async def test_a_stop_holds_exits_back_too(trader: Bench) -> None:
    await holding(trader)
    await trader.say("/stop")
    assert await look(trader, "80") == []
    assert len(trader.broker.posts) == 1


async def test_a_paper_holding_rests_while_live_is_on(trader: Bench) -> None:
    await holding(trader)
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    assert await look(trader, "80") == []
    assert len(trader.broker.posts) == 1


async def test_without_a_price_nothing_is_sold_and_the_next_look_sells(trader: Bench) -> None:
    await holding(trader)
    trader.broker.price_trouble = Problem(code="stale_price", message="The price is 70 s old.")
    assert await look(trader, "80") == []
    trader.broker.price_trouble = None
    assert "stop loss" in (await look(trader, "80"))[0]


async def test_slot_and_watcher_at_once_sell_once(trader: Bench) -> None:
    await holding(trader)
    trader.later(hours=1)
    trader.broker.price_now = Decimal(80)
    await asyncio.gather(trader.ticks.exits(), trader.ticks.slots(), trader.ticks.exits())
    await trader.trading.acting.idle()
    await trader.ticks.slots()
    assert [one.side for one in trader.broker.orders] == [Side.BUY, Side.SELL]
    assert trader.store.slots.last("r1") is not None


async def looks(trader: Bench, seconds: int) -> list[tuple[int, str]]:
    """What was told in the looks of so many seconds, and after how many."""
    begun, found = trader.now, list[tuple[int, str]]()
    while (passed := (trader.now - begun).seconds) < seconds:
        found += [(passed + 10, told) for told in await look(trader, "80")]
    return found


async def test_an_exit_that_is_refused_is_tried_each_minute_and_told_at_steps(
    trader: Bench,
) -> None:
    await holding(trader)
    problem = Problem(code="nothing_held", message="The bot holds 0 BTC.")
    trader.broker.refuse = BrokerRefused(problem, 409, Status.DENIED)
    (first, told), (again, more) = await looks(trader, 380)
    assert first == 10
    assert "I try again in 10 s, then at least each minute" in told
    assert again == 10 + 310, "the first try after five minutes"
    assert "It has failed 8 times since 13:00 UTC." in more
    tries = trader.store.orders.all_of("user-7")[1:]
    begun = tries[0].intent.placed
    after = [(one.intent.placed - begun).seconds for one in tries]
    assert after == [0, 10, 30, 70, 130, 190, 250, 310, 370]

    trader.broker.refuse = None
    [(soon, sold)] = await looks(trader, 60)
    assert soon <= 60
    assert "✅ Sold 0.1 BTC/USDT" in sold
    assert "It took 10 tries, since 13:00 UTC." in sold
    assert trader.store.ledger.position(KEY).entries == 0


async def test_the_steps_survive_a_restart(trader: Bench) -> None:
    await holding(trader)
    problem = Problem(code="nothing_held", message="The bot holds 0 BTC.")
    trader.broker.refuse = BrokerRefused(problem, 409, Status.DENIED)
    assert len(await looks(trader, 60)) == 1
    trader.restart()
    assert await looks(trader, 60) == []
    assert len(trader.store.orders.all_of("user-7")) == 1 + 3 + 3


async def test_an_exit_whose_answer_is_lost_is_not_sold_twice(trader: Bench) -> None:
    await holding(trader)
    trader.broker.lost = True
    [told] = await look(trader, "80")
    assert "no answer yet" in told
    trader.broker.lost = False
    for _ in range(20):
        assert await look(trader, "80") == []
    [settled] = await trader.heard(trader.ticks.settle())
    assert "✅ Sold" in settled
    assert len(trader.broker.posts) == 2


async def test_what_is_bought_by_hand_is_never_sold_by_a_run(trader: Bench) -> None:
    await trader.say("/testbuy 5")
    await holding(trader)
    await look(trader, "80")
    by_hand = trader.store.ledger.position(replace(KEY, run_id=""))
    assert by_hand.units == Decimal("0.05")
    assert trader.broker.orders[-1].units == Decimal("0.1")
