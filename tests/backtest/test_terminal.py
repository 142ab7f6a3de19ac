"""`piggybot backtest` and `piggybot optimize`: from what was typed to tables, or a sentence.

May import: backtest, core, errors, settings.
"""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from piggybot.__main__ import commands
from piggybot.backtest.engine import backtest
from piggybot.backtest.files import FileSource, read
from piggybot.backtest.picture import chart_of
from piggybot.backtest.report import report
from piggybot.backtest.setup import Rules, Setup
from piggybot.backtest.terminal import Typed, print_backtest, print_search
from piggybot.backtest.trial import Trial
from piggybot.core.market import Candles
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput, BrokerRefused
from piggybot.settings import Settings, load
from proxy.wire import Timeframe
from tests.candles import hourly
from tests.pictures import size
from tests.proxy.edges import TOKEN, running

pytestmark = pytest.mark.anyio
WHOLE_HOURS = 1397
NAMES = "timestamp_ms,open,high,low,close,volume"
HOUR = 3_600_000


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no .env, reaches these stories."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def hours(tmp_path: Path) -> Path:
    """The real hours up to the venue's outage, as a file."""
    return written(tmp_path / "hours.csv", hourly().part(0, WHOLE_HOURS))


def written(path: Path, candles: Candles) -> Path:
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    with path.open("w") as file:
        rows = csv.writer(file)
        rows.writerow(NAMES.split(","))
        rows.writerows(
            zip(candles.opened.tolist(), *(one.tolist() for one in columns), strict=True)
        )
    return path


def settings(**given: object) -> Settings:
    return load(telegram_bot_token=f"0000:{'x' * 35}", **given)


async def printed(work: Callable, typed: Typed, **given: object) -> str:
    out = io.StringIO()
    await work(typed, settings(**given), Console(file=out, width=120, highlight=False))
    return out.getvalue()


async def test_a_backtest_on_a_file_prints_figures_and_writes_its_trades(hours, tmp_path):
    trades = tmp_path / "trades.csv"
    said = ["sma_crossover", "BTC/USDT", "1h", "50", "losses=50", "drawdown=100%"]
    text = await printed(print_backtest, Typed(said, from_csv=hours, csv=trades))
    assert "sma_crossover, BTC/USDT 1h, 1,367 candles from 2020-05-02 03:00" in text
    rows = list(csv.DictReader(trades.read_text().splitlines()))
    assert f"{len(rows)} trades" in text
    profit = sum(float(row["profit"]) for row in rows)
    assert f"Profit ${profit:,.2f}" in text
    assert f"{profit / 50:+.2%}" in text
    assert "stake of $50.00" in text
    assert "Assumed are" in text


async def test_a_backtest_is_drawn_where_a_picture_is_named(hours, tmp_path):
    """The same picture as the chat's: made of the same values by the same hand."""
    line, picture = ["sma_crossover", "BTC/USDT", "1h"], tmp_path / "equity.png"
    text = await printed(print_backtest, Typed(line, from_csv=hours, picture=picture))
    assert text.endswith(f"The picture is in {picture}.\n")
    assert size(picture.read_bytes())[0] == 1080
    offered = await printed(print_backtest, Typed(line, from_csv=hours))
    assert offered.endswith("--picture FILE.png. Its trades for a spreadsheet: --csv FILE.\n")


async def test_the_picture_begins_with_the_stake_as_the_figures_do(hours):
    candles = read(hours, "BTC/USDT", Timeframe.H1).part(0, 200)
    rules = Rules.of(await FileSource(hours, "BTC/USDT", Timeframe.H1).rules("file", "BTC/USDT"))
    setup = Setup(Decimal(50), rules, Exits(), Guards(), adds=False)
    signals = np.where(np.arange(200) % 20 < 10, 1, -1).astype(np.int8)
    result = backtest(candles, signals, setup)
    told = report(result)
    trial = Trial(
        *("file", "BTC/USDT", Timeframe.H1, 200, "any", {}),
        *(Decimal(50), Exits(), Guards()),
    )
    chart = chart_of(trial, result, told)
    assert told.trades > 5
    stake = np.float64(chart.stake)
    assert chart.equity[-1] / stake - 1 == told.ours.change
    assert chart.held[-1] / stake - 1 == told.held.change
    assert (chart.head.number, chart.head.good) == ("+5.87%", True)
    assert chart.head.note == "BTC/USDT 1h, 8 days, UTC"


@pytest.mark.parametrize(("terminal", "shown"), [(True, True), (False, False)])
async def test_a_terminal_shows_how_far_it_is_and_a_pipe_does_not(terminal, shown, hours):
    """Also no line of it is cut inside a word."""
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=terminal, force_interactive=terminal)
    line = ["sma_crossover", "BTC/USDT", "1h", "losses=50"]
    await print_search(Typed(line, from_csv=hours, tries=3), settings(), console)
    assert ("3/3" in out.getvalue()) is shown
    assert ("\x1b[" in out.getvalue()) is shown
    chosen = next(one for one in out.getvalue().splitlines() if one.startswith("Chosen on"))
    assert (chosen.endswith("held back.")) is not shown


async def test_a_backtest_by_the_running_proxy_takes_the_venues_candles_and_rules(tmp_path):
    async with running(tmp_path, lambda: datetime.now(UTC)) as proxy:
        given = {"backend_api_url": proxy.server.url, "proxy_token": TOKEN}
        said = ["macd", "ETHUSDT", "5m", "3d", "100", "fast=8", "take=2%"]
        text = await printed(print_backtest, Typed(said), **given)
        assert "macd fast=8, ETH/USDT 5m, 864 candles from" in text
        assert "trades" in text
        assert "Assumed" not in text
        with pytest.raises(BrokerRefused, match="has no spot market of that name"):
            await printed(print_backtest, Typed(["macd", "DOGE/USDT", "5m", "3d"]), **given)


async def test_it_says_when_a_guard_would_have_halted_the_run(hours):
    said = ["sma_crossover", "BTC/USDT", "1h", "fast=2", "slow=5", "losses=3"]
    text = await printed(print_backtest, Typed(said, from_csv=hours))
    assert "⚠️ Halted on 2020-05-" in text
    assert "3 losses in a row" in text


async def test_a_search_prints_what_was_held_back_beside_what_it_chose(hours):
    said = ["sma_crossover", "BTC/USDT", "1h", "losses=50"]
    text = await printed(print_search, Typed(said, from_csv=hours, tries=12))
    assert "1,367 candles from 2020-05-02 03:00 to 2020-06-28 02:00 UTC" in text
    assert "best, held back" in text
    assert "Best of 12 by Sharpe ratio: fast=" in text
    assert "the rest was held back" in text


REFUSED = {
    "sma_crosover BTC/USDT 1h": "Did you mean sma_crossover?",
    "sma_crossover BTC/USDT 7h": "There are no candles of “7h”. Did you mean 4h?",
    "sma_crossover BTC/USDT": "The timeframe is missing.",
    "BTC/USDT 1h": "The strategy is missing.",
    "sma_crossover 1h": "The symbol is missing.",
    "sma_crossover BTC/USDT 1h fast=40": r"fast \(40\) must be below slow \(30\)",
    "sma_crossover BTC/USDT 1h fats=4": "Did you mean fast?",
    "sma_crossover BTC/USDT 1h stop=5": "is not a percentage with its sign",
    "sma_crossover BTC/USDT 1h -5": "An amount cannot be negative",
    "sma_crossover BTC/USDT 1h 90d": "The file has 1,397 candles, and 2,190 are needed.",
    "sma_crossover BTC/USDT 5m": "are not 5m ones",
    "sma_crossover BTC/USDT 1h slow=1000 fast=500 90d": "and 3,160 are needed",
}


@pytest.mark.parametrize("said", REFUSED)
async def test_what_cannot_be_tested_is_refused_in_a_sentence(said, hours):
    with pytest.raises(BadInput, match=REFUSED[said]):
        await printed(print_backtest, Typed(said.split(), from_csv=hours))


def test_the_command_ends_with_2_and_a_sentence_and_else_with_0(hours):
    run = CliRunner().invoke
    taken = hours.parent / "taken.png"
    taken.mkdir()
    line = ["backtest", "sma_crossover", "BTC/USDT", "1h", "--from-csv", str(hours)]
    good = run(commands, line)
    assert (good.exit_code, "holding the coin" in good.output) == (0, True)
    wrong = run(commands, [*line, "fast=0"])
    assert (wrong.exit_code, "it goes from 2 to 500 candles" in wrong.output) == (2, True)
    nowhere = {"BACKEND_API_URL": "http://localhost:1"}
    nobody = run(commands, ["backtest", "sma_crossover", "BTC/USDT", "1h"], env=nowhere)
    assert (nobody.exit_code, "Start it on its host" in nobody.output) == (2, True)
    for option in ("--csv", "--picture"):
        for path, why in ((hours.parent / "no" / "a.png", "no folder"), (taken, "Is a directory")):
            lost = run(commands, [*line, option, str(path)])
            assert (lost.exit_code, "cannot be written" in lost.output) == (2, True)
            assert why in lost.output
    named = run(commands, [*line, "--picture", "equity.jpg"])
    assert (named.exit_code, "A picture is a PNG" in named.output) == (2, True)
    assert not Path("equity.jpg").exists()


BAD_FILES = {
    "no column": ("timestamp_ms,open,high,low\n", "has no column “close”"),
    "empty": (NAMES, "There is no candle"),
    "words": (f"{NAMES}\n0,1,1,1,one,1\n", "Line 2 of .*: close is “one”, no plain number"),
    "nan": (f"{NAMES}\n0,1,1,1,nan,1\n", "close is “nan”, no plain number"),
    "short": (f"{NAMES}\n0,1,1\n", "low is “”, no plain number"),
    "below zero": (f"{NAMES}\n0,1,1,1,-5,1\n", "“-5”, no plain number. Numbers are plain digits"),
    "no time": (f"{NAMES}\nnow,1,1,1,1,1\n", "timestamp_ms is “now”, no whole number"),
    "twice": (f"{NAMES}\n0,1,1,1,1,1\n0,1,1,1,1,1\n", "Line 3 .* 1970-01-01 00:00 is there twice"),
    "backwards": (f"{NAMES}\n{HOUR},1,1,1,1,1\n0,1,1,1,1,1\n", "comes after a later one"),
    "minutes": (f"{NAMES}\n0,1,1,1,1,1\n60000,1,1,1,1,1\n", "are not 1h ones"),
    "quotes": (f'{NAMES}\n0,"1,1,1,1,1\n', "is no CSV"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_lies_is_refused_with_the_line(name, tmp_path):
    text, words = BAD_FILES[name]
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=words):
        read(path, "BTC/USDT", Timeframe.H1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe", "it is not UTF-8 text"),
        (gzip.compress(NAMES.encode(), mtime=0)[:-9], "its end is missing"),
        (b"\x1f\x8b nonsense", "cannot be read"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(data, words, tmp_path):
    path = tmp_path / "bad.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BadInput, match=words):
        read(path, "BTC/USDT", Timeframe.H1)


async def test_a_file_that_is_too_short_for_the_strategy_is_told(tmp_path):
    short = written(tmp_path / "short.csv", hourly().part(0, 12))
    with pytest.raises(BadInput, match="The file has 12 candles, and sma_crossover needs 31"):
        await printed(print_backtest, Typed(["sma_crossover", "BTC/USDT", "1h"], from_csv=short))


async def test_a_gap_is_never_closed_and_what_lies_after_it_can_be_used(tmp_path):
    candles = hourly()
    holed = tmp_path / "holed.csv"
    whole = written(tmp_path / "whole.csv", candles).read_text().splitlines()
    holed.write_text("\n".join([*whole[:1000], *whole[1003:]]))
    source = FileSource(holed, "BTC/USDT", Timeframe.H1)
    with pytest.raises(BadInput, match="From then on 466 of 500 are whole"):
        await source.candles("file", "BTC/USDT", Timeframe.H1, 500)
    assert len(await source.candles("file", "BTC/USDT", Timeframe.H1, 466)) == 466
    assert (await source.rules("file", "BTC/USDT")).tick == Decimal("0.01")
