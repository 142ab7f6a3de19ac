"""Pictures: everything that is asked for is on them, a phone takes them, and nobody waits for them.

May import: charts, core, wire.
"""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from piggybot.charts import Studio, labels, look
from piggybot.charts.backtest import draw as draw_backtest
from piggybot.charts.candles import draw as draw_candles
from piggybot.charts.profit import draw as draw_profit
from piggybot.charts.values import BacktestChart, CandleChart, Chart, Head, Mark, ProfitChart
from piggybot.core.market import Candles
from proxy.wire import Side, Timeframe
from tests.pictures import luminance, size, words

pytestmark = pytest.mark.anyio
LARGEST = 200_000
START = 1_767_225_600_000


def candles(count: int, price: float = 64_000.0, timeframe: Timeframe = Timeframe.H1) -> Candles:
    chance = np.random.default_rng(count)
    close = price * np.exp(np.cumsum(chance.normal(0, 0.004, count)))
    opened = np.concatenate(([price], close[:-1]))
    high, low = np.maximum(opened, close) * 1.003, np.minimum(opened, close) * 0.997
    times = START + np.arange(count) * timeframe.ms
    return Candles("BTC/USDT", timeframe, times, opened, high, low, close, close)


def full(count: int = 120, price: float = 64_000.0) -> CandleChart:
    """Everything at once: three lines, thirty trades, three levels."""
    series = candles(count, price)
    lines = {f"{each}-SMA": series.close * (1 + each / 10_000) for each in (10, 30, 50)}
    last = Decimal(str(series.close[-1]))
    trades = tuple(
        Mark(int(series.opened[at]), Side.BUY if at % 8 else Side.SELL, last)
        for at in range(0, count, 4)
    )
    levels = {"stop": last * Decimal("0.99"), "average": last, "target": last * Decimal("1.01")}
    head = Head("BTC/USDT 1h", "sma_crossover #1, UTC", "LIVE SANDBOX", "64,120.00", True)
    return CandleChart(head, series, lines, trades, levels, last)


@cache
def whole() -> bytes:
    return draw_candles(full())


def profit(days: int) -> ProfitChart:
    names = np.datetime64("2025-11-01") + np.arange(days)
    gains = np.random.default_rng(days).normal(0, 30, days).round(2)
    return ProfitChart(
        Head("Profit", "UTC", "PAPER", "+1.00 USD", True),
        tuple(str(each) for each in names),
        tuple(Decimal(str(each)) for each in gains),
        Decimal("1.25"),
    )


def backtest(count: int) -> BacktestChart:
    series = candles(count, timeframe=Timeframe.M1)
    head = Head("sma_crossover", "BTC/USDT 1m", "BACKTEST", "+3.2%", True)
    return BacktestChart(
        head, Decimal(64_000), series.opened, series.close[::-1].copy(), series.close
    )


def crowded(count: int = 90) -> CandleChart:
    """Four levels close together, and trades at both ends: the last since the last close."""
    chart = full(count)
    opened, last = chart.candles.opened, Decimal(str(chart.candles.close[-1]))
    shares = {
        "average cost": "1",
        "trailing stop": "0.9985",
        "stop loss": "0.997",
        "target": "1.01",
    }
    ends = (int(opened[0]), int(opened[-1]), int(opened[-1]) + Timeframe.H1.ms)
    trades = tuple(Mark(at, Side.BUY, last) for at in ends)
    levels = {name: last * Decimal(share) for name, share in shares.items()}
    return replace(chart, trades=trades, levels=levels)


def with_lower(count: int = 90) -> CandleChart:
    """What has another scale under it: two lines, of which one begins late."""
    late = np.where(np.arange(count) < 14, np.nan, 50 + 40 * np.sin(np.arange(count)))
    return replace(crowded(count), below={"14-RSI": late, "overbought": np.full(count, 70.0)})


DRAW = {CandleChart: draw_candles, ProfitChart: draw_profit, BacktestChart: draw_backtest}
CHARTS = [
    *(full(), full(1), full(2), full(90, 0.00001234), full(500, 1.0), crowded(), crowded(30)),
    *(with_lower(), with_lower(3)),
    *(profit(1), profit(2), profit(3), profit(4), profit(7), profit(31), profit(700)),
    *(backtest(1), backtest(2), backtest(500), backtest(200_000)),
]


@pytest.mark.parametrize("chart", CHARTS)
async def test_every_picture_is_one_that_a_phone_takes(chart: Chart, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    picture = await studio.draw(chart)
    width, height = size(picture)
    assert width == 1080
    assert 800 < height < 1100, "it is seen whole without scrolling"
    assert len(picture) < LARGEST
    studio.close()


@pytest.mark.parametrize("chart", [crowded(30), profit(7), backtest(30)])
def test_the_same_values_are_the_same_bytes(chart: Chart) -> None:
    assert DRAW[type(chart)](chart) == DRAW[type(chart)](chart)


@pytest.mark.parametrize("chart", CHARTS)
def test_no_words_of_a_picture_touch_each_other_or_its_edge(
    chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Figure] = []
    monkeypatch.setattr(look, "png", lambda figure: kept.append(figure) or b"")
    DRAW[type(chart)](chart)
    [figure] = kept
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    card = figure.get_window_extent()
    boxes = {(n, one.get_text()): one.get_window_extent() for n, one in enumerate(words(figure))}
    assert len(boxes) > 4
    assert min(one.get_size() for one in words(figure)) * look.DPI / 72 >= 29, "a third on a phone"
    for name, box in boxes.items():
        assert card.x0 <= box.x0 and box.x1 <= card.x1, name
        assert card.y0 <= box.y0 and box.y1 <= card.y1, name
        touched = [other for other, its in boxes.items() if other != name and box.overlaps(its)]
        assert touched == [], name


@pytest.mark.parametrize("colour", [look.INK, look.FAINT, look.GOOD, look.BAD, *look.LINES])
def test_words_and_lines_stand_out_from_what_they_are_drawn_on(colour: str) -> None:
    """The card is dark in any theme; 4.5 is what WCAG asks of words."""
    for below in (look.CARD, look.PANEL):
        assert (luminance(colour) + 0.05) / (luminance(below) + 0.05) >= 4.5


def test_the_mark_of_a_trade_at_either_end_is_whole() -> None:
    figure = look.card(Head("BTC/USDT 1h"), 6.6)
    axes = look.panel(figure, 0.1, 0.7, "64,000")
    look.times(axes, candles(90).opened)
    first, last = axes.get_xlim()
    half = (np.sqrt(230) / 2 + 1) * look.DPI / 72
    pixels = axes.get_window_extent().width / (last - first)
    assert (0 - first) * pixels >= half
    assert (last - 90) * pixels >= half, "where the next candle will be"


@pytest.mark.parametrize(
    ("heights", "room", "found"),
    [
        ([], 2, []),
        ([7.0], 2, [7]),
        ([1.0, 5.0], 2, [1, 5]),
        ([5.0, 5.0], 2, [6, 4]),
        ([5.0, 4.0], 2, [5.5, 3.5]),
        ([10.0, 0.0, 10.5, 11.0], 2, [8.5, 0, 10.5, 12.5]),
        ([0.0, 1.0, 2.5], 2, [-0.8333, 1.1667, 3.1667]),
    ],
)
def test_names_that_would_touch_are_moved_apart_in_their_order(
    heights: list[float], room: float, found: list[float]
) -> None:
    assert labels.apart(heights, room) == pytest.approx(found, abs=1e-3)


def test_a_name_stands_where_it_hides_the_least_and_no_trade() -> None:
    every = np.arange(90.0)
    low = labels.Things(every, every, every + 1)
    assert labels.place(0.2, 5, 2, 90, [low]) > 0.3, "the candles are at the left there"
    assert labels.place(0.2, 85, 2, 90, [low]) == labels.EDGE
    trade = labels.Things(np.array([5.0]), np.array([84.0]), np.array([86.0]), labels.AT_A_MARK)
    assert labels.place(0.2, 85, 2, 90, [low, trade]) > labels.EDGE


@pytest.mark.parametrize(
    "without",
    [
        {"lines": {}},
        {"trades": ()},
        {"levels": {}},
        {"below": {"RSI": np.linspace(20, 80, 120)}},
        {"price": Decimal(63_900)},
        {"shown": 60},
        {"head": Head("BTC/USDT 1h")},
    ],
)
def test_everything_that_is_asked_for_is_on_the_picture(without: dict[str, Any]) -> None:
    assert draw_candles(replace(full(), **without)) != whole()


def test_trades_and_levels_that_are_not_in_sight_change_nothing() -> None:
    chart = replace(full(), trades=(), levels={})
    long_ago = Mark(START - 10 * Timeframe.H1.ms, Side.BUY, Decimal(64_000))
    to_come = Mark(START + 900 * Timeframe.H1.ms, Side.SELL, Decimal(64_000))
    far = replace(chart, trades=(long_ago, to_come), levels={"stop": Decimal(9)})
    assert draw_candles(far) == draw_candles(chart)


def test_a_trade_since_the_last_close_is_seen() -> None:
    chart = full()
    now = Mark(int(chart.candles.opened[-1]) + Timeframe.H1.ms, Side.SELL, Decimal(64_000))
    assert draw_candles(replace(chart, trades=(*chart.trades, now))) != whole()


def test_indicators_that_have_not_begun_are_left_out_and_nothing_fails() -> None:
    chart = full()
    nothing = np.full(len(chart.candles), np.nan)
    half = np.where(np.arange(len(nothing)) < 100, np.nan, chart.candles.close)
    assert draw_candles(replace(chart, lines={"slow": nothing})) != draw_candles(
        replace(chart, lines={"slow": half})
    )


def test_prices_that_never_move_are_drawn() -> None:
    series = candles(50)
    flat = np.full(50, 5.0)
    still = replace(series, open=flat, high=flat, low=flat, close=flat)
    size(draw_candles(CandleChart(Head("FLAT/USDT 1h"), still)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(64120.5, "64,120"), (1.23456, "1.2346"), (0.0000123456, "0.000012346"), (0.0, "0")],
)
def test_numbers_show_the_digits_that_count(value: float, shown: str) -> None:
    assert look.number(value) == shown


def test_a_long_line_keeps_its_peaks_and_its_end_when_thinned() -> None:
    values = np.zeros(100_000)
    values[12_345], values[77_777], values[-1] = 9.0, -7.0, 3.0
    at, thin = look.thinned(values, 1_000)
    assert len(thin) < 1_100
    assert (thin.max(), thin.min(), thin[-1]) == (9.0, -7.0, 3.0)
    assert abs(at[thin.argmax()] - 12_345) < 250


async def test_the_loop_goes_on_while_a_picture_is_drawn(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    turns = 0
    drawing = asyncio.create_task(studio.draw(full()))
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    studio.close()


def test_the_library_is_loaded_with_the_first_picture_and_without_pyplot(tmp_path: Path) -> None:
    lines = """
import asyncio, sys
from pathlib import Path
import piggybot.app
from piggybot.charts import Studio
from piggybot.charts.values import Head, ProfitChart
assert "matplotlib" not in sys.modules, "a bot that draws nothing loads nothing"
from decimal import Decimal
studio = Studio(Path(sys.argv[1]))
chart = ProfitChart(Head("Profit"), ("2026-01-01",), (Decimal(1),))
assert asyncio.run(studio.draw(chart)).startswith(b"\\x89PNG")
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
import matplotlib
assert matplotlib.get_configdir() == sys.argv[1]
"""
    done = subprocess.run(
        [sys.executable, "-c", lines, str(tmp_path)],
        capture_output=True,
        check=False,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "MPLCONFIGDIR"},
    )
    assert done.returncode == 0, done.stderr


def test_a_backtest_is_drawn_from_what_it_began_with() -> None:
    """Both curves in per cent of the stake, as the figures are."""
    chart = backtest(50)
    assert draw_backtest(replace(chart, stake=chart.stake * 2)) != draw_backtest(chart)
