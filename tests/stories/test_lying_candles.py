"""A candle source that lies: each lie is told by its name, and nothing is traded on it or lost.

May import: core, sandbox, wire.
"""

from datetime import UTC, datetime, timedelta

import pytest

from piggybot.core.runs import Outcome, Run, Slot
from tests.stories.bad_input import answer_to
from tests.stories.steps import heard, nothing_sent
from tests.world import World

pytestmark = pytest.mark.anyio

HOUR = 3_600_000
LIE = "Nothing was decided on them. Try again in a few minutes, or choose another market."
HALTED = "Trading there may be halted. Nothing is decided meanwhile; try again in a minute."
FEWER = "are whole: ask for at most so many, or choose a shorter timeframe."
NAME = "Binance.US's BTC/USDT 1h candles"


def hour_of(world: World) -> int:
    """When the last full hour began that is over (ms)."""
    return int(world.clock().timestamp() * 1000) // HOUR * HOUR - HOUR


def stamp(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def words(lie: str, at: int) -> str:
    """The whole sentence for a lie about the candle that opened then."""
    here, before, after = stamp(at), stamp(at - HOUR), stamp(at + HOUR)
    lies = {
        "candles-zero": f"the one of {here} has a price of zero",
        "candles-longer": f"the one of {here} is not as long as 1h",
        "candles-twice": f"the one of {here} is there twice",
        "candles-backwards": f"time runs backwards, from {here} to {before}",
    }
    if lie in lies:
        return f"{NAME} cannot be used: {lies[lie]}.\n{LIE}"
    return {
        "candles-gap": f"{NAME} have a gap, {here} to {after}: the exchange itself has none, as "
        f"after an outage. Nothing is made up.\nFrom then on 9 of 90 {FEWER}",
        "candles-young": f"{NAME} begin at {here}.\nFrom then on 10 of 90 {FEWER}",
        "candles-stale": f"{NAME} are not up to date: the newest 10 are missing, {here} to "
        f"{stamp(at + 10 * HOUR)}.\n{HALTED}",
    }[lie]


LIES = (
    "candles-zero",
    "candles-longer",
    "candles-twice",
    "candles-backwards",
    "candles-gap",
    "candles-young",
    "candles-stale",
)


CUTS = ("candles-gap", "candles-young", "candles-stale")


async def begun(world: World) -> Run:
    """A run that never buys."""
    await world.ann.say("/run rsi btc 1h 10 oversold=1 overbought=99")
    await world.ann.expect("New run")
    await world.ann.press("Start on paper")
    await world.ann.expect("is started")
    assert world.bot.bot is not None
    [run] = world.bot.bot.store.runs.of_person(world.ann.id)
    return run


async def slot_at_the_next_hour(world: World, run: Run) -> Slot:
    """The next full hour comes, and with it the clock; how it is accounted for."""
    assert world.bot.bot is not None
    now = world.clock()
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    world.clock.jump((hour - now).total_seconds() + 1)
    await world.bot.bot.ticks.slots()
    await world.bot.bot.trading.acting.idle()
    slot = world.bot.bot.store.slots.last(run.id)
    assert slot is not None
    assert slot.at == hour
    return slot


@pytest.mark.parametrize("lie", LIES)
async def test_a_chart_of_lies_is_a_sentence_with_the_cause_and_the_next_step(
    world: World, lie: str
) -> None:
    at = hour_of(world) - 9 * HOUR
    await world.exchange.misbehave(lie, at=at)

    told = await answer_to(world, world.ann, "/chart btc 1h")

    assert told == f"❌ {words(lie, at)}"
    await world.exchange.misbehave("ok")
    await world.ann.say("/chart btc 4h")
    await world.ann.expect("📈", timeout=20)


@pytest.mark.parametrize("lie", [one for one in LIES if one not in CUTS])
async def test_a_run_decides_nothing_on_lies_and_its_slot_says_why(world: World, lie: str) -> None:
    run = await begun(world)
    at = hour_of(world) + HOUR
    await world.exchange.misbehave(lie, at=at)

    held = await slot_at_the_next_hour(world, run)
    assert held.outcome is Outcome.DENIED
    cause = words(lie, at).partition("\n")[0].removesuffix(".")
    assert held.reason == f"{cause} (bad_candles)."
    assert held.client_id is None

    await world.exchange.misbehave("ok")
    later = await slot_at_the_next_hour(world, run)
    assert (later.at - held.at, later.outcome) == (timedelta(hours=1), Outcome.RUN)
    assert nothing_sent(world)


async def test_a_run_that_cannot_decide_is_told_once_and_once_when_it_can_also_after_a_restart(
    world: World,
) -> None:
    run = await begun(world)
    lie_about = hour_of(world) + HOUR
    await world.exchange.misbehave("candles-zero", at=lie_about)
    held = await slot_at_the_next_hour(world, run)
    told = await world.ann.expect("cannot decide: its candles cannot be used.")
    assert words("candles-zero", lie_about).partition("\n")[0] in told.text
    assert "🙈 #1 rsi · BTC/USDT · 1h" in told.text

    await world.bot.stop()
    await world.bot.start()
    again = await slot_at_the_next_hour(world, run)
    assert (held.outcome, again.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert await heard(world.ann, "cannot decide") == 1

    await world.exchange.misbehave("ok")
    assert (await slot_at_the_next_hour(world, run)).outcome is Outcome.RUN
    await world.ann.expect("👀 #1 rsi · BTC/USDT · 1h decides again")
    assert (await slot_at_the_next_hour(world, run)).outcome is Outcome.RUN
    assert await heard(world.ann, "decides again") == 1


@pytest.mark.parametrize(
    ("lie", "name"),
    [
        ("candles-gap", "gapped_candles"),
        ("candles-young", "too_little_history"),
        ("candles-stale", "stale_candles"),
    ],
)
async def test_a_run_decides_nothing_on_a_series_that_is_not_whole(
    world: World, lie: str, name: str
) -> None:
    await world.exchange.misbehave(lie, at=hour_of(world) - 9 * HOUR)
    run = await begun(world)
    world.clock.run(60)
    held = await slot_at_the_next_hour(world, run)
    assert (held.outcome, held.client_id) == (Outcome.DENIED, None)
    assert held.reason.startswith(f"{NAME} ")
    assert held.reason.endswith(f" ({name}).")
    assert nothing_sent(world)
