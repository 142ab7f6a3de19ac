"""One picture of each kind, from the real candles that the sandbox replays and our own backtest.

Run: python -m bench.pictures [folder]; without one, into docs/pictures/. The strategy is one that
trades; what it made is what the backtest engine makes of these candles, fees included.

May import: backtest, charts, core, strategies, wire.
"""

import sys
from decimal import Decimal
from pathlib import Path

import numpy as np

from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.backtest.files import read
from piggybot.backtest.report import holding, report
from piggybot.charts import backtest as tested
from piggybot.charts import candles, profit
from piggybot.charts.values import BacktestChart, CandleChart, Head, Mark, ProfitChart
from piggybot.core.market import Candles
from piggybot.core.runs import Exits
from piggybot.strategies.bollinger import Bollinger
from piggybot.strategies.rsi import Rsi
from piggybot.strategies.sma_crossover import SmaCrossover
from proxy.wire import Side, Timeframe

ROOT = Path(__file__).parent.parent
DATA = ROOT / "piggybot" / "sandbox" / "data" / "btc-usdt-1h-binance-2020.csv.gz"
HERE = ROOT / "docs" / "pictures"
RULES = Rules(Decimal("0.00001"), Decimal("0.01"), Decimal(1), Decimal("0.00001"))
STOP = Decimal("0.03")
SETUP = Setup(Decimal(50), RULES, Exits(stop_loss=STOP))
CENT = Decimal("0.01")
DAYS = 30


def whole(series: Candles) -> Candles:
    """The candles up to the first gap."""
    gaps = np.flatnonzero(np.diff(series.opened) != series.timeframe.ms)
    return series.part(0, int(gaps[0]) + 1) if len(gaps) else series


def marks(result: Result) -> tuple[Mark, ...]:
    """Where holdings began and ended."""
    opened, trades = result.candles.opened, result.trades
    bought = [
        Mark(int(opened[at]), Side.BUY, Decimal(str(price)))
        for at, price in zip(trades.entry, trades.price_in, strict=True)
    ]
    sold = [
        Mark(int(opened[at]), Side.SELL, Decimal(str(price)))
        for at, price in zip(trades.exit[trades.ended], trades.price_out, strict=False)
    ]
    return (*bought, *sold)


def of_prices(result: Result, rule: SmaCrossover) -> dict[str, bytes]:
    """Candles of a run that holds something, of a market with real money, and of an RSI."""
    held = result.trades.exit - result.trades.entry
    at = int(np.argmax(held))
    part = result.candles.part(0, int(result.trades.entry[at] + held[at] * 2 // 3))
    last = Decimal(str(part.close[-1]))
    paid = Decimal(str(result.trades.price_in[at])).quantize(CENT)
    levels = {"average cost": paid, "stop loss": paid * (1 - STOP)}
    seen = tuple(one for one in marks(result) if one.at <= part.opened[-1])
    paper = Head("BTC/USDT 1h", "sma_crossover #1, UTC", "PAPER", f"{last:,.2f}")
    live = Head("BTC/USDT 1h", "binanceus, UTC", "LIVE SANDBOX", f"{last:,.2f}")
    rsi = Head("BTC/USDT 1h", "rsi #2, UTC", "PAPER", f"{last:,.2f}")
    below = Rsi().lines(part)
    return {
        "candles-below": candles.draw(CandleChart(rsi, part, below=below)),
        "candles": candles.draw(CandleChart(paper, part, rule.lines(part), seen, levels)),
        "candles-live": candles.draw(CandleChart(live, part, Bollinger().lines(part))),
    }


def of_results(result: Result) -> dict[str, bytes]:
    """A month's profit by day, and the whole stretch as a backtest."""
    days = result.candles.opened.astype("datetime64[ms]").astype("datetime64[D]")
    names = np.unique(days)[:DAYS]
    ended = days[result.trades.exit[result.trades.ended]]
    gains = result.trades.profit[result.trades.ended]
    by_day = tuple(Decimal(str(gains[ended == day].sum())).quantize(CENT) for day in names)
    at_the_end = result.equity[days <= names[-1]][-1] - np.float64(result.stake)
    total = Decimal(str(at_the_end)).quantize(CENT)
    month = Head("Profit", f"{DAYS} days, UTC", "PAPER", f"{total:+,.2f} USD", total > 0)
    told = report(result)
    note = f"BTC/USDT 1h, {len(np.unique(days))} days, 50 USD a buy"
    number, good = f"{told.ours.change:+.2%}", told.ours.change > 0
    head = Head("sma_crossover 10/30", note, "BACKTEST", number, good)
    chart = BacktestChart(head, result.stake, result.candles.opened, result.equity, holding(result))
    whole_month = ProfitChart(month, tuple(map(str, names)), by_day, total - sum(by_day))
    return {"profit": profit.draw(whole_month), "backtest": tested.draw(chart)}


def main(folder: Path) -> None:
    """Write them all, and say how large they are."""
    series, rule = whole(read(DATA, "BTC/USDT", Timeframe.H1)), SmaCrossover()
    result = backtest(series, rule.signals(series), SETUP)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in (of_prices(result, rule) | of_results(result)).items():
        (folder / f"{name}.png").write_bytes(picture)
        sys.stdout.write(f"{folder / name}.png  {len(picture):,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
