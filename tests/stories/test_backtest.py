"""/backtest and /optimize over the whole road: candles from the exchange, a picture, a file.

May import: nothing of ours.
"""

import csv
import io
from datetime import timedelta

import pytest

from tests.stories.steps import nothing_sent
from tests.world import World

pytestmark = pytest.mark.anyio
KLINES = "/api/v3/klines"


async def test_a_backtest_comes_with_its_picture_and_its_trades(world: World) -> None:
    ann = world.ann
    await ann.say("/backtest sma_crossover BTC/USDT 1h 10d fast=5 slow=12 losses=100 drawdown=100%")
    shown = await ann.expect("📉 Backtest sma_crossover (fast 5, slow 12)")
    assert shown.kind == "photo"
    assert "240 candles" in shown.text and "profit factor" in shown.text
    sent = await ann.expect("trades of the test, one a line.")
    assert sent.document is not None
    rows = list(csv.DictReader(io.StringIO(sent.document.decode())))
    assert len(rows) > 1
    assert rows[0]["cause"] == "signal"
    assert nothing_sent(world)


async def test_a_search_holds_up_neither_a_stop_nor_a_sale(world: World) -> None:
    """Both are answered while it is at work, and its result comes in the place of its progress."""
    ann = world.ann
    await ann.say("/testbuy 10")
    await ann.expect("Paper order filled.")
    await world.exchange.misbehave("slow-before", method="GET", path=KLINES, seconds=0.9)
    await ann.say("/optimize sma_crossover BTC/USDT 1m 5d losses=100")
    progress = await ann.expect("⏳ Fetching candles")
    since = ann.mark
    await ann.say("/sell all btc")
    await ann.expect("✅ Sold")
    await ann.say("/stop")
    await ann.expect("Stop complete")
    seen = [one.shown.text for one in ann.events(since) if one.shown is not None]
    assert not any("🔎 Search" in text for text in seen)
    await world.exchange.misbehave("ok")
    found = await ann.expect("🔎 Search sma_crossover", timeout=60, since=since)
    assert found.message_id == progress.message_id
    assert "chosen held back" in found.text


async def young(world: World, days: int) -> None:
    """The market began so many days ago."""
    begins = world.clock() - timedelta(days=days)
    await world.exchange.misbehave("candles-young", at=int(begins.timestamp() * 1000))


async def test_too_little_history_says_how_much_there_is(world: World) -> None:
    await young(world, 10)
    await world.ann.say("/backtest sma_crossover BTC/USDT 1h 30d")
    told = await world.ann.expect("begin at")
    assert "ask for at most so many" in told.text
    assert nothing_sent(world)


async def test_the_summary_of_a_new_run_is_a_picture_with_its_button(world: World) -> None:
    await young(world, 10)
    await world.ann.say("/run sma_crossover btc 1h 10")
    shown = await world.ann.expect("New run")
    assert shown.kind == "photo"
    assert "📉 Last 7 days: " in shown.text
    assert shown.labels == ("▶️ Start on paper", "✖️ Cancel")
    await world.ann.press("Start on paper")
    await world.ann.expect("is started")
