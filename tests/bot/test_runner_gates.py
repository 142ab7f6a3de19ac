"""What holds a slot back: stops, modes, latches, guards, limits, data and strategies in trouble.

May import: core, desk, errors, store, wire.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from piggybot.core.orders import Intent
from piggybot.core.runs import Exits, Guards, Halt, Outcome, RunState
from piggybot.errors import BrokerRefused
from piggybot.latches import NO_ENTRIES
from proxy.wire import Mode, Problem, Status
from tests.bot.bench import Bench
from tests.bot.market_broker import DOWN, FLAT, UP
from tests.bot.running import KEY, begin, intents, last, look, tick

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def test_who_is_paused_halted_or_ended_decides_nothing(trader: Bench) -> None:
    for name, state in (("r1", "PAUSED"), ("r2", "HALTED"), ("r3", "ENDED")):
        begin(trader, name)
        trader.store.runs.set_state(name, RunState(state))
    assert await tick(trader, UP, hours=1) == []
    assert [trader.store.slots.last(name) for name in ("r1", "r2", "r3")] == [None] * 3
    assert trader.broker.posts == []


async def test_a_stop_holds_back_and_the_slot_says_so(trader: Bench) -> None:
    begin(trader)
    await trader.say("/stop")
    assert await tick(trader, UP, hours=1) == []
    assert (last(trader).outcome, last(trader).reason) == (
        Outcome.DENIED,
        "A stop is in force. /resume ends it.",
    )
    assert trader.broker.posts == []


async def test_a_stop_between_decision_and_sending_sends_nothing(trader: Bench) -> None:
    begin(trader)
    send = trader.desk.send

    async def stopped_first(intent: Intent) -> None:
        await trader.say("/stop")
        await send(intent)

    trader.desk.send = stopped_first  # type: ignore[method-assign]
    told = await tick(trader, UP, hours=1)
    assert "not placed" in told[-1]
    assert "A stop came first" in told[-1]
    assert trader.broker.posts == []
    assert last(trader).outcome is Outcome.DENIED


async def test_a_latch_holds_back_buys_and_lets_sells_pass(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.store.flags.put(NO_ENTRIES, "the trading service does not answer")
    await tick(trader, DOWN, hours=1)
    assert [one.side for one in trader.broker.orders] == ["BUY", "SELL"]
    await tick(trader, UP, hours=1)
    told = "No buys for now: the trading service does not answer. It ends by itself."
    assert last(trader).reason == told
    assert (last(trader).outcome, last(trader).signal) == (Outcome.DENIED, 1)
    assert len(trader.broker.posts) == 2


async def test_reducing_sells_and_does_not_buy(trader: Bench) -> None:
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.broker.accounts["user-7"].mode = Mode.REDUCING
    await trader.ticks.health()
    await tick(trader, DOWN, hours=1)
    await tick(trader, UP, hours=1)
    assert [(one.side, one.mode) for one in trader.broker.orders] == [
        ("BUY", "LIVE"),
        ("SELL", "REDUCING"),
    ]
    assert "wound down" in last(trader).reason


async def test_live_begins_flat_and_the_paper_holding_rests(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    await tick(trader, DOWN, hours=1)
    assert last(trader).reason == "It holds no BTC that it could sell."
    assert trader.store.ledger.position(KEY).entries == 1
    assert [one.mode for one in trader.broker.orders] == ["PAPER"]


async def test_market_data_in_trouble_is_named_and_nothing_is_decided(trader: Bench) -> None:
    begin(trader)
    trader.broker.trouble = Problem(code="gapped_candles", message="BTC/USDT 1h lacks 2 candles.")
    [told] = await tick(trader, hours=1)
    assert "cannot decide: its candles cannot be used.\nBTC/USDT 1h lacks 2 candles." in told
    assert (last(trader).outcome, last(trader).signal) == (Outcome.DENIED, 0)
    assert last(trader).reason == "BTC/USDT 1h lacks 2 candles (gapped_candles)."
    trader.broker.trouble = None
    trader.broker.price_trouble = Problem(code="stale_price", message="The price is 70 s old.")
    await tick(trader, hours=1)
    assert last(trader).reason == "The price is 70 s old (stale_price)."
    trader.broker.price_trouble = None
    trader.broker.down = True
    await tick(trader, hours=1)
    assert last(trader).reason == "The trading service cannot be reached."
    assert trader.broker.posts == []


async def test_who_cannot_decide_is_told_once_each_and_nobody_who_is_stopped(
    trader: Bench,
) -> None:
    begin(trader)
    begin(trader, "r2")
    trader.broker.trouble = Problem(code="bad_candles", message="A price of <zero>.")
    await trader.say("/stop")
    assert await tick(trader, hours=1) == [], "a stop holds it back anyway"
    await trader.say("/resume")
    await trader.press("▶️ Resume")
    told = await tick(trader, hours=1)
    assert [one.partition(" ·")[0] for one in told] == [
        "🙈 #1 sma_crossover",
        "🙈 #2 sma_crossover",
    ]
    assert "A price of &lt;zero&gt;." in told[0]
    trader.broker.down = True
    assert await tick(trader, hours=1) == [], "no answer says nothing of candles"
    trader.broker.down = False
    assert await tick(trader, hours=1) == []
    trader.broker.trouble = None
    told = await tick(trader, hours=1)
    assert [one.partition(",")[0] for one in told] == [
        "👀 #1 sma_crossover · BTC/USDT · 1h decides again",
        "👀 #2 sma_crossover · BTC/USDT · 1h decides again",
    ]
    assert await tick(trader, hours=1) == []


async def test_a_strategy_that_fails_halts_its_own_run_and_nothing_else(trader: Bench) -> None:
    begin(trader, params={"fast": "2", "slow": "3", "gone": "1"})
    begin(trader, "r2")
    told = await tick(trader, UP, hours=1)
    [halted] = [one for one in told if "halted" in one]
    assert halted.startswith("🛑 #1 sma_crossover · BTC/USDT · 1h is halted.")
    assert "/runs resumes or ends it" in halted
    now = trader.store.runs.get("r1")
    assert now is not None
    assert (now.state, now.halt) == (RunState.HALTED, Halt.STRATEGY)
    assert last(trader).outcome is Outcome.DENIED
    assert last(trader, "r2").signal == 1
    assert len(trader.broker.posts) == 1
    assert await tick(trader, hours=1) == []


async def test_a_refusal_by_the_proxy_is_told_and_stands_in_the_slot(trader: Bench) -> None:
    begin(trader)
    problem = Problem(code="above_share_limit", message="$10.00 is above 1% of $500.00, $5.00.")
    trader.broker.refuse = BrokerRefused(problem, 409, Status.DENIED)
    [told] = await tick(trader, UP, hours=1)
    assert "✋ Denied. Nothing was bought ($10.00 of BTC/USDT)." in told
    assert (last(trader).outcome, last(trader).reason) == (Outcome.DENIED, problem.message)
    assert trader.store.ledger.position(KEY).entries == 0


async def test_a_limit_that_is_known_to_be_reached_is_not_asked_for(trader: Bench) -> None:
    begin(trader, amount_usd=Decimal(51))
    assert await tick(trader, UP, hours=1) == []
    assert last(trader).reason == "$51.00 is above the limit of $50.00 a trade."
    assert trader.broker.posts == []


@pytest.mark.parametrize(("losses", "why"), [(1, "A loss."), (5, "5 losses in a row.")])
async def test_losses_in_a_row_halt_the_run_with_a_word(
    trader: Bench, losses: int, why: str
) -> None:
    begin(trader, guards=Guards(losses=losses, drawdown=Decimal(0)))
    for number in range(2 * losses):
        trader.broker.price_now = Decimal(90 if number % 2 else 100)
        await tick(trader, DOWN if number % 2 else UP, hours=1)
        run = trader.store.runs.get("r1")
        assert run is not None and run.state is RunState.ACTIVE
    [told] = await tick(trader, hours=1)
    assert why in told
    now = trader.store.runs.get("r1")
    assert now is not None
    assert (now.state, now.halt, now.why) == (RunState.HALTED, Halt.LOSSES, why)
    assert await tick(trader, hours=1) == []


async def test_a_drawdown_halts_while_it_holds_and_its_exits_stay_armed(trader: Bench) -> None:
    begin(trader, exits=Exits(stop_loss=Decimal("0.5")))
    await tick(trader, UP, hours=1)
    trader.broker.price_now = Decimal(79)
    [told] = await tick(trader, FLAT, hours=1)
    assert "21% below its best: $7.90 of $10.00." in told
    assert "Its exits stay armed for what it holds." in told
    trader.broker.price_now = Decimal(50)
    trader.later(seconds=10)
    [sold] = await look(trader)
    assert "stop loss: price 50.00, stop at 50.00, 50% below the 100.00 paid" in sold


async def test_a_halted_runs_holding_that_is_too_small_to_sell_is_not_called_armed(
    trader: Bench,
) -> None:
    begin(trader, exits=Exits(stop_loss=Decimal("0.5")))
    await tick(trader, UP, hours=1)
    trader.broker.price_now = Decimal(8)
    [told] = await tick(trader, FLAT, hours=1)
    assert "below its best: $0.80 of $10.00." in told
    assert "What it holds is worth $0.80, and the exchange takes no sell below $1.00." in told
    assert "armed" not in told


async def test_an_exit_at_the_slot_comes_first_and_the_slot_does_not_enter(trader: Bench) -> None:
    begin(trader, exits=Exits(time_limit=1))
    await tick(trader, UP, hours=1)
    [told] = await tick(trader, UP, hours=1)
    assert "time limit: price 100.00; held since 2026-01-01 13:00 UTC" in told
    assert last(trader).reason == "Sells 0.1 BTC: time limit."
    await tick(trader, UP, hours=1)
    assert [one.side for one in trader.broker.orders] == ["BUY", "SELL", "BUY"]
    assert [one.cause for one in intents(trader)] == ["signal", "time_limit", "signal"]
