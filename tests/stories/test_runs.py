"""A run from the chat: begun by a dialogue or a line, at work on the exchange, shown, ended.

May import: core, wire.
"""

from datetime import timedelta

import pytest

from piggybot.sandbox.telegram_shown import Shown
from proxy.wire import Timeframe
from tests.stories.running import slots, to_the_next
from tests.stories.steps import nothing_sent, one_order, orders
from tests.world import World

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def to_the_hour(world: World) -> None:
    """The next full hour comes, and with it the clock. The proxy hears of the bot meanwhile."""
    await to_the_next(world, Timeframe.H1)
    await slots(world)


def due(world: World) -> int:
    """The hour (UTC) that comes next: a daily buy at that hour is due then."""
    return (world.clock() + HOUR).hour


async def begun(world: World, line: str, start: str = "Start on paper") -> Shown:
    """Start what the line says; the summary with the button."""
    await world.ann.say(f"/run {line}")
    summary = await world.ann.expect("New run")
    await world.ann.press(start)
    await world.ann.expect("is started")
    return summary


async def test_a_dialogue_begins_a_run_that_buys_at_its_next_candle_and_tells_why(
    world: World,
) -> None:
    ann = world.ann
    await ann.say("/run")
    await ann.expect("Which strategy?")
    await ann.press("dca")
    await ann.expect("Which market?")
    await ann.press("BTC/USDT")
    await ann.expect("Candles of what length?")
    await ann.press("1h")
    await ann.expect("How many USD may each buy spend?")
    await ann.press("$10")
    await ann.expect("New run")
    await ann.say(f"hour={due(world)}")
    summary = await ann.expect(f"dca (days 1, hour {due(world)})")
    assert "📝 PAPER 🧪" in summary.text
    assert summary.labels == ("▶️ Start on paper", "✖️ Cancel")
    await ann.press("Start on paper")
    started = await ann.expect("is started")
    assert started.reply_to == summary.message_id

    ann.now()
    await to_the_hour(world)
    told = await ann.expect("Paper order filled.")
    assert told.reply_to == summary.message_id
    assert "🤖 #1 dca · BTC/USDT · 1h\nsignal: bought by calendar" in told.text
    assert nothing_sent(world)

    await ann.say("/runs")
    card = await ann.expect("#1 dca (days 1")
    assert "holds 0.00" in card.text and "Nothing earned yet." in card.text
    await ann.press("Why")
    why = await ann.expect("Why: signal: bought by calendar")
    assert "Limits passed: $10.00 of at most $50.00 a trade" in why.text
    assert ", close of 20" in why.text


async def test_the_dialogue_goes_on_after_a_restart_in_the_middle_of_it(world: World) -> None:
    ann = world.ann
    await ann.say("/run macd")
    await ann.expect("Which market?")
    await world.bot.stop()
    await world.bot.start()
    await ann.press("ETH/USDT")
    await ann.expect("Candles of what length?")
    await ann.say("4h")
    await ann.expect("How many USD may each buy spend?")
    await world.bot.stop()
    await world.bot.start()
    await ann.say("20")
    await ann.expect("ETH/USDT, decides every 4 hours")
    await ann.say("/cancel")
    await ann.expect("Cancelled.")
    await ann.press("Start on paper")
    await ann.expect("That question is over.")
    assert world.bot.bot is not None
    assert world.bot.bot.store.runs.of_person(ann.id) == []


async def test_a_run_with_real_money_is_one_order_in_the_books_and_the_warning_named_it(
    world: World,
) -> None:
    ann = world.ann
    await begun(world, f"dca btc 1h 10 hour={due(world)}")
    await world.keys()
    await ann.say("/live on")
    warning = await ann.expect("Enable Live Trading?")
    assert "With it, these runs trade with real money by themselves:" in warning.text
    assert "• #1 dca · BTC/USDT · 1h: $10.00 a buy" in warning.text
    await ann.press("ENABLE LIVE TRADING")
    await ann.expect("Live trading enabled!")
    await to_the_hour(world)
    told = await ann.expect("Live order submitted.")
    order = one_order(world)
    assert f"Order ID: {order.order_id}" in told.text


async def test_starting_with_real_money_takes_the_press_that_says_so(live: World) -> None:
    ann = live.ann
    summary = await begun(live, f"dca btc 1h 10 hour={due(live)}", "Start with real money")
    assert "🔴 LIVE 🧪" in summary.text
    assert "It trades with real money from its first signal on." in summary.text
    await to_the_hour(live)
    await ann.expect("Live order submitted.")
    assert one_order(live)


async def test_a_paused_run_buys_nothing_and_its_end_sells_what_it_holds(world: World) -> None:
    ann = world.ann
    await begun(world, f"dca btc 1h 10 hour={due(world)}")
    await to_the_hour(world)
    await ann.expect("Paper order filled.")
    await ann.say("/runs")
    card = await ann.expect("#1 dca (days 1")
    await ann.press("Pause")
    shown = await ann.expect("⏸ paused")
    assert shown.message_id == card.message_id and shown.edits
    await ann.press("End")
    asked = await ann.expect("Sell that now, or keep it")
    assert asked.message_id == card.message_id
    await ann.press("Sell, then end")
    await ann.expect("✅ Sold")
    ended = await ann.expect("is ended.")
    assert ended.message_id == card.message_id and ended.labels == ()
    await ann.say("/runs")
    await ann.expect("No run is at work.")
    assert orders(world) == []


async def test_after_a_stop_no_run_buys_and_none_is_begun(world: World) -> None:
    ann = world.ann
    await begun(world, f"dca btc 1h 10 hour={due(world)}")
    await ann.say("/stop")
    await ann.expect("Stop complete")
    await to_the_hour(world)
    await ann.say("/why #1")
    await ann.expect("it was held back")
    await ann.say("/run dca btc 1h 10")
    await ann.expect("A stop is in force, so no run is started.")
    assert nothing_sent(world)


async def test_whynot_tells_what_keeps_it_from_buying_and_what_would_change_it(
    world: World,
) -> None:
    ann = world.ann
    await ann.say("/whynot btc")
    await ann.expect("No run trades BTC/USDT")
    await begun(world, f"dca btc 1h 10 hour={(due(world) + 5) % 24}")
    await ann.say("/whynot btc")
    told = (await ann.expect("#1 dca · BTC/USDT · 1h")).text
    assert "✋ No signal: next buy by calendar" in told
    assert "→ It looks again at " in told
    assert "✅ 0 of 20 trades used today" in told
    assert "✅ The limits let a buy of $10.00 pass now" in told
    await ann.say("/limits trade 5")
    await ann.expect("Limits changed.")
    await ann.say("/whynot btc")
    told = (await ann.expect("✋ $10.00 is above the limit of $5.00 a trade.")).text
    assert "→ /limits raises your limit, within the operator's" in told
    await ann.say("/stop")
    await ann.expect("Stop complete")
    await ann.say("/whynot #1")
    await ann.expect("✋ A stop is in force. /resume ends it.")
