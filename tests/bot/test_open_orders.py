"""An order that the exchange leaves open: told once, named as the gate, and over like any other.

May import: core, desk, store, wire.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from piggybot.core.orders import Want
from piggybot.core.positions import BY_HAND
from piggybot.core.runs import Exits, RunState
from piggybot.desk import STUCK
from piggybot.errors import NotAllowed
from proxy.wire import Side, Status
from tests.bot.bench import Bench
from tests.bot.market_broker import FLAT, UP
from tests.bot.running import KEY, begin, intents, last, look, tick

pytestmark = pytest.mark.anyio
D = Decimal
STOP = Exits(stop_loss=D("0.1"))


def leaves_open(trader: Bench, executed: str) -> None:
    """So much of its newest order has been done by now, and it is open."""
    trader.broker.outcome = Status.OPEN
    client_id = trader.broker.posts[-1]
    known = trader.broker.books[client_id]
    fill = known.fills[0].model_copy(update={"qty": D(executed), "fee": D(0)})
    done = {"executedQty": D(executed), "cummulativeQuoteQty": D(executed) * 100, "fills": [fill]}
    trader.broker.books[client_id] = known.model_copy(update=done)


def a_buy(trader: Bench) -> Want:
    """By hand."""
    return Want(trader.person(), Side.BUY, "BTC/USDT", "m7:1", reply_to=1, amount_usd=D(2))


def ends(trader: Bench, status: Status, executed: str) -> None:
    leaves_open(trader, executed)
    trader.broker.outcome = status


async def begun_open(trader: Bench, executed: str = "0.04") -> list[str]:
    """A run whose first buy of 0.1 is open; what was told of it."""
    begin(trader, exits=STOP)
    trader.broker.outcome = Status.OPEN
    place = trader.broker.place

    async def partly(order, client_id):  # type: ignore[no-untyped-def]
        answer = await place(order, client_id)
        leaves_open(trader, executed)
        return answer

    trader.broker.place = partly  # type: ignore[method-assign]
    told = await tick(trader, UP, hours=1)
    trader.broker.place = place  # type: ignore[method-assign]
    return told


async def test_it_is_told_once_with_what_is_done_since_when_and_what_is_next(
    trader: Bench,
) -> None:
    [told] = await begun_open(trader)
    assert told.startswith("🤖 #1 sma_crossover · BTC/USDT · 1h\nsignal: ")
    [mine] = intents(trader)
    assert told.endswith(
        "📝 PAPER 🧪\n⏳ The order is open at binanceus since 13:00:00 UTC: buy $10.00 of "
        "BTC/USDT, 0.04 BTC bought so far.\nWhat is left of it is cancelled after a minute; then "
        "I tell you what was bought.\nUntil then its run does nothing, its exits too.\n/stop "
        f"cancels it at once, and stops everything.\nId <code>{mine.client_id}</code>"
    )
    leaves_open(trader, "0.05")
    trader.later(seconds=10)
    assert await trader.heard(trader.ticks.settle()) == []
    kept = trader.store.orders.get(mine.client_id)
    assert kept is not None and (kept.status, kept.executed) == (Status.OPEN, D("0.05"))
    trader.restart()
    assert await trader.heard(trader.ticks.settle()) == []


async def test_one_that_cannot_be_cancelled_is_told_once_more(trader: Bench) -> None:
    await begun_open(trader)
    trader.now += STUCK
    [told] = await trader.heard(trader.ticks.settle())
    assert "The exchange has not cancelled what is left of it. I keep trying." in told
    assert "Please look at binanceus, in the open orders of BTC/USDT, and cancel it there." in told
    assert await trader.heard(trader.ticks.settle()) == []
    trader.restart()
    assert await trader.heard(trader.ticks.settle()) == []


async def test_whynot_why_trades_and_the_card_name_it_as_what_holds_the_run(trader: Bench) -> None:
    await begun_open(trader)
    gate = (
        "✋ Its last order is open at binanceus: 0.04 BTC filled so far. What is left is cancelled "
        f"from 13:01:00 UTC on ({trader.broker.posts[-1]})."
    )
    [whynot] = await trader.say("/whynot #1")
    assert whynot.splitlines()[1] == gate
    assert "→ Then it goes on with what was filled, its exits too. /stop cancels it now" in whynot
    [card] = await trader.say("/runs")
    assert gate in card.splitlines()
    so_far = (
        "⏳ The order is open at binanceus since 13:00:00 UTC: buy $10.00 of BTC/USDT, 0.04 BTC"
    )
    assert so_far in (await trader.say("/why"))[0]
    assert so_far in (await trader.say("/why #1"))[0]
    assert "buy BTC/USDT 0.04 for $4.00 so far" in (await trader.say("/trades"))[0]
    await tick(trader, FLAT, hours=1)
    assert last(trader).reason == gate.removeprefix("✋ ")


@pytest.mark.parametrize(
    ("status", "executed", "says"),
    [
        (Status.FILLED, "0.1", "✅ Bought 0.1 BTC/USDT"),
        (Status.CANCELED, "0.04", "Only a part was filled; the rest was cancelled."),
        (Status.CANCELED, "0", "⚪ The order was cancelled before anything was bought"),
    ],
)
async def test_when_it_is_over_the_exits_act_on_what_was_filled(
    trader: Bench, status: Status, executed: str, says: str
) -> None:
    await begun_open(trader, "0" if executed == "0" else "0.04")
    trader.broker.price_now = D(80)
    assert await look(trader) == []
    assert len(trader.broker.posts) == 1
    ends(trader, status, executed)
    [told] = await trader.heard(trader.ticks.settle())
    assert says in told
    trader.broker.outcome = None
    trader.later(seconds=10)
    told_then = await look(trader)
    sales = [one.units for one in trader.broker.orders if one.side is Side.SELL]
    assert sales == ([D(executed)] if D(executed) else [])
    assert ["stop loss" in one for one in told_then] == [True] * len(sales)
    assert trader.store.ledger.position(KEY).entries == 0


async def test_by_hand_there_is_no_run_to_wait(trader: Bench) -> None:
    trader.broker.outcome = Status.OPEN
    [told] = await trader.heard(trader.desk.place(a_buy(trader)))
    assert "The order is open at binanceus" in told
    assert "run" not in told


async def test_positions_name_what_is_not_over_and_do_not_say_that_nothing_is_open(
    trader: Bench,
) -> None:
    await begun_open(trader)
    trader.join(8, owner=False)
    [mine] = await trader.say("/positions")
    assert mine == (
        "⏳ The order is open at binanceus since 13:00:00 UTC: buy $10.00 of BTC/USDT, 0.04 BTC "
        "bought so far. /status shows it."
    )
    assert (await trader.say("/positions", by=8))[0].startswith("Nothing is open.")
    trader.broker.outcome = Status.UNKNOWN
    await trader.heard(trader.desk.place(a_buy(trader)))
    [both] = await trader.say("/positions")
    assert both == (
        f"{mine}\n⏳ Not over: buy $2.00 of BTC/USDT at binanceus, not known yet. /status shows it."
    )


async def test_its_run_is_not_ended_unasked_and_what_it_comes_to_is_told_as_unguarded(
    trader: Bench,
) -> None:
    await begun_open(trader)
    await trader.say("/runs")
    [asked] = await trader.press("⏹ End")
    gate = "✋ Its last order is open at binanceus: 0.04 BTC filled so far."
    assert f"\n📝 PAPER 🧪 holds nothing\n{gate}" in asked
    assert asked.endswith(
        "\nEnded now, what it holds and what that order comes to are yours by hand: no stop loss "
        "guards it, and /sell sells it. Or go on, and end it when I have told you how the order "
        "ended."
    )
    assert trader.labels()[-2:] == ["🤲 Keep, and end", "↩️ Go on"]
    run = trader.store.runs.get("r1")
    assert run is not None and run.state is RunState.ACTIVE
    [over] = await trader.press("🤲 Keep, and end")
    assert over.endswith(
        "is ended. Its last order is not over: what it comes to is yours by hand, and no stop "
        "loss guards it. I tell you."
    )
    ends(trader, Status.FILLED, "0.1")
    [told] = await trader.heard(trader.ticks.settle())
    assert "✅ Bought 0.1 BTC/USDT" in told
    assert told.endswith(
        "\n⚠️ #1 is ended: this is yours by hand, and no stop loss guards it. /positions"
    )
    assert trader.store.ledger.position(replace(KEY, run_id=BY_HAND)).units == D("0.1")


async def test_an_old_press_to_sell_and_end_does_not_end_a_run_that_waits(trader: Bench) -> None:
    await begun_open(trader, "0")
    with pytest.raises(NotAllowed, match="Nothing can be sold now"):
        await trader.house.runs.end_selling(trader.person(), 1)
    run = trader.store.runs.get("r1")
    assert run is not None and run.state is RunState.PAUSED
