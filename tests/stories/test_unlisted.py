"""Somebody is taken off the list, or another owner is named, while a run holds real coins.

May import: sandbox.
"""

import pytest

from piggybot.core.runs import RunState
from piggybot.sandbox.telegram_people import Person
from tests.stories.book_steps import begin, hidden_for_a_while, state_of
from tests.stories.conftest import MakeWorld
from tests.stories.running import CROSS, begun, look, minute, minutes_until, run_of
from tests.stories.steps import buy_asked, price, silence
from tests.world import World

pytestmark = pytest.mark.anyio

ENOUGH = 12
"""Minutes in which that strategy buys at least once."""


async def trades_live(world: World, bob: Person) -> None:
    """Bob, a member, trades live with a key of his own, and his run has bought."""
    await world.keys(bob, world.exchange.add_key())
    await world.live(bob)
    await begun(world, CROSS.format(usd=10) + " stop=5%", bob)
    await minutes_until(world, "✅ Bought", bob)


async def started_anew(world: World, **settings: object) -> None:
    await world.bot.stop()
    world.bot.settings.update(settings)
    await world.bot.start()


async def test_who_may_not_say_stop_any_more_buys_nothing_and_is_guarded(
    make_world: MakeWorld,
) -> None:
    world = await make_world(bot={"member_ids": (1002,)})
    await world.pair()
    bob = world.telegram.person(1002, "Bob")
    await trades_live(world, bob)
    bob.now()
    world.ann.now()
    await started_anew(world, member_ids=())
    told = await bob.expect("The owner has taken you off this bot's list")
    assert "• #1 sma_crossover · BTC/USDT · 1m" in told.text
    told = await world.ann.expect("Bob (1002) is not listed in the settings any more")
    assert "• #1 sma_crossover · BTC/USDT · 1m" in told.text
    assert run_of(world, person=bob).state is RunState.PAUSED

    for _ in range(ENOUGH):
        await minute(world)
    assert world.posts == 1, "a signal is not obeyed, neither to buy nor to sell"
    price(world, "1000")
    await look(world)
    await bob.expect("stop loss: price 1,000.00")
    assert [one.wanted.side for one in world.exchange.books.orders] == ["BUY", "SELL"]
    assert world.posts == 2

    seen = len(world.ann.messages)
    await started_anew(world)
    await silence(world.ann)
    said = [one.text for one in world.ann.messages[seen:]]
    assert not any("is not listed" in one for one in said), "it is told once"

    await started_anew(world, member_ids=(1002,))
    await bob.say("/runs #1")
    assert "paused" in (await bob.expect("#1 sma_crossover")).text
    await bob.press("Resume")
    await bob.expect("Resume #1")
    await bob.press("Resume with real money")
    await bob.expect("🟢 active")
    assert run_of(world, person=bob).state is RunState.ACTIVE


async def test_the_runs_of_an_earlier_owner_are_paused_too(live: World) -> None:
    await begun(live, CROSS.format(usd=10))
    await minutes_until(live, "✅ Bought")
    live.ann.now()
    await started_anew(live, telegram_chat_id=1002)
    await live.ann.expect("The owner has taken you off this bot's list")
    for _ in range(ENOUGH):
        await minute(live)
    assert live.posts == 1


async def test_a_run_that_a_difference_has_halted_goes_on_paused(live: World) -> None:
    """Nobody presses anything: the books match again by themselves."""
    await buy_asked(live, "20")
    begin(live, "active", 1, RunState.ACTIVE)
    async with hidden_for_a_while(live):
        await started_anew(live, telegram_chat_id=1002)

    told = await live.ann.expect("the books match again.")
    assert state_of(live, "active") == (RunState.PAUSED, None)
    assert "▶️ Run #1 (paused): as before." in told.text
