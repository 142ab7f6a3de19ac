"""/why: the decision with its numbers, the price that was got, the fee, the limits, the ids.

May import: chat, core, store, wire.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.core.orders import Intent, Order
from piggybot.core.runs import Cause, Exits, Outcome, Run, RunState, Slot
from piggybot.core.slots import SlotWork
from proxy.wire import Mode, Problem, Side, Status
from tests.bot.bench import NOON, OWNER, Bench
from tests.bot.market_broker import UP
from tests.bot.running import begin, look, tick
from tests.bot.values import filled, intent, run

pytestmark = pytest.mark.anyio
D = Decimal
CROSSED = "10-SMA 64,120 crossed above 30-SMA 64,100: enter"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def wanted(client_id: str = "pg-1", **other: object) -> Intent:
    mine = {"user_id": f"user-{OWNER}", "mode": Mode.PAPER, "placed": NOON, "amount_usd": D(2)}
    return intent(client_id, **{**mine, **other})


def keep(bench: Bench, order: Order) -> None:
    bench.store.orders.add(order.intent)
    assert bench.store.orders.conclude(order, [])


def ran(bench: Bench, **other: object) -> Run:
    """A run of the owner with one order, which a signal made."""
    made = bench.store.runs.add(run(user_id=f"user-{OWNER}"))
    order = wanted(
        "pg-run", run_id="run-1", number=1, cause=Cause.SIGNAL, why=CROSSED, slot=NOON, **other
    )
    slot = Slot("run-1", NOON, Outcome.RUN, "Bought.", NOON, 1, CROSSED, D(64000), "pg-run")
    assert bench.store.slots.commit([SlotWork(made, slot, intent=order)]) == [True]
    done = filled(order)
    assert bench.store.orders.conclude(replace(done, concluded=NOON + timedelta(seconds=0.4)), [])
    return made


async def test_the_last_trade_by_hand_says_that_it_was_asked_for(bench: Bench) -> None:
    await bench.say("/testbuy 2")
    [told] = await bench.say("/why")
    [order] = bench.store.orders.all_of("user-7")
    assert told == (
        "📝 PAPER 🧪\n"
        "<b>By hand:</b> buy $2.00 of BTC/USDT\n"
        "✅ Bought 0.00003125 BTC/USDT at 64,000.00 for $2.00\n"
        "Why: you asked for it.\n"
        "Fee: $0.002 (0.10%)\n"
        "Limits passed: $2.00 of at most $50.00 a trade; at most 1% of the account; "
        "1 of 20 trades used that day\n"
        "Decided 2026-01-01 12:00:00 UTC, over at once\n"
        f"Ids: order <code>777</code>, client <code>{order.intent.client_id}</code>"
    )


async def test_a_runs_order_says_its_words_its_slippage_and_its_slot(bench: Bench) -> None:
    ran(bench, seen_price=D(63990))
    [told] = await bench.say("/why")
    assert "<b>#1 sma_crossover · BTC/USDT · 1h</b>, order 1: buy $2.00 of BTC/USDT" in told
    assert f"Why: signal: {CROSSED}" in told
    assert "Decided at 63,990.00, filled at 64,000.01: 0.016% worse ($0.00033)" in told
    assert "over after 0.4 s" in told
    assert told.endswith(
        "Ids: order <code>991</code>, client <code>pg-run</code>, close of 2026-01-01 12:00"
    )


@pytest.mark.parametrize("name", ["#1.1", "#1/1", "991", "pg-run"])
async def test_an_order_is_found_by_run_and_number_or_by_either_id(bench: Bench, name: str) -> None:
    ran(bench)
    await bench.say("/testbuy 2")
    assert "client <code>pg-run</code>" in (await bench.say(f"/why {name}"))[0]


async def test_a_run_tells_its_last_decision_and_its_last_order(bench: Bench) -> None:
    ran(bench)
    [told] = await bench.say("/why #1")
    decided, order = told.split("\n\n")
    assert decided == (
        "🤖 <b>#1 sma_crossover · BTC/USDT · 1h</b>: 🟢 active\n"
        "At the close of 2026-01-01 12:00 UTC it decided: enter.\n"
        f"{CROSSED}\nBought.\nPrice then: 64,000.00"
    )
    assert "order 1: buy $2.00 of BTC/USDT" in order


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome.DENIED, "it was held back.\nA stop is &lt;in force&gt;."),
        (Outcome.SKIPPED, "it was skipped.\n"),
    ],
)
async def test_a_slot_that_was_not_run_says_why_not(
    bench: Bench, outcome: Outcome, says: str
) -> None:
    made = bench.store.runs.add(run(user_id="user-7"))
    slot = Slot("run-1", NOON, outcome, "A stop is <in force>.", NOON)
    bench.store.slots.commit([SlotWork(made, slot)])
    [told] = await bench.say("/why #1")
    assert says in told


async def test_a_run_without_a_decision_and_one_that_was_halted_say_so(bench: Bench) -> None:
    bench.store.runs.add(run(user_id="user-7"))
    assert (await bench.say("/why #1"))[0].endswith("It has not decided anything yet.")
    bench.store.runs.set_state("run-1", RunState.HALTED, "5 losses in a row.")
    assert "🛑 halted\n5 losses in a row.\n" in (await bench.say("/why #1"))[0]


async def test_what_was_denied_says_by_which_limit(bench: Bench) -> None:
    why = Problem(code="x", message="20 of 20 trades used today.", hint="Again at 00:00 UTC.")
    order = replace(filled(wanted()), status=Status.DENIED, executed=D(0), problem=why)
    keep(bench, replace(order, order_id=None, price=None))
    [told] = await bench.say("/why")
    assert "✋ Denied: 20 of 20 trades used today.\nAgain at 00:00 UTC." in told
    assert "Limits passed" not in told and "Fee" not in told


async def test_a_sale_for_less_than_was_seen_is_worse_and_no_limit_bound_it(bench: Bench) -> None:
    sale = wanted(side=Side.SELL, amount_usd=None, units=D("0.1"), seen_price=D(65000))
    keep(bench, replace(filled(sale), price=D(64350), executed=D("0.1"), quote=D(6435)))
    [told] = await bench.say("/why")
    assert "Decided at 65,000.00, filled at 64,350.00: 1.000% worse ($65.00)" in told
    assert "Limits: none bounds a sell of what the bot bought." in told


async def test_without_the_proxy_the_rest_is_told(bench: Bench) -> None:
    keep(bench, filled(wanted()))
    bench.broker.down = True
    [told] = await bench.say("/why")
    assert "✅ Bought" in told and "Limits" not in told


async def test_of_two_orders_with_one_id_that_of_the_present_book_is_meant(bench: Bench) -> None:
    await bench.say("/start")
    await bench.ticks.health()
    keep(bench, filled(wanted("pg-paper")))
    later = {"mode": Mode.LIVE, "placed": NOON + timedelta(hours=1)}
    keep(bench, filled(wanted("pg-live", **later)))
    assert "pg-paper" in (await bench.say("/why 991"))[0]
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    await bench.ticks.health()
    assert "pg-live" in (await bench.say("/why 991"))[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/why", "There is no trade yet to ask about.\n/testbuy 2 makes a first one."),
        ("/why 5", "There is no order “5” of yours.\n/trades lists them"),
        ("/why <b>", "There is no order “&lt;b&gt;” of yours."),
        ("/why #2", "You have no run #2.\n/runs lists them."),
        ("/why #1.7", "Run #1 has made no order number 7.\nIt has made 0 so far."),
        ("/why 1 2", "I need one order or one run.\nType it like this: /why, /why #2"),
    ],
)
async def test_what_cannot_be_found_says_so(bench: Bench, text: str, says: str) -> None:
    if "#1" in text:
        bench.store.runs.add(run(user_id="user-7"))
    [told] = await bench.say(text)
    assert told.startswith("❌ ") and says in told


async def test_anothers_order_and_run_are_not_there(bench: Bench) -> None:
    bench.join(8, owner=False)
    ran(bench)
    for text in ("/why 991", "/why pg-run", "/why #1", "/why"):
        assert (await bench.say(text, by=8))[0].startswith("❌ ")


@pytest.mark.parametrize(
    ("exits", "price", "says"),
    [
        (Exits(stop_loss=D("0.05")), 94, "stop loss: price 94.00, stop at 95.00, 5% below the "),
        (Exits(take_profit=D("0.1")), 111, "take profit: price 111.00, target 110.00, 10% above"),
        (Exits(trailing_stop=D("0.03")), 96, "stop at 97.00, 3% below the peak 100.00"),
    ],
)
async def test_an_exit_says_its_level_and_the_price_that_was_seen(
    trader: Bench, exits: Exits, price: int, says: str
) -> None:
    begin(trader, exits=exits)
    await tick(trader, UP, hours=1)
    trader.broker.price_now = D(price)
    trader.later(minutes=5)
    await look(trader)
    [told] = await trader.say("/why")
    assert "order 2: sell" in told and "✅ Sold 0.1 BTC/USDT" in told
    assert f"{says}" in told
    assert f"Decided at {price}.00, filled at {price}.00: no slippage" in told
