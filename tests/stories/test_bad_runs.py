"""What is wrong with a run and cannot be seen in its words: history, packages, lies, amounts.

Each is a sentence with the cause and the next step; nothing is lost, and nothing is traded.

May import: core, sandbox.
"""

import re
from pathlib import Path

import pytest

from piggybot.core.runs import RunState
from piggybot.sandbox.telegram_people import Person
from tests.bot.packages import install, install_rogue
from tests.stories.bad_input import answer_to
from tests.stories.conftest import MakeWorld
from tests.stories.steps import nothing_sent
from tests.stories.test_runs import to_the_hour
from tests.world import World

pytestmark = pytest.mark.anyio
HOUR = 3_600_000
LIES = {
    "candles-zero": "has a price of zero",
    "candles-backwards": "time runs backwards",
    "candles-twice": "is there twice",
    "candles-longer": "is not as long as 1h",
    "candles-gap": "have a gap",
    "candles-stale": "are not up to date",
}


def files(ann: Person) -> list[str]:
    return [one.text for one in ann.messages if one.kind in {"photo", "document"}]


@pytest.mark.parametrize("lie", LIES)
async def test_no_test_is_made_on_lies_and_a_run_can_still_be_begun(world: World, lie: str) -> None:
    """The summary says why there is no test; at the next candle the run asks anew."""
    ann = world.ann
    hour = int(world.clock().timestamp() * 1000) // HOUR * HOUR - 10 * HOUR
    await world.exchange.misbehave(lie, at=hour)
    for command in ("backtest", "optimize"):
        told = await answer_to(world, ann, f"/{command} sma_crossover btc 1h 10d")
        assert told.startswith("❌ ") and LIES[lie] in told
        assert len(told.split("\n")) == 2, "the cause, and the next step"
    await ann.say("/run rsi btc 1h 10")
    shown = await ann.expect("New run")
    assert "📉 The last days cannot be tested now: " in shown.text and LIES[lie] in shown.text
    assert files(ann) == []
    await ann.press("Start on paper")
    await ann.expect("is started")
    assert nothing_sent(world)


async def test_whynot_names_the_lie_that_holds_a_run_back(world: World) -> None:
    ann = world.ann
    await ann.say("/run rsi btc 1h 10")
    await ann.expect("New run")
    await ann.press("Start on paper")
    await ann.expect("is started")
    hour = int(world.clock().timestamp() * 1000) // HOUR * HOUR
    await world.exchange.misbehave("candles-zero", at=hour)
    await to_the_hour(world)
    told = await answer_to(world, ann, "/whynot btc")
    assert "✋ Binance.US's BTC/USDT 1h candles cannot be used: " in told
    assert "has a price of zero" in told and "(bad_candles)." in told
    assert "→ It is asked again at the next candle's close." in told
    assert nothing_sent(world)


async def test_too_little_history_names_how_much_there_is_and_the_run_waits_for_it(
    world: World,
) -> None:
    ann = world.ann
    begins = int(world.clock().timestamp() * 1000) - 20 * HOUR
    await world.exchange.misbehave("candles-young", at=begins)
    told = await answer_to(world, ann, "/backtest sma_crossover btc 1h 10d")
    assert re.fullmatch(
        r"❌ Binance\.US's BTC/USDT 1h candles begin at .* UTC\.\n"
        r"From then on (19|20) of 270 are whole: ask for at most so many, or choose a shorter "
        r"timeframe\.",
        told,
    ), told
    await ann.say("/run sma_crossover btc 1h 10")
    assert "The last days cannot be tested now: " in (await ann.expect("New run")).text
    await ann.press("Start on paper")
    await ann.expect("is started")
    await to_the_hour(world)
    assert "candles begin at" in await answer_to(world, ann, "/whynot btc")
    assert nothing_sent(world)


async def test_a_strategy_whose_package_cannot_be_loaded_is_named_with_the_reason(
    make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "installed"
    install(folder, "piggybot-broken", "broken = broken:Broken", broken="import nowhere_to_be\n")
    monkeypatch.syspath_prepend(folder)
    world = await make_world()
    await world.pair()
    for text in ("/run broken btc 1h 10", "/backtest broken btc 1h", "/optimize broken btc 1h"):
        told = await answer_to(world, world.ann, text)
        assert told.startswith(
            "❌ The strategy “broken” could not be loaded: ModuleNotFoundError: No module named "
            "'nowhere_to_be'"
        )
        assert told.endswith(
            "\nMend its package, then start the bot again. There are sma_crossover, rsi, macd, "
            "bollinger, breakout, dca."
        )
    assert nothing_sent(world)


async def test_a_strategy_that_fails_halts_its_own_run_and_says_so_and_nothing_else(
    make_world: MakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "installed"
    install_rogue(folder)
    monkeypatch.syspath_prepend(folder)
    world = await make_world()
    await world.pair()
    ann = world.ann
    for line in ("rogue btc 1h 10 whim=2", "rsi btc 1h 10"):
        await ann.say(f"/run {line}")
        summary = await ann.expect("New run")
        await ann.press("Start on paper")
        await ann.expect("is started")
        if line.startswith("rogue"):
            begun = summary
    await to_the_hour(world)
    told = await ann.expect("is halted.")
    assert told.reply_to == begun.message_id
    assert world.bot.bot is not None
    assert [one.state for one in world.bot.bot.store.runs.of_person(ann.id)] == [
        RunState.HALTED,
        RunState.ACTIVE,
    ]
    said = await answer_to(world, ann, "/whynot #1")
    assert "✋ It halted itself: " in said
    assert nothing_sent(world)


async def test_an_amount_that_could_not_be_sold_again_names_the_one_that_can(world: World) -> None:
    told = await answer_to(world, world.ann, "/run sma_crossover eth 1h 10 stop=20%")
    found = re.fullmatch(
        r"❌ \$10\.00 is too little for ETH/USDT: after a fall it could not be sold again, as "
        r"\$10\.00 is the exchange's smallest order\.\nGive \$(1[0-9]\.[0-9]{2}) or more\.",
        told,
    )
    assert found, told
    await world.ann.say(f"/run sma_crossover eth 1h {found[1]} stop=20%")
    await world.ann.expect("New run")
