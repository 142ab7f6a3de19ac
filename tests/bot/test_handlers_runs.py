"""/runs: a card for each run, its buttons, and the card in its own message after each press.

May import: chat, core, store, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from piggybot.chat.runs import MOST_CARDS
from piggybot.core.mail import Outgoing
from piggybot.core.positions import BY_HAND
from piggybot.core.runs import Exits, RunState
from proxy.wire import Mode, Problem
from tests.bot.bench import NOON, OWNER, Bench
from tests.bot.market_broker import DOWN, UP
from tests.bot.running import KEY, begin, tick

pytestmark = pytest.mark.anyio
D = Decimal
FIVE = Exits(stop_loss=D("0.05"))


def edits(bench: Bench) -> list[Outgoing]:
    return [letter for letter in bench.letters() if letter.kind == "edit"]


def state(bench: Bench) -> RunState:
    found = bench.store.runs.get("r1")
    assert found is not None
    return found.state


async def pressed(bench: Bench, label: str) -> str:
    """Press it; what the card says then, in its own message."""
    cards = [one.dedupe for one in bench.letters() if "<b>#1</b>" in str(one.body.get("text"))]
    said = await bench.press(label)
    last = edits(bench)[-1]
    assert last.body["text"] == said[-1]
    assert last.edits in cards
    return said[-1]


async def test_a_card_shows_state_holding_profit_last_decision_and_next_tick(
    trader: Bench,
) -> None:
    begin(trader, exits=FIVE)
    [card] = await trader.say("/runs")
    assert card == (
        "🟢 active <b>#1</b> sma_crossover (fast 2, slow 3)\n"
        "BTC/USDT · 1h · $10.00 a buy\n"
        "Sells: stop loss 5%\n"
        "📝 PAPER 🧪 holds nothing\n"
        "Nothing earned yet.\n"
        "No decision yet.\n"
        "Next: 13:00 UTC, in 1 h 0 min"
    )
    await tick(trader, UP, hours=1)
    trader.broker.price_now = D(105)
    trader.later(minutes=48)
    [card] = await trader.say("/runs")
    assert (
        "📝 PAPER 🧪 holds 0.1 BTC, bought at 100.02\nWorth $10.50 at 105.00: +$0.50 (+4.98%)\n"
    ) in card
    assert "Last (01-01 13:00): 2-SMA 105 crossed above 3-SMA 103.333: enter" in card
    assert card.endswith("Next: 14:00 UTC, in 12 min")
    await tick(trader, DOWN, minutes=12)
    [card] = await trader.say("/runs")
    assert "holds nothing\nEarned +$0.50 in 1 trade, 1 won\n" in card
    assert trader.labels()[-4:] == ["⏸ Pause", "❓ Why", "🔄 Refresh", "⏹ End"]


async def test_pause_and_resume_act_at_once_and_the_card_changes_in_place(trader: Bench) -> None:
    begin(trader)
    await trader.say("/runs")
    assert (await pressed(trader, "⏸ Pause")).startswith("⏸ paused <b>#1</b>")
    assert state(trader) is RunState.PAUSED
    assert "Next:" not in str(edits(trader)[-1].body["text"])
    assert (await pressed(trader, "▶️ Resume")).startswith("🟢 active <b>#1</b>")
    assert state(trader) is RunState.ACTIVE
    trader.later(hours=30)
    assert (await pressed(trader, "⏸ Pause")).startswith("⏸ paused")


async def test_a_button_acts_once_and_a_second_card_cannot_do_it_again(trader: Bench) -> None:
    begin(trader)
    await trader.say("/runs")
    old = trader.nonce("⏸ Pause")
    await trader.say("/runs")
    await trader.press("⏸ Pause")
    row = trader.store.buttons.press(old, OWNER, trader.now).row
    assert row is not None
    assert await trader.handle_press(row) == [
        "❌ Run #1 is paused, so it cannot be paused.\n/runs shows how your runs stand."
    ]


async def test_with_real_money_resuming_asks_once_more(trader: Bench) -> None:
    begin(trader)
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    await trader.say("/runs")
    await trader.press("⏸ Pause")
    await trader.press("▶️ Resume")
    asked = str(edits(trader)[-1].body["text"])
    assert asked.startswith("Resume #1 sma_crossover · BTC/USDT · 1h? 🔴 LIVE 🧪\nIt then buys for")
    assert state(trader) is RunState.PAUSED
    trader.later(seconds=61)
    assert await trader.press("🔴 Resume with real money") == ["EXPIRED"]
    await trader.press("↩️ Go on")
    await trader.press("▶️ Resume")
    await trader.press("🔴 Resume with real money")
    assert state(trader) is RunState.ACTIVE


async def test_why_is_told_below_and_the_card_keeps_its_buttons(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    await trader.say("/runs")
    [why, _] = await trader.press("❓ Why")
    assert "it decided: enter." in why and "order 1: buy $10.00 of BTC/USDT" in why
    assert edits(trader)[-1].body["buttons"]
    assert (await pressed(trader, "🔄 Refresh")).startswith("🟢 active")


async def test_what_holds_nothing_ends_at_once(trader: Bench) -> None:
    begin(trader)
    await trader.say("/runs")
    assert await pressed(trader, "⏹ End") == "⏹ #1 sma_crossover · BTC/USDT · 1h is ended."
    assert state(trader) is RunState.ENDED
    assert await trader.say("/runs") == ["🤖 No run is at work. /run starts one."]


async def test_what_holds_something_asks_and_sells_it_before_the_end(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    await trader.say("/runs")
    asked = await pressed(trader, "⏹ End")
    assert asked.startswith(
        "End #1 sma_crossover · BTC/USDT · 1h?\n📝 PAPER 🧪 holds 0.1 BTC, bought at 100.02\n"
    )
    assert "no stop loss guards it" in asked
    assert state(trader) is RunState.ACTIVE
    [sold, _] = await trader.press("💵 Sell, then end")
    assert "✅ Sold 0.1 BTC/USDT at 100.00" in sold
    assert edits(trader)[-1].body["text"] == "⏹ #1 sma_crossover · BTC/USDT · 1h is ended."
    assert state(trader) is RunState.ENDED


async def test_what_is_kept_is_the_persons_own(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    await trader.say("/runs")
    await trader.press("⏹ End")
    assert (await pressed(trader, "🤲 Keep, and end")).endswith(
        "is ended. What it held is yours by hand now: /positions shows it."
    )
    assert trader.store.ledger.position(replace(KEY, run_id=BY_HAND)).units == D("0.1")
    assert len(trader.broker.posts) == 1


async def test_going_on_leaves_it_as_it_was(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    await trader.say("/runs")
    await trader.press("⏹ End")
    assert (await pressed(trader, "↩️ Go on")).startswith("🟢 active")
    assert state(trader) is RunState.ACTIVE


async def test_a_paper_holding_rests_while_live_is_on_and_the_card_says_so(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    [card] = await trader.say("/runs")
    assert "🔴 LIVE 🧪 holds nothing\n" in card
    assert "💤 On paper it still holds 0.1 BTC: that rests." in card


async def test_a_price_that_cannot_be_had_is_said_and_nothing_is_made_up(trader: Bench) -> None:
    begin(trader)
    await tick(trader, UP, hours=1)
    trader.later(minutes=1)
    trader.broker.price_trouble = Problem(code="stale_price", message="The price is old.")
    [card] = await trader.say("/runs")
    assert "holds 0.1 BTC, bought at 100.02; the price is not known now\n" in card


async def test_many_runs_are_a_list_and_one_of_them_a_card(trader: Bench) -> None:
    for number in range(MOST_CARDS + 1):
        begin(trader, f"r{number}")
    [told] = await trader.say("/runs")
    assert told.startswith(f"🤖 <b>{MOST_CARDS + 1} runs</b>\n🟢 active #1 sma_crossover")
    assert told.count("\n") == MOST_CARDS + 2
    [card] = await trader.say("/runs #9")
    assert card.startswith("🟢 active <b>#9</b>")
    assert await trader.say("/runs 9") == [card]


async def test_every_run_of_a_few_has_a_card_and_its_own_message(trader: Bench) -> None:
    begin(trader, "r1")
    begin(trader, "r2")
    assert len(await trader.say("/runs")) == 2
    await trader.press("⏸ Pause")
    assert edits(trader)[-1].edits == trader.letters()[-2].dedupe
    assert [one.state for one in trader.store.runs.of_person(OWNER)] == [
        RunState.ACTIVE,
        RunState.PAUSED,
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/runs #7", "You have no run #7.\n/runs lists them."),
        ("/runs two", "I need the number of one run.\nType it like this: /runs, or /runs #2"),
        ("/runs 1 2", "I need the number of one run."),
    ],
)
async def test_what_is_no_run_says_so(trader: Bench, text: str, says: str) -> None:
    [told] = await trader.say(text)
    assert told.startswith("❌ ") and says in told
    assert trader.now == NOON and timedelta(0) == trader.now - NOON


async def test_nobody_sees_or_presses_the_card_of_another(trader: Bench) -> None:
    trader.join(8, owner=False)
    begin(trader)
    assert await trader.say("/runs", by=8) == ["🤖 No run is at work. /run starts one."]
    await trader.say("/runs")
    assert await trader.press("⏸ Pause", by=8) == ["NOT_YOURS"]
    assert state(trader) is RunState.ACTIVE
