"""One rival in its own environment: the same SMA cross 10/30 on the same candles, when told to.

Run by bench/backtest.py with the rival's Python: rival.py NAME CANDLES.npz. Each line on its
standard input is one round; it answers with a line of JSON: the seconds, and at the end of input
the trades. Alone because it must not import anything of ours: it is not installed there.

May import: nothing of ours.
"""

import importlib
import importlib.metadata
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

FAST, SLOW, FEE, SLIPPAGE, SPENT, CASH = 10, 30, 0.001, 0.0005, 100.0, 1e7
LAST_HOUR = 23


class Vectorbt:
    """Signals act at the next candle's open, as ours do."""

    def __init__(self, candles):
        pd = importlib.import_module("pandas")
        self.vbt = importlib.import_module("vectorbt")
        index = pd.to_datetime(candles["opened"], unit="ms")
        names = ("open", "high", "low", "close")
        self.frame = pd.DataFrame({name: candles[name] for name in names}, index=index)

    def signals(self):
        fast = self.vbt.MA.run(self.frame["close"], FAST)
        slow = self.vbt.MA.run(self.frame["close"], SLOW)
        enter, leave = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
        return enter.vbt.signals.fshift(1), leave.vbt.signals.fshift(1)

    def portfolio(self, enter, leave, **more):
        found = self.vbt.Portfolio.from_signals(
            self.frame["close"],
            enter,
            leave,
            price=self.frame["open"],
            size=SPENT,
            size_type="value",
            fees=FEE,
            slippage=SLIPPAGE,
            init_cash=CASH,
            freq="h",
            **more,
        )
        found.total_return()
        return found

    def run(self):
        self.found = self.portfolio(*self.signals())

    def run_with_exits(self):
        self.portfolio(*self.signals(), **self.exits())

    def run_adding(self):
        """Its exits stay with the first buy, where ours move with the average of all."""
        due = self.frame["close"].index.hour.values == LAST_HOUR
        enter = self.frame["close"].vbt.wrapper.wrap(due).vbt.signals.fshift(1)
        self.portfolio(enter, False, accumulate="addonly", **self.exits())

    def exits(self):
        bars = {name: self.frame[name] for name in ("open", "high", "low")}
        return dict(sl_stop=0.03, sl_trail=True, tp_stop=0.05, **bars)

    def trades(self):
        rows = self.found.trades.records
        ended = rows[rows["status"] == 1]
        return ended["entry_idx"].tolist(), ended["exit_idx"].tolist()


class Backtesting:
    """The example of its own documentation, long only."""

    def __init__(self, candles):
        pd = importlib.import_module("pandas")
        library = importlib.import_module("backtesting")
        crossover = importlib.import_module("backtesting.lib").crossover
        names = {"Open": "open", "High": "high", "Low": "low", "Close": "close"}
        index = pd.to_datetime(candles["opened"], unit="ms")
        frame = pd.DataFrame({name: candles[ours] for name, ours in names.items()}, index=index)

        class Cross(library.Strategy):
            def init(self):
                def average(values, size):
                    return pd.Series(values).rolling(size).mean()

                self.fast = self.I(average, self.data.Close, FAST)
                self.slow = self.I(average, self.data.Close, SLOW)

            def next(self):
                if crossover(self.fast, self.slow):
                    self.buy(size=1)
                elif crossover(self.slow, self.fast):
                    self.position.close()

        self.test = library.Backtest(frame, Cross, cash=CASH * 100, commission=FEE)

    def run(self):
        self.found = self.test.run()

    def trades(self):
        rows = self.found["_trades"]
        return rows["EntryBar"].tolist(), rows["ExitBar"].tolist()


class Freqtrade:
    """Its backtester as its command runs it, but for files and network: markets are given."""

    def __init__(self, candles):
        pd = importlib.import_module("pandas")
        self.folder = tempfile.TemporaryDirectory()
        Path(self.folder.name, "cross.py").write_text(STRATEGY)
        config = self._config(Path(self.folder.name))
        resolvers = importlib.import_module("freqtrade.resolvers")
        exchange = resolvers.ExchangeResolver.load_exchange(
            config, validate=False, load_leverage_tiers=False
        )
        exchange._markets = exchange._api.markets = exchange._api_async.markets = {PAIR: MARKET}
        exchange.reload_markets = lambda *_, **__: None
        module = importlib.import_module("freqtrade.optimize.backtesting")
        self.test = module.Backtesting(config, exchange)
        self.test._set_strategy(self.test.strategylist[0])
        dates = pd.to_datetime(candles["opened"], unit="ms", utc=True)
        columns = {name: candles[name] for name in ("open", "high", "low", "close")}
        self.frame = pd.DataFrame({"date": dates, **columns, "volume": 1.0})

    @staticmethod
    def _config(folder):
        enums = importlib.import_module("freqtrade.enums")
        prices = {"price_side": "same", "use_order_book": False}
        venue = {"name": "binance", "pair_whitelist": [PAIR], "pair_blacklist": []}
        return {
            "strategy": "Cross",
            "strategy_path": str(folder),
            "user_data_dir": folder,
            "datadir": folder,
            "stake_currency": "USDT",
            "stake_amount": SPENT,
            "max_open_trades": 1,
            "dry_run": True,
            "dry_run_wallet": CASH,
            "fee": FEE,
            "timeframe": "1h",
            "runmode": enums.RunMode.BACKTEST,
            "trading_mode": "spot",
            "margin_mode": "",
            "candle_type_def": enums.CandleType.SPOT,
            "dataformat_ohlcv": "feather",
            "dataformat_trades": "feather",
            "exchange": {**venue, "key": "", "secret": ""},
            "pairlists": [{"method": "StaticPairList"}],
            "entry_pricing": prices,
            "exit_pricing": prices,
            "original_config": {},
            "export": "none",
            "internals": {},
        }

    def run(self):
        ready = self.test.strategy.advise_all_indicators({PAIR: self.frame.copy()})
        ends = (self.frame["date"].iloc[at].to_pydatetime() for at in (0, -1))
        self.found = self.test.backtest(ready, *ends)["results"]

    def trades(self):
        rows = self.found[self.found["exit_reason"] == "exit_signal"]
        names = ("open_date", "close_date")
        return tuple(self.frame["date"].searchsorted(rows[name]).tolist() for name in names)


PAIR = "BTC/USDT"
MARKET = {
    "id": "BTCUSDT",
    "symbol": PAIR,
    "base": "BTC",
    "quote": "USDT",
    "active": True,
    "spot": True,
    "type": "spot",
    "swap": False,
    "future": False,
    "contract": False,
    "settle": None,
    "precision": {"amount": 0.00001, "price": 0.01},
    "limits": {
        "amount": {"min": 0.00001, "max": 1e5},
        "price": {"min": 0.01, "max": 1e7},
        "cost": {"min": 1, "max": 1e7},
    },
    "taker": FEE,
    "maker": FEE,
    "info": {},
}
STRATEGY = f"""
from freqtrade.strategy import IStrategy

class Cross(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1h"
    minimal_roi = {{"0": 1000}}
    stoploss = -0.99
    startup_candle_count = 0

    def populate_indicators(self, frame, metadata):
        frame["fast"] = frame["close"].rolling({FAST}).mean()
        frame["slow"] = frame["close"].rolling({SLOW}).mean()
        return frame

    def populate_entry_trend(self, frame, metadata):
        above = (frame.fast > frame.slow) & (frame.fast.shift() <= frame.slow.shift())
        frame.loc[above, "enter_long"] = 1
        return frame

    def populate_exit_trend(self, frame, metadata):
        below = (frame.fast < frame.slow) & (frame.fast.shift() >= frame.slow.shift())
        frame.loc[below, "exit_long"] = 1
        return frame
"""
RIVALS = {"vectorbt": Vectorbt, "backtesting": Backtesting, "freqtrade": Freqtrade}


def main():
    warnings.simplefilter("ignore")
    name, path = sys.argv[1:]
    say = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    rival = RIVALS[name](np.load(path))
    answer(say, {"version": importlib.metadata.version(name)})
    for line in sys.stdin:
        work = getattr(rival, line.strip())
        begun = time.perf_counter()
        work()
        answer(say, {"seconds": time.perf_counter() - begun})
    entries, exits = rival.trades()
    answer(say, {"entries": entries, "exits": exits})


def answer(say, value):
    say.write(json.dumps(value) + "\n")
    say.flush()


if __name__ == "__main__":
    main()
