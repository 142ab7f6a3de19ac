"""A key is replaced by one of another account, which has coins of the same kind.

May import: sandbox.
"""

import pytest

from piggybot.core.runs import Halt
from tests.stories.book_steps import DIFFER, held, held_by_proxy
from tests.stories.conftest import MakeWorld
from tests.stories.running import CROSS, begun, look, minutes_until, run_of
from tests.stories.steps import price
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_the_coins_of_another_account_are_not_sold_for_ours(live: World) -> None:
    await begun(live, CROSS.format(usd=10) + " stop=5%")
    await minutes_until(live, "✅ Bought")
    live.clock.jump(61)  # what was filled just now may still be on its way to our books
    other = live.exchange.add_key(balances={"USDT": "500", "BTC": "3"})
    await live.ann.say(f"/setkeys binanceus {other.api_key} {other.secret}")
    await live.ann.expect("A validated key for binanceus")
    await live.ann.press("Replace the key")
    await live.ann.expect("Keys saved")
    await live.ann.say("/validate")
    await live.ann.expect("validated and synced")
    told = await live.ann.expect(DIFFER)
    assert "Run #1 is halted, exits too, until you choose." in told.text
    assert run_of(live).halt is Halt.BOOKS

    price(live, "4000")
    await look(live)
    assert live.posts == 1
    assert other.holding("BTC").free == 3

    await live.ann.press("Adopt")
    await live.ann.expect("adopted.")
    assert (held(live), await held_by_proxy(live)) == (0, 0)
    await look(live)
    assert live.posts == 1
    assert other.holding("BTC").free == 3


async def test_a_key_of_an_exchange_that_is_not_chosen_any_more_is_matched_too(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.pair()
    await world.keys()
    assert world.bot.bot is not None
    key, matching = world.exchange.add_key(), world.bot.bot.matching
    await world.ann.say(f"/setkeys binance {key.api_key} {key.secret}")
    await world.ann.expect("Keys saved for binance ")
    await world.ann.say("/validate binanceus")
    await world.ann.expect("validated and synced for binanceus.")
    await matching.idle()
    assert not matching._choosing.soon
