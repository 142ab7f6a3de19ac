"""/backtest and /optimize: figures, picture, trades; bounds said; progress in one message.

May import: backtest, chat, core, errors, store, wire.
"""

import csv
import io
from collections.abc import AsyncIterator
from decimal import Decimal

import numpy as np
import pytest

from piggybot.backtest.engine import backtest
from piggybot.backtest.report import report
from piggybot.backtest.setup import Rules, Setup
from piggybot.core.mail import File, Outgoing
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BrokerRefused
from proxy.wire import Problem, Timeframe
from tests.bot.bench import Bench

pytestmark = pytest.mark.anyio
D = Decimal
DAYS = 60
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def walk(trader: Bench) -> AsyncIterator[Bench]:
    """Two months of hours that wander, the same ones each time."""
    steps = np.random.default_rng(7).normal(0, 0.006, DAYS * 24 + 100)
    trader.broker.draw(trader.now, tuple((20_000 * np.exp(np.cumsum(steps))).astype(int).tolist()))
    yield trader


def files(bench: Bench) -> list[tuple[Outgoing, File]]:
    found = [(one, bench.store.outbox.file(one.id)) for one in bench.letters()]
    return [(letter, file) for letter, file in found if file is not None]


async def test_a_backtest_is_figures_beside_holding_a_picture_and_its_trades(walk: Bench) -> None:
    told, about_file = await walk.say("/backtest sma_crossover btc 1h 30d fast=5 stop=5%")
    assert told.startswith(
        "📉 Backtest <b>sma_crossover (fast 5, slow 30)</b>\n"
        "BTC/USDT 1h, 2025-12-02 to 2026-01-01, 720 candles\n"
        "Sells: stop loss 5%\n"
        "<pre>               strategy   holding\nreturn "
    )
    for name in ("CAGR", "max drawdown", "Sharpe", "Sortino", "profit factor", "of the time"):
        assert name in told
    [(shown, picture), (with_it, rows)] = files(walk)
    assert shown.body["text"] == told and picture.content.startswith(PNG)
    assert picture.name == "backtest-sma_crossover-btcusdt-1h.png"
    assert with_it.body["text"] == about_file and rows.name.endswith("-1h.csv")
    trades = list(csv.DictReader(io.StringIO(rows.content.decode())))
    assert about_file == f"📄 {len(trades)} trades of the test, one a line."
    assert len(trades) > 5


async def test_its_figures_are_those_of_the_engine(walk: Bench) -> None:
    """The same candles, signals and setup, computed here."""
    [told, _] = await walk.say("/backtest sma_crossover btc 1h 30d 50 losses=100")
    params = {"fast": "10", "slow": "30"}
    candles = await walk.market.candles("binanceus", "BTC/USDT", Timeframe.H1, 720 + 30)
    signals = await walk.panel.signals("sma_crossover", params, candles)
    rules = Rules.of(await walk.market.rules("binanceus", "BTC/USDT"))
    setup = Setup(D(50), rules, Exits(), Guards(losses=100), adds=False)
    mine = report(backtest(candles.part(30, 750), signals[30:], setup))
    assert f"{mine.ours.change:+.2%}" in told and f"{mine.held.change:+.2%}" in told
    assert f"\n{mine.trades} trades" in told
    assert mine.trades > 5 and mine.ours.change != mine.held.change


async def test_a_test_without_a_trade_sends_no_file_of_trades(trader: Bench) -> None:
    [told] = await trader.say("/backtest sma_crossover btc 1h 30d")
    assert "No trade was ended." in told
    assert len(files(trader)) == 1


async def test_a_guard_that_would_have_halted_it_is_said(walk: Bench) -> None:
    [told, _] = await walk.say("/backtest sma_crossover btc 1h 60d losses=1")
    assert "as a run would be: a loss." in told


async def test_a_search_shows_what_was_chosen_and_what_was_held_back(walk: Bench) -> None:
    [*progress, told] = await walk.say("/optimize sma_crossover btc 1h 60d losses=100")
    assert progress and progress[0].startswith("🔎 Trying parameters: ")
    assert told.startswith("🔎 Search <b>sma_crossover</b>\nBTC/USDT 1h, 2025-11-02 to 2026-01-01")
    assert "<b>Best:</b> fast=" in told and "<b>Usual:</b> fast=10 slow=30" in told
    assert told.count("chosen held back") == 2
    assert "“Held back” was looked at once, afterwards." in told
    assert ("Do not trade it." in told) != ("To try it on paper: <code>/run sma_" in told)
    edit = walk.letters()[-1]
    assert edit.kind == "edit" and edit.edits is not None and edit.edits.endswith(":progress")


async def test_progress_is_one_message_that_the_result_takes_the_place_of(walk: Bench) -> None:
    """Candles come slowly: each page takes a minute."""
    page = walk.broker.candles

    async def slow(*given: object) -> object:
        walk.later(minutes=0.1)
        return await page(*given)  # type: ignore[arg-type]

    walk.broker.candles = slow  # type: ignore[method-assign, assignment]
    said = await walk.say("/backtest sma_crossover btc 1h 60d")
    assert said[0] == "⏳ Fetching candles: 1,000 of 1,470 …"
    [first] = [one for one in walk.letters() if one.dedupe.endswith(":progress")]
    results = [one for one in walk.letters() if "📉 Backtest" in str(one.body["text"])]
    assert [one.edits for one in results] == [first.dedupe]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/backtest", "The strategy is missing.\nType it like this: /backtest sma_crossover"),
        ("/backtest macd", "The symbol is missing.\nType it like this: /backtest"),
        ("/backtest macd btc", "The timeframe is missing."),
        ("/backtest macd btc 90d", "The timeframe is missing.\nType it like this: /backtest sma"),
        ("/backtest macd btc 2h 90d", "There are no candles of “2h”.\nDid you mean 1h?"),
        ("/backtest magic btc 1h", "There is no strategy “magic”."),
        ("/backtest macd doge 1h", "I do not trade “doge”."),
        ("/backtest macd btc 1h fsat=3", "macd has no setting “fsat”.\nDid you mean fast?"),
        ("/backtest macd btc 1h fast=x", "“fast=x” is not a whole number."),
        (
            "/backtest macd btc 1m 35d",
            "35 days of 1m candles are more than I test at once.\nAt most 34d with 1m; longer",
        ),
        ("/backtest macd btc 1h 9999d", "At most 2083d with 1h; longer candles go further back."),
        ("/backtest macd btc 1d 9999d", "At most 3650d with 1d"),
        ("/backtest macd btc 1d 5d", "5 candles of 1d say nothing.\nAsk for 24d at least, or for"),
        ("/optimize macd btc 1m 14d", "At most 13d with 1m; longer candles go further back."),
        ("/optimize macd btc 1h 2d", "48 candles are too few to search on; it takes 100.\nAsk for"),
        ("/optimize dca btc 1h days=1 hour=2", "There is nothing to search: dca has no parameter"),
        ("/optimize", "The strategy is missing.\nType it like this: /optimize sma_crossover"),
    ],
)
async def test_what_cannot_be_tested_says_why_and_what_is_allowed(
    trader: Bench, text: str, says: str
) -> None:
    [told] = await trader.say(text)
    assert told.startswith("❌ ") and says in told
    assert files(trader) == [] and trader.broker.posts == []


@pytest.mark.parametrize("command", ["backtest", "optimize"])
async def test_candles_that_are_not_whole_are_never_tested_on(trader: Bench, command: str) -> None:
    why = "3 candles are missing from 2025-12-24 10:00 on."
    trader.broker.trouble = Problem(code="gapped_candles", message=why, hint="Ask for 7d.")
    [told] = await trader.say(f"/{command} sma_crossover btc 1h 30d")
    assert told == f"❌ {why}\nAsk for 7d."
    assert files(trader) == []


async def test_the_summary_of_a_run_shows_its_last_month_and_the_picture(walk: Bench) -> None:
    [told] = await walk.say("/run sma_crossover btc 1h 10")
    [line] = [one for one in told.split("\n") if one.startswith("📉 Last 30 days: ")]
    assert " trades, " in line and "% won, at worst " in line and "Holding the coin: " in line
    [(letter, picture)] = files(walk)
    assert letter.body["text"] == told and picture.content.startswith(PNG)
    assert letter.body["buttons"]


async def test_a_month_that_cannot_be_tested_is_said_and_keeps_nobody_from_starting(
    trader: Bench,
) -> None:
    trader.broker.trouble = Problem(code="stale_candles", message="The newest candle is missing.")
    [told] = await trader.say("/run sma_crossover btc 1h 10")
    assert "📉 The last days cannot be tested now: The newest candle is missing." in told
    await trader.press("▶️ Start on paper")
    assert len(trader.store.runs.of_person(7)) == 1


async def test_a_young_market_is_tested_as_far_back_as_it_goes(walk: Bench) -> None:
    page = walk.broker.candles

    async def young(exchange: str, symbol: str, timeframe: str, limit: int, end: int) -> object:
        if limit > 24 * 10:
            why = Problem(code="too_little_history", message="Candles begin at 2025-12-20.")
            raise BrokerRefused(why, 409)
        return await page(exchange, symbol, timeframe, limit, end)

    walk.broker.candles = young  # type: ignore[method-assign, assignment]
    [told] = await walk.say("/run sma_crossover btc 1h 10")
    assert "📉 Last 7 days: " in told
    [told] = await walk.say("/run sma_crossover btc 1h 10 slow=1000")
    assert "📉 The last days cannot be tested now: Candles begin at 2025-12-20." in told


async def test_by_the_minute_the_last_seven_days_are_enough_for_a_summary(trader: Bench) -> None:
    [told] = await trader.say("/run sma_crossover btc 1m 10")
    assert "📉 Last 7 days: no trade." in told
    [told] = await trader.say("/run sma_crossover btc 5m 10")
    assert "📉 Last 30 days: no trade." in told
