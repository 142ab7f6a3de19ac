"""/summary: the day before, told once at the person's own hour and in their own zone.

May import: core, sandbox.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.stories.bad_input import answer_to
from tests.stories.steps import heard
from tests.world import World

pytestmark = pytest.mark.anyio
BERLIN = ZoneInfo("Europe/Berlin")


async def look(world: World) -> None:
    """The clock's job, which also runs by itself every minute."""
    assert world.bot.bot is not None
    await world.bot.bot.summaries.check()


def tomorrow_at(world: World, hour: int, minute: int = 0) -> datetime:
    here = world.clock().astimezone(BERLIN) + timedelta(days=1)
    return here.replace(hour=hour, minute=minute, second=0, microsecond=0)


def wait_until(world: World, moment: datetime) -> None:
    world.clock.jump((moment - world.clock()).total_seconds())


async def test_by_default_there_is_none_and_it_can_be_turned_on_and_off(world: World) -> None:
    assert await answer_to(world, world.ann, "/summary") == (
        "You get no daily summary. /summary 8 Europe/Berlin sends one at 8 o'clock there."
    )
    told = await answer_to(world, world.ann, "/summary 8 berlin")
    assert "I tell you the day before at 8:00, time of Europe/Berlin." in told
    assert "Every day at 8:00, time of Europe/Berlin" in await answer_to(
        world, world.ann, "/summary"
    )
    assert "at 20:00, time of Europe/Berlin" in await answer_to(world, world.ann, "/summary 8pm")
    assert "✅ No daily summary any more." in await answer_to(world, world.ann, "/summary off")
    wait_until(world, tomorrow_at(world, 21))
    await look(world)
    assert await heard(world.ann, "☀️") == 0


async def test_a_day_with_trades_is_told_once_also_over_a_restart(world: World) -> None:
    wait_until(world, tomorrow_at(world, 12))
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/testbuy 10 ETH")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/sell all BTC")
    await world.ann.expect("✅ Sold")
    await world.ann.say("/summary 8 Europe/Berlin")
    await world.ann.expect("time of Europe/Berlin")
    yesterday = world.clock().astimezone(BERLIN)

    wait_until(world, tomorrow_at(world, 7, 55))
    await look(world)
    assert await heard(world.ann, "☀️") == 0
    wait_until(world, world.clock().astimezone(BERLIN).replace(hour=8, minute=3))
    await look(world)
    told = await world.ann.expect("☀️", since=0)
    assert told.text.startswith(f"☀️ {yesterday:%A}, {yesterday.day} {yesterday:%B}")
    assert "📝 PAPER 🧪: 3 orders, realised -$" in told.text
    assert "1 open position: " in told.text
    assert "Runs: none" in told.text
    assert "Unresolved orders: none" in told.text
    assert "of 20 trades" in told.text

    assert await heard(world.ann, "☀️") == 1
    await world.bot.stop()
    await world.bot.start()
    await look(world)
    wait_until(world, world.clock().astimezone(BERLIN).replace(hour=23))
    await look(world)
    assert await heard(world.ann, "☀️") == 1


async def test_a_silent_day_is_one_line(world: World) -> None:
    wait_until(world, tomorrow_at(world, 12))
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/summary 8 Europe/Berlin")
    await world.ann.expect("time of Europe/Berlin")
    wait_until(world, tomorrow_at(world, 12) + timedelta(days=1))
    await look(world)
    told = await world.ann.expect("☀️", since=0)
    assert "\n" not in told.text
    assert ": nothing was traded. 📝 PAPER 🧪 1 open position, " in told.text


async def test_without_the_proxy_it_is_told_all_the_same(world: World) -> None:
    wait_until(world, tomorrow_at(world, 12))
    await world.ann.say("/testbuy 4")
    await world.ann.expect("Paper order filled")
    await world.ann.say("/summary 8 Europe/Berlin")
    await world.ann.expect("time of Europe/Berlin")
    await world.proxy.stop()
    wait_until(world, tomorrow_at(world, 9))
    await look(world)
    told = await world.ann.expect("☀️", since=0)
    assert "1 order, realised $0.00" in told.text
    assert "⚠️ 1 of them have no price now." in told.text
    assert "the limits used are not known" in told.text
