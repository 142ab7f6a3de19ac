"""/whynot: the gate that holds a run back now, with its numbers, and what would change it.

May import: chat, core, errors, store, wire.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from piggybot.core.runs import Exits, Guards, Halt, Outcome, RunState
from piggybot.errors import BrokerRefused
from piggybot.latches import NO_ENTRIES
from proxy.wire import Mode, Problem, Status
from tests.bot.bench import Bench
from tests.bot.market_broker import DOWN, FLAT, UP
from tests.bot.running import begin, last, tick

pytestmark = pytest.mark.anyio
D = Decimal
HEAD = "🤖 <b>#1 sma_crossover · BTC/USDT · 1h</b> 📝 PAPER 🧪\n"
OPEN = "\n✅ 0 of 20 trades used today\n✅ The limits let a buy of $10.00 pass now"


async def whynot(bench: Bench, word: str = "btc") -> str:
    [told] = await bench.say(f"/whynot {word}")
    return told


async def test_without_a_run_nothing_buys_and_it_says_how_to_begin_one(trader: Bench) -> None:
    assert await whynot(trader) == (
        "🤖 No run trades BTC/USDT, so nothing would buy it by itself.\n"
        "→ <code>/run sma_crossover BTC/USDT 1h 10</code> begins one."
    )
    assert await trader.say("/whynot") == [
        "🤖 No run is at work, so nothing is bought by itself.\n→ /run begins one."
    ]


async def test_no_signal_is_said_in_the_strategys_words_and_when_it_looks_again(
    trader: Bench,
) -> None:
    begin(trader)
    await tick(trader, DOWN, hours=1)
    trader.later(minutes=48)
    assert await whynot(trader) == (
        f"{HEAD}✋ The signal is to leave: 2-SMA 95 crossed below 3-SMA 96.6667: leave\n"
        f"→ It looks again at 14:00 UTC, in 12 min.{OPEN}"
    )
    await tick(trader, FLAT, minutes=12)
    assert "✋ No signal: 2-SMA 100 level with 3-SMA 100: no cross\n" in await whynot(trader)


async def test_a_paused_run_and_one_that_halted_itself(trader: Bench) -> None:
    begin(trader)
    await trader.trading.runs.pause(trader.person(), 1)
    assert f"{HEAD}✋ You paused it.\n→ /runs resumes it.\n" in await whynot(trader)
    trader.store.runs.set_state("r1", RunState.HALTED, "5 <losses>.", Halt.LOSSES)
    assert (
        "✋ It halted itself: 5 &lt;losses&gt;.\n"
        "→ /runs resumes it, and it counts its losses anew; or ends it.\n"
    ) in await whynot(trader)


async def stopped(bench: Bench) -> None:
    await bench.say("/stop")


async def reducing(bench: Bench) -> None:
    bench.broker.accounts["user-7"].mode = Mode.REDUCING
    await bench.ticks.health()


async def latched(bench: Bench) -> None:
    bench.store.flags.put(NO_ENTRIES, "the trading service was away")


async def no_candles(bench: Bench) -> None:
    bench.broker.trouble = Problem(code="gapped_candles", message="Two candles are missing.")


async def no_price(bench: Bench) -> None:
    bench.broker.price_trouble = Problem(code="stale_price", message="The price is old.")


async def used_up(bench: Bench) -> None:
    account = bench.broker.accounts["user-7"]
    account.limits = account.limits.model_copy(update={"maxTradesPerDay": 0})
    await bench.ticks.health()


async def too_much(bench: Bench) -> None:
    account = bench.broker.accounts["user-7"]
    account.limits = account.limits.model_copy(update={"maxTradeUsd": D(5)})
    await bench.ticks.health()


async def symbol_gone(bench: Bench) -> None:
    account = bench.broker.accounts["user-7"]
    account.limits = account.limits.model_copy(update={"symbols": ["ETH/USDT"]})
    await bench.ticks.health()


GATES: dict[str, tuple[Callable[[Bench], Awaitable[None]], str]] = {
    "a stop": (stopped, "A stop is in force. /resume ends it."),
    "reducing": (reducing, "Live is being wound down: only sells."),
    "a latch": (latched, "No buys for now: the trading service was away. It ends by itself."),
    "candles": (no_candles, "Two candles are missing (gapped_candles)."),
    "a price": (no_price, "The price is old (stale_price)."),
    "the day's trades": (used_up, "0 of 0 trades used today"),
    "the amount": (too_much, "$10.00 is above the limit of $5.00 a trade."),
    "the symbol": (symbol_gone, "BTC/USDT may not be bought. Allowed: ETH/USDT."),
}


@pytest.mark.parametrize("name", GATES)
async def test_it_names_the_very_gate_that_the_runner_then_meets(trader: Bench, name: str) -> None:
    """The slot that a buy signal comes to is denied with the words that /whynot says."""
    close, words = GATES[name]
    begin(trader)
    await tick(trader, FLAT, hours=1)
    await close(trader)
    await tick(trader, UP, hours=1)
    assert last(trader).outcome is Outcome.DENIED
    assert words in last(trader).reason
    told = await whynot(trader)
    assert f"\n✋ {last(trader).reason}" in told
    assert trader.broker.posts == []


async def test_what_would_change_a_limit_is_said(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    await too_much(trader)
    assert (
        "✋ $10.00 is above the limit of $5.00 a trade.\n→ /limits raises your limit, within the "
        "operator's; or begin a run with less."
    ) in await whynot(trader)


async def test_the_last_word_is_the_proxys_own(trader: Bench) -> None:
    """The share of the account, the venue's minimum, the day's loss: only the proxy knows them."""
    begin(trader)
    why = Problem(code="above_share_limit", message="$10.00 is above 1% of $500.", hint="Ask $5.")
    trader.broker.refuse = BrokerRefused(why, 409, Status.DENIED)
    told = await whynot(trader)
    assert "✋ A buy would be denied now: $10.00 is above 1% of $500.\nAsk $5." in told
    assert "The limits let" not in told
    assert trader.broker.checked[-1].typed is False
    [denied] = await tick(trader, UP, hours=1)
    assert "$10.00 is above 1% of $500." in denied


async def test_a_cool_down_says_how_long_it_still_is(trader: Bench) -> None:
    begin(trader, guards=Guards(cooldown=3))
    await tick(trader, UP, hours=1)
    trader.broker.price_now = D(90)
    await tick(trader, DOWN, hours=1)
    trader.later(minutes=48)
    told = await whynot(trader)
    assert "✋ It waits after a loss until 2026-01-01 17:00 UTC.\n→ Over in 2 h 12 min." in told
    await tick(trader, UP, minutes=12)
    assert last(trader).outcome is Outcome.DENIED
    assert f"✋ {last(trader).reason}" in await whynot(trader)


async def test_what_holds_already_says_where_it_sells(trader: Bench) -> None:
    begin(trader, exits=Exits(D("0.05"), D("0.1"), D("0.03"), 48))
    await tick(trader, UP, hours=1)
    assert (
        "✋ It holds already: 0.1 BTC, and does not add.\n→ It sells when its strategy says so; or "
        "at stop loss 95.00, trailing stop 97.00, take profit 110.00, time limit 2026-01-03 13:00 "
        "UTC.\n"
    ) in await whynot(trader)


async def test_an_order_that_is_not_settled_holds_it_back(trader: Bench) -> None:
    begin(trader)
    trader.broker.outcome = Status.UNKNOWN
    await tick(trader, UP, hours=1)
    told = await whynot(trader)
    assert "✋ What became of its last order is not known yet (pg-" in told
    assert "→ I keep asking; /why shows that order." in told


async def test_a_strategy_that_is_gone_says_so(trader: Bench) -> None:
    begin(trader, strategy="dip", params={})
    assert "✋ There is no strategy “dip”." in await whynot(trader)


async def test_when_the_last_close_said_enter_it_tells_what_came_of_it(trader: Bench) -> None:
    begin(trader, strategy="dca", params={"days": "1", "hour": "13"})
    assert "✋ No signal: next buy by calendar" in await whynot(trader)
    await tick(trader, FLAT, hours=1)
    told = await whynot(trader)
    assert "✅ Nothing holds it back.\nIt looks again at 14:00 UTC, in 1 h 0 min.\n" in told
    assert "✅ The last close said enter: bought by calendar" in told
    assert "Buys for $10.00." in told


async def test_without_the_proxy_it_says_what_is_missing(trader: Bench) -> None:
    begin(trader)
    trader.later(minutes=5)
    trader.broker.down = True
    [told] = await trader.say("/whynot")
    assert "✋ The trading service cannot be reached." in told


async def test_each_run_of_a_market_is_answered_for_and_one_by_its_number(trader: Bench) -> None:
    begin(trader, "r1")
    begin(trader, "r2", symbol="ETH/USDT")
    begin(trader, "r3")
    trader.store.runs.set_state("r3", RunState.ENDED)
    assert len(await trader.say("/whynot")) == 2
    assert len(await trader.say("/whynot BTCUSDT")) == 1
    assert "<b>#2 sma_crossover · ETH/USDT · 1h</b>" in await whynot(trader, "#2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/whynot doge", "I do not trade “doge”.\nAllowed are BTC/USDT, ETH/USDT."),
        ("/whynot #9", "You have no run #9."),
        ("/whynot btc eth", "I need one market or one run.\nType it like this: /whynot BTC/USDT"),
    ],
)
async def test_what_is_not_there_says_so(trader: Bench, text: str, says: str) -> None:
    [told] = await trader.say(text)
    assert told.startswith("❌ ") and says in told


async def test_asking_changes_nothing(trader: Bench) -> None:
    begin(trader)
    await tick(trader, FLAT, hours=1)
    before = (last(trader), trader.store.runs.get("r1"), trader.broker.posts)
    trader.later(minutes=5)
    await trader.say("/whynot")
    assert (last(trader), trader.store.runs.get("r1"), trader.broker.posts) == before
