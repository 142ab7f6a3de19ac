"""/chart: a picture of a market with our trades on it, or of what a run sees.

May import: charts, core, desk, sandbox, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
import talib

from piggybot.charts.values import CandleChart
from piggybot.core.orders import Want
from piggybot.core.runs import Exits, Guards, Run, RunState
from piggybot.sandbox.telegram_shown import Shown
from proxy.wire import Side, Timeframe
from tests.pictures import size
from tests.stories.bad_input import quiet
from tests.stories.steps import nothing_sent, price
from tests.world import World

pytestmark = pytest.mark.anyio
PATIENCE = 20.0


async def chart(world: World, text: str) -> Shown:
    await world.ann.say(text)
    return await world.ann.expect("📈", timeout=PATIENCE)


def begin(world: World, **other: object) -> Run:
    """A run of Ann's that waits, kept as /run keeps it."""
    assert world.bot.bot is not None
    store = world.bot.bot.store
    person = store.people.find(world.ann.id)
    assert person is not None
    run = Run(
        id=f"run-{other.get('timeframe', '1h')}",
        person_id=person.id,
        user_id=person.user_id,
        exchange=person.exchange,
        symbol="BTC/USDT",
        timeframe=Timeframe.H1,
        strategy="sma_crossover",
        params={"fast": "10", "slow": "30"},
        amount_usd=Decimal(10),
        exits=Exits(stop_loss=Decimal("0.05")),
        guards=Guards(),
        state=RunState.PAUSED,
        created=world.clock() - timedelta(days=1),
    )
    return store.runs.add(replace(run, **other))


async def by_run(world: World, run: Run, usd: str) -> None:
    """What a run would have bought."""
    assert world.bot.bot is not None
    house = world.bot.bot.telegram._house
    person = world.bot.bot.store.people.find(world.ann.id)
    assert person is not None
    want = Want(person, Side.BUY, run.symbol, f"of {run.id}", None, Decimal(usd), run_id=run.id)
    await house.desk.place(want)


async def test_a_market_is_drawn_with_our_trades_and_another_timeframe_in_its_place(
    world: World,
) -> None:
    world.exchange.market.hold()
    empty = await chart(world, "/chart btc")
    assert "📈 📝 PAPER 🧪\nBTC/USDT, now " in empty.text
    assert "no trades of yours" in empty.text
    assert (empty.kind, empty.document_name) == ("photo", "btc-usdt-1h.png")
    assert empty.document is not None and size(empty.document)[0] == 1080

    await world.ann.say("/testbuy 5")
    await world.ann.expect("Paper order filled")
    marked = await chart(world, "/chart 1h BTC/USDT")
    assert "1 trade of yours" in marked.text
    assert marked.document != empty.document
    assert marked.labels == ("15m", "🔄 1h", "4h", "1d")
    assert [one.params["action"] for one in world.telegram.calls("sendChatAction")][:1] in (
        [],
        ["upload_photo"],
    )

    await world.ann.press("4h")
    await quiet(world, world.ann)
    [now] = [one for one in world.ann.messages if one.message_id == marked.message_id]
    assert (now.document_name, now.labels) == ("btc-usdt-4h.png", ("15m", "1h", "🔄 4h", "1d"))
    assert now.document not in {marked.document, empty.document}
    assert nothing_sent(world), "paper fills at the real price, and nothing leaves"


def drawings(world: World, monkeypatch: pytest.MonkeyPatch) -> list[CandleChart]:
    """What is drawn from now on, as values."""
    assert world.bot.bot is not None
    studio, found = world.bot.bot._studio, list[CandleChart]()
    draw = studio.draw

    async def seen(wanted: CandleChart) -> bytes:
        found.append(wanted)
        return await draw(wanted)

    monkeypatch.setattr(studio, "draw", seen)
    return found


async def test_a_run_is_drawn_with_its_lines_and_its_last_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.exchange.market.hold()
    drawn = drawings(world, monkeypatch)
    plain = await chart(world, "/chart BTC 1h")
    begin(world)
    begin(world, timeframe=Timeframe.M15, strategy="rsi", params={"length": "14"})
    told = await chart(world, "/chart #1")
    assert "#1 sma_crossover · BTC/USDT · 1h, now " in told.text
    assert "10-SMA " in told.text
    assert told.document != plain.document
    assert told.labels == ("🔄 1h",)
    assert [list(one.lines) for one in drawn] == [[], ["10-SMA", "30-SMA"]]
    average = talib.SMA(drawn[-1].candles.close, 10)
    np.testing.assert_array_equal(drawn[-1].lines["10-SMA"], average)
    assert np.isfinite(average[-drawn[-1].shown :]).all(), "it has begun before what is shown"

    same = await chart(world, "/chart btc 1h")
    assert "#1 sma_crossover" in same.text, "the run that looks at this market is drawn with it"
    other = await chart(world, "/chart")
    assert "#2 rsi · BTC/USDT · 15m" in other.text, "the newest run, where nothing is said"
    assert "no trades of yours" in other.text


@pytest.mark.parametrize(
    ("strategy", "params", "names"),
    [
        ("rsi", {"window": "14"}, ["14-RSI", "oversold", "overbought"]),
        ("macd", {"fast": "12"}, ["MACD", "signal line"]),
    ],
)
async def test_an_indicator_with_a_scale_of_its_own_is_drawn_below(
    world: World, monkeypatch: pytest.MonkeyPatch, strategy: str, params: dict, names: list[str]
) -> None:
    begin(world, strategy=strategy, params=params)
    drawn = drawings(world, monkeypatch)
    await chart(world, "/chart #1")
    [shown] = drawn
    assert (shown.lines, list(shown.below)) == ({}, names)
    assert np.isfinite(shown.below[names[0]][-shown.shown :]).all()


async def test_a_run_that_holds_is_drawn_with_its_trade_its_cost_and_its_exits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    price(world, "64000")
    await by_run(world, begin(world), "20")
    drawn = drawings(world, monkeypatch)
    await chart(world, "/chart #1")
    [shown] = drawn
    assert list(shown.levels) == ["average cost", "stop loss"]
    assert shown.levels["average cost"] > 64_000
    assert shown.levels["stop loss"] < 60_900
    assert [one.side for one in shown.trades] == [Side.BUY]


async def test_a_strategy_that_fails_leaves_the_candles(world: World) -> None:
    begin(world, strategy="sma_crossover", params={"fast": "50", "slow": "30"})
    told = await chart(world, "/chart #1")
    assert told.document is not None
    assert "fast (50) must be below slow (30)" in told.text


async def test_candles_that_lie_are_an_error_with_a_name_and_no_picture(world: World) -> None:
    await world.exchange.misbehave("candles-gap")
    await world.ann.say("/chart BTC 5m")
    told = await world.ann.expect("❌", timeout=PATIENCE)
    assert "BTC/USDT" in told.text
    assert not [one for one in world.ann.messages if one.kind == "photo"]
