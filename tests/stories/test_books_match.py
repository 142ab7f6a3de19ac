"""Books match: our fills against the exchange's own, to the last unit, and a person's choice.

May import: core.
"""

from datetime import timedelta

import pytest

from piggybot.core.money import plain
from piggybot.core.runs import Halt, RunState
from tests.stories.book_steps import (
    DIFFER,
    D,
    begin,
    buy_behind_its_back,
    by_hand,
    exact,
    held,
    held_by_proxy,
    kept,
    match,
    state_of,
)
from tests.stories.steps import buy_asked, heard, nothing_sent
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_books_that_match_get_one_quiet_tick_a_day(world: World) -> None:
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Bought")
    await match(world)
    told = await world.ann.expect("Books match")
    assert told.text == (
        "✅ Books match, to the last unit.\n📝 PAPER 🧪 1 trade on 1 market, as Paper has them"
    )
    await match(world)
    assert await heard(world.ann, "Books match") == 1
    world.clock.jump(86_400)
    await match(world)
    await world.ann.expect("Books match")
    assert await heard(world.ann, "Books match") == 2
    assert nothing_sent(world)


async def test_who_never_traded_hears_nothing(world: World) -> None:
    await match(world)
    assert await heard(world.ann, "Books match") == 0


async def test_they_are_compared_after_each_start_and_once_a_day(world: World) -> None:
    await world.ann.say("/testbuy 2")
    await world.ann.expect("Bought")
    await world.bot.stop()
    await world.bot.start()
    assert world.bot.bot is not None
    matching = world.bot.bot.matching
    await matching.tick()
    assert await heard(world.ann, "Books match") == 0, "what was on its way is asked after first"
    world.clock.jump(61)
    await matching.tick()
    await world.ann.expect("Books match")
    due = dict(matching._due)
    await matching.tick()
    assert matching._due == due, "the next time is in a day"
    assert timedelta(hours=23) < min(due.values()) - world.clock() <= timedelta(days=1)


async def test_the_owners_own_orders_are_never_counted_nor_a_reason_to_halt(live: World) -> None:
    begin(live, "steady", 1, RunState.ACTIVE)
    by_hand(live, "web_1", "0.5")
    await buy_asked(live, "20")
    by_hand(live, "web_2", "0.3", "SELL")
    await match(live)

    told = await live.ann.expect("Books match")
    assert told.text.endswith("🔴 LIVE 🧪 1 trade on 1 market, as Binance.US has them")
    assert state_of(live, "steady") == (RunState.ACTIVE, None)
    assert exact(live)


async def test_a_trade_that_the_bot_does_not_have_is_shown_and_adopted(live: World) -> None:
    """As after the bot's own database was restored from a backup: the proxy knows it."""
    await buy_asked(live, "20")
    begin(live, "active", 1, RunState.ACTIVE)
    begin(live, "paused", 2, RunState.PAUSED)
    begin(live, "beaten", 3, RunState.HALTED)
    begin(live, "elsewhere", 4, RunState.ACTIVE, symbol="ETH/USDT")
    await buy_behind_its_back(live, "pg-of-a-lost-day-0001")
    before = held(live)
    await match(live)

    told = await live.ann.expect(DIFFER)
    trade = live.exchange.books.trades[-1]
    assert told.text.startswith("🔴 LIVE 🧪\n⚖️ BTC/USDT: my books and Binance.US's differ.\n")
    assert f"• Not here: bought {plain(trade.quantity)} BTC at " in told.text
    assert f", fee {plain(trade.commission)} BTC, " in told.text
    assert f"All in all Binance.US comes to {trade.quantity - trade.commission:f}".rstrip("0") in (
        told.text
    )
    assert "🛑 Runs #1, #2, #3 are halted, exits too, until you choose." in told.text
    assert told.labels == ("Adopt", "Ignore", "Look")
    for name in ("active", "paused", "beaten"):
        assert state_of(live, name) == (RunState.HALTED, Halt.BOOKS)
    assert state_of(live, "elsewhere") == (RunState.ACTIVE, None)

    await live.ann.press("Adopt")
    done = await live.ann.expect("adopted. My books now say what Binance.US's list says")
    assert "Runs #1, #2 (paused), #3 (halted): as before." in done.text
    assert state_of(live, "active") == (RunState.ACTIVE, None)
    assert state_of(live, "paused") == (RunState.PAUSED, None)
    assert state_of(live, "beaten") == (RunState.HALTED, Halt.LOSSES)
    assert exact(live)
    assert held(live) == before + trade.quantity - trade.commission == await held_by_proxy(live)
    await match(live)
    await live.ann.expect("2 trades on 1 market, as Binance.US has them")


async def test_a_stranger_in_our_id_space_raises_an_alarm_and_can_be_taken_over_and_sold(
    live: World,
) -> None:
    await buy_asked(live, "20")
    by_hand(live, "pg-nobody-knows-0001")
    await match(live)
    told = await live.ann.expect(DIFFER)
    assert "Its id has my form, but I never made it" in told.text

    await live.ann.press("Adopt")
    await live.ann.expect("adopted.")
    assert exact(live)
    assert held(live) == await held_by_proxy(live)
    await live.ann.say("/sell all")
    await live.ann.expect("Real money.")
    await live.ann.press("Sell")
    await live.ann.expect("Sold")
    assert held(live) < D("0.00001")


async def test_what_is_ignored_is_not_told_again_and_the_runs_go_on(live: World) -> None:
    await buy_asked(live, "20")
    begin(live, "active", 1, RunState.ACTIVE)
    by_hand(live, "pg-of-another-bot-001")
    await match(live)
    await live.ann.expect(DIFFER)
    ours = kept(live)

    await live.ann.press("Ignore")
    told = await live.ann.expect("left as it is; I do not tell this again (1 difference).")
    assert "Run #1: as before." in told.text
    assert state_of(live, "active") == (RunState.ACTIVE, None)
    await match(live)
    await live.ann.expect("Books match")
    assert kept(live) == ours
    assert await heard(live.ann, DIFFER) == 1
