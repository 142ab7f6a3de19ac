"""What is said of a holding, or a rest of one, that the exchange takes no order for.

May import: core, errors, store, wire.
"""

from decimal import Decimal

import pytest

from piggybot.chat import position_card
from piggybot.core.runs import Exits
from piggybot.errors import BrokerDown
from tests.bot.bench import Bench
from tests.bot.market_broker import DOWN, UP
from tests.bot.running import KEY, begin, last, tick

pytestmark = pytest.mark.anyio
WORTH = "What it holds is worth $0.99, and the exchange takes no sell below $1.00."


async def bought(trader: Bench) -> None:
    """A tenth of a coin for $10."""
    begin(trader, exits=Exits(stop_loss=Decimal("0.95")))
    await tick(trader, UP, hours=1)


async def fallen(trader: Bench) -> None:
    """To where it is worth $0.998: not a dollar, and not to be read as one."""
    await bought(trader)
    trader.later(seconds=10)
    trader.broker.price_now = Decimal("9.98")


async def test_a_card_says_what_the_exchange_takes_at_least_and_offers_no_button(
    trader: Bench,
) -> None:
    await fallen(trader)
    [card] = await trader.say("/positions")
    assert "Worth $1.00 at 9.98" in card
    assert "Too little to be sold now: the exchange takes no sell below $1.00." in card
    assert "It goes with a later sell, or once it is worth that." in card
    assert not [label for label in trader.labels() if "100" in label]


async def test_a_card_without_a_price_says_nothing_of_what_could_be_sold(trader: Bench) -> None:
    await bought(trader)
    trader.later(seconds=10)
    trader.broker.priceless = BrokerDown("No price.", "I ask again.", sent=False)
    [card] = await trader.say("/positions")
    assert "⚠️ There is no price now" in card
    assert "oo little" not in card and "Sell a part" not in card


async def test_a_signal_to_leave_and_whynot_say_both_amounts(trader: Bench) -> None:
    await fallen(trader)
    [told] = await trader.say("/whynot #1")
    assert "✋ It holds already: 0.1 BTC, and does not add.\n→ " + WORTH in told
    assert "stop loss" not in told, "no exit could sell it"
    [card] = await trader.say("/runs")
    assert WORTH in card


async def test_what_a_sell_by_hand_left_of_a_run_is_named_and_no_holding(
    trader: Bench,
) -> None:
    await bought(trader)
    await trader.say("/sell 9.5 BTC/USDT")
    house = trader.house
    view = await position_card.view(house, trader.person(), KEY)
    assert view.text.endswith(
        "🧹 0.005 BTC (about $0.50) is left over, too little to sell. "
        "It goes with the next sell of its coin."
    )
    assert (view.buttons, view.held) == ((), False)
    [card] = await trader.say("/runs")
    assert "holds nothing but 0.005 BTC, left over: it goes with the next sell" in card
    [told] = await trader.say("/positions")
    assert told.endswith(
        "\n🧹 📝 PAPER 🧪 Left over, as it was too little to sell: 0.005 BTC (about $0.50). "
        "It goes with the next sell of its coin."
    )
    await tick(trader, DOWN, hours=1)
    assert last(trader).reason == "It holds no BTC that it could sell."


async def test_a_run_that_ends_with_a_rest_says_what_stays_and_why(trader: Bench) -> None:
    await bought(trader)
    await trader.say("/sell 9.5 BTC/USDT")
    await trader.say("/runs")
    await trader.press("⏹ End")
    ended = [one.body["text"] for one in trader.letters() if one.kind == "edit"][-1]
    assert ended == (
        "⏹ #1 sma_crossover · BTC/USDT · 1h is ended.\n"
        "🧹 📝 PAPER 🧪 Left over, as it was too little to sell: 0.005 BTC (about $0.50). "
        "It goes with the next sell of its coin."
    )
