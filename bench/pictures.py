"""One picture of each kind, from the real candles that the sandbox replays.

Run: python -m bench.pictures [folder]; without one, into docs/pictures/. The strategy is the one
that trades; its trades are at the open after each signal, for 100 USD, without fees.

May import: charts, core, strategies, wire.
"""

import csv
import gzip
import io
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path

import numpy as np

from piggybot.charts import backtest, candles, profit
from piggybot.charts.values import BacktestChart, CandleChart, Head, Mark, ProfitChart
from piggybot.core.market import Candles, Floats
from piggybot.strategies.bollinger import Bollinger
from piggybot.strategies.sma_crossover import SmaCrossover
from proxy.wire import Side, Timeframe

HERE = Path(__file__).parent.parent / "docs" / "pictures"
CENT = Decimal("0.01")
STAKE = 100.0
DAYS, DAY = 30, 86_400_000
SHOWN_UNTIL = 700
"""Where the picture of the candles ends: a stretch with trades of both sides."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a strategy did: its trades, its equity after each candle, its profit by day."""

    marks: tuple[Mark, ...]
    equity: Floats
    by_day: dict[str, Decimal]


def read() -> Candles:
    """The hourly candles of BTC/USDT."""
    name = "btc-usdt-1h-binance-2020.csv.gz"
    packed = (resources.files("piggybot.sandbox") / "data" / name).read_bytes()
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))
    columns = {
        each: np.array([row[each] for row in rows], dtype=np.float64)
        for each in ("open", "high", "low", "close", "volume")
    }
    opened = np.array([row["timestamp_ms"] for row in rows], dtype=np.int64)
    return Candles("BTC/USDT", Timeframe.H1, opened, **columns)


def replay(series: Candles, signals: np.ndarray) -> Replay:
    """In at the open after +1, out at the open after -1."""
    by_day: dict[str, Decimal] = {}
    marks, equity = [], np.full(len(series), STAKE)
    cash, units = STAKE, 0.0
    for at in range(len(series)):
        day = datetime.fromtimestamp(series.opened[at] / 1000, UTC).date().isoformat()
        by_day.setdefault(day, Decimal(0))
        signal, price = (signals[at - 1] if at else 0), series.open[at]
        exact = Decimal(str(price))
        if signal > 0 and not units:
            units, cash, paid = STAKE / price, cash - STAKE, STAKE
            marks.append(Mark(int(series.opened[at]), Side.BUY, exact))
        elif signal < 0 and units:
            by_day[day] += Decimal(str(units * price - paid)).quantize(CENT)
            cash, units = cash + units * price, 0.0
            marks.append(Mark(int(series.opened[at]), Side.SELL, exact))
        equity[at] = cash + units * series.close[at]
    return Replay(tuple(marks), equity, by_day)


def of_prices(series: Candles) -> dict[str, bytes]:
    """Candles of a run on paper, and of a market with real money."""
    rule = SmaCrossover()
    done = replay(series, rule.signals(series))
    part = series.part(0, SHOWN_UNTIL)
    last = Decimal(str(part.close[-1]))
    levels = {"stop loss": last * Decimal("0.97"), "take profit": last * Decimal("1.02")}
    paper = Head("BTC/USDT 1h", "sma_crossover #1, UTC", "PAPER", f"{last:,.2f}")
    live = Head("BTC/USDT 1h", "binanceus, UTC", "LIVE SANDBOX", f"{last:,.2f}")
    return {
        "candles": candles.draw(CandleChart(paper, part, rule.lines(part), done.marks, levels)),
        "candles-live": candles.draw(CandleChart(live, part, Bollinger().lines(part))),
    }


def of_results(series: Candles) -> dict[str, bytes]:
    """A month's profit by day, and the whole stretch as a backtest."""
    done = replay(series, SmaCrossover().signals(series))
    days = tuple(done.by_day)[:DAYS]
    gains = tuple(done.by_day[day] for day in days)
    over = np.datetime64(days[-1], "ms").astype(np.int64) + DAY
    worth = done.equity[np.searchsorted(series.opened, over) - 1] - STAKE
    total = Decimal(str(worth)).quantize(CENT)
    month = Head("Profit", "30 days, UTC", "PAPER", f"{total:+,.2f} USD", total > 0)
    held = STAKE * series.close / series.close[0]
    tested = Head("sma_crossover 10/30", "BTC/USDT 1h, 61 days", "BACKTEST")
    return {
        "profit": profit.draw(ProfitChart(month, days, gains, total - sum(gains))),
        "backtest": backtest.draw(BacktestChart(tested, series.opened, done.equity, held)),
    }


def main(folder: Path) -> None:
    """Write them all, and say how large they are."""
    series = read()
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in (of_prices(series) | of_results(series)).items():
        (folder / f"{name}.png").write_bytes(picture)
        sys.stdout.write(f"{folder / name}.png  {len(picture):,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
