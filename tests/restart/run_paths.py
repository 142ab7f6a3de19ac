"""A run's own paths to an order: its slot comes and it buys; its price falls and its exit sells.

Alone because nobody types here: the bot's clock begins them, and goes on until they are through.

May import: core, houses, judge_runs, paths, runs, wire, world.
"""

import asyncio
from datetime import timedelta
from decimal import Decimal

from piggybot.core.runs import Exits, Guards
from piggybot.runs import Spec
from proxy.wire import Timeframe
from tests.restart.houses import RestartWorld
from tests.restart.judge import Judge, Marks
from tests.restart.judge_runs import ExitJudge, SlotJudge
from tests.restart.paths import Path

HOUR = 13
"""When it buys, each day."""
STEP = 0.003
LOOK = 10.0
PRICE, FALLEN = Decimal(64000), Decimal(60000)


async def begin(world: RestartWorld) -> None:
    """A run that buys once a day, and leaves five per cent below what it paid."""
    world.exchange.market.set_price("BTCUSDT", PRICE)
    assert world.bot.bot is not None
    person = world.bot.bot.store.people.find(world.ann.id)
    assert person is not None
    spec = Spec(
        strategy="dca",
        params={"hour": str(HOUR)},
        symbol="BTC/USDT",
        timeframe=Timeframe.H1,
        amount_usd=Decimal(10),
        exits=Exits(stop_loss=Decimal("0.05")),
        guards=Guards(losses=0, drawdown=Decimal(0)),
        reply_to=None,
    )
    await world.bot.bot.trading.runs.start(person, spec, "restart")


async def to_its_slot(world: RestartWorld) -> None:
    """The next day, a second after the close at which it buys; all before is accounted for.

    Only the wall clock is set, so that nobody has been silent meanwhile.
    """
    now = world.clock()
    slot = now.replace(hour=HOUR, minute=0, second=0, microsecond=0) + timedelta(days=1)
    world.glass.set_wall((slot - timedelta(minutes=30) - now).total_seconds())
    await world.let("slots")
    await world.settle()
    world.glass.set_wall(timedelta(minutes=30, seconds=1).total_seconds())


async def slot(world: RestartWorld, judge: Judge, since: Marks) -> None:
    """The clock looks, until the slot is accounted for."""
    while set(world.memory.slots()) <= since.slots:
        await world.let("slots")
        await asyncio.sleep(STEP)


async def to_its_exit(world: RestartWorld) -> None:
    """It holds something, and the price has fallen."""
    world.exchange.market.set_price("BTCUSDT", PRICE)
    await to_its_slot(world)
    await world.let("slots")
    await world.settle()
    world.exchange.market.set_price("BTCUSDT", FALLEN)
    world.glass.jump(LOOK)


async def leave(world: RestartWorld, judge: Judge, since: Marks) -> None:
    """The clock looks at the price, until nothing is held."""
    while world.memory.held():
        await world.let("exits")
        await world.rest()
        world.glass.jump(LOOK)


SLOT = Path("a run's slot", slot, prepare=to_its_slot, judge=SlotJudge)
EXIT = Path("a run's exit", leave, prepare=to_its_exit, judge=ExitJudge)
