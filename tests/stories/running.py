"""Runs in the stories: begun in the chat, and their minutes and looks, faster than life.

Alone because a story of a run needs many closes of candles, and no test waits for a minute.

May import: core, sandbox.
"""

from datetime import timedelta

from piggybot.app import Bot
from piggybot.core.runs import Run, Slot
from piggybot.core.slots import boundary
from piggybot.sandbox.telegram_people import Person
from piggybot.sandbox.telegram_shown import NotSeen, Shown
from proxy.wire import Timeframe
from tests.stories.steps import silence
from tests.world import World

CROSS = "sma_crossover BTC/USDT 1m {usd} fast=2 slow=3"
"""It crosses every few minutes of the replay."""
PATIENCE = 25
AGE = timedelta(days=2)
"""Of the market that runs begin in: what the summary tests are two pages of candles, not ten."""


def bot(world: World) -> Bot:
    assert world.bot.bot is not None
    return world.bot.bot


async def begun(world: World, line: str, person: Person | None = None) -> Shown:
    """Start what the line says; the summary, which is the message that began it."""
    ann = person or world.ann
    world.exchange.market.begins = int((world.clock() - AGE).timestamp() * 1000)
    await ann.say(f"/run {line}")
    summary = await ann.expect("New run")
    await ann.press("Start")
    await ann.expect("is started")
    return summary


async def minute(world: World) -> None:
    """The next minute comes, and with it the clock."""
    await to_the_next(world, Timeframe.M1)
    await slots(world)


async def to_the_next(world: World, timeframe: Timeframe) -> None:
    """A candle closes; the proxy hears of the bot meanwhile, as it would in life."""
    now = world.clock()
    left = (boundary(now, timeframe) + timeframe.step - now).total_seconds() + 1
    while left > 0:
        await jump(world, min(left, 30.0))
        left -= 30
        await bot(world)._broker.health()


async def jump(world: World, seconds: float) -> None:
    """Time passes, though not while books are matched: the exchange would be asked for its time."""
    await bot(world).matching.idle()
    world.clock.jump(seconds)


async def slots(world: World) -> None:
    """What the clock does after a candle's close."""
    await bot(world).ticks.slots()
    await bot(world).trading.acting.idle()


async def look(world: World) -> None:
    """What the clock does every ten seconds; prices that were just asked for have grown old."""
    await jump(world, 6)
    await bot(world).ticks.exits()
    await bot(world).trading.acting.idle()


async def minutes_until(world: World, text: str, person: Person | None = None) -> Shown:
    """Minutes pass until the bot tells this."""
    ann = person or world.ann
    since = ann.mark
    for _ in range(PATIENCE):
        await minute(world)
        await silence(ann)
        try:
            return await ann.expect(text, timeout=0, since=since)
        except NotSeen:
            continue
    raise AssertionError(f"{text!r} was not told in {PATIENCE} minutes")


async def slot_reason(world: World, text: str) -> Slot:
    """Minutes pass until a slot of run #1 says this."""
    for _ in range(PATIENCE):
        await minute(world)
        slot = bot(world).store.slots.last(run_of(world).id)
        if slot is not None and text in slot.reason:
            return slot
    raise AssertionError(f"no slot said {text!r} in {PATIENCE} minutes")


def run_of(world: World, number: int = 1, person: Person | None = None) -> Run:
    runs = bot(world).store.runs.of_person((person or world.ann).id)
    return next(run for run in runs if run.number == number)
