"""The figures are what anybody would compute from the orders by hand, however few they are."""

import csv
import io
import math
import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from piggybot.backtest.engine import Result, Rules, Setup, backtest
from piggybot.backtest.report import holding, report
from piggybot.backtest.table import trades_csv
from piggybot.backtest.words import figures
from piggybot.core.runs import Exits, Guards, Halt
from proxy.wire import Side
from tests.backtest.candles import candles_of, real_candles
from tests.backtest.test_engine import TEN, WAYS_OUT, crossings, seldom_leaving

D = Decimal
HOURS_A_YEAR = 365 * 24
WHOLE = Setup(D(100), Rules(D("0.001"), D(1)))


def by_hand(result: Result) -> list[float]:
    """The equity at each close, order by order."""
    cash, units, equity = D(0), D(0), []
    orders = list(result.orders)
    for at, close in enumerate(result.candles.close):
        while orders and orders[0].candle == at:
            one = orders.pop(0)
            value = one.units * one.price
            cash += -value if one.side is Side.BUY else value - one.fee
            units += one.units - one.fee if one.side is Side.BUY else -one.units
        equity.append(float(result.stake + cash) + float(units) * close)
    return equity


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("out", WAYS_OUT)
def test_each_figure_is_what_it_is_by_hand(out, adds):
    candles = real_candles()
    setup = replace(TEN, exits=WAYS_OUT[out], adds=adds)
    signals = crossings(candles, 3, 9)
    result = backtest(candles, seldom_leaving(signals) if adds else signals, setup)
    told, equity = report(result), by_hand(result)
    stake = float(told.stake)
    changes = [b - a for a, b in zip([stake, *equity], equity, strict=False)]
    best, fallen = stake, 0.0
    for one in equity:
        best = max(best, one)
        fallen = max(fallen, (best - one) / best)
    mean, yearly = statistics.fmean(changes), math.sqrt(HOURS_A_YEAR)
    falls = math.sqrt(statistics.fmean(min(one, 0) ** 2 for one in changes))
    assert result.equity.tolist() == pytest.approx(equity)
    assert told.ours.change == pytest.approx(equity[-1] / stake - 1)
    assert told.ours.drawdown == pytest.approx(fallen)
    assert told.ours.sharpe == pytest.approx(mean / statistics.stdev(changes) * yearly)
    assert told.ours.sortino == pytest.approx(mean / falls * yearly)
    years = len(candles) / HOURS_A_YEAR
    assert told.ours.yearly == pytest.approx((equity[-1] / stake) ** (1 / years) - 1)
    assert told.profit == pytest.approx(D(equity[-1] - stake), abs=D("0.0001"))
    _trades_by_hand(result)


def _trades_by_hand(result: Result) -> None:
    """What counts trades, from the CSV that a person would open."""
    rows = list(csv.DictReader(io.StringIO(trades_csv(result))))
    ended = [row for row in rows if row["cause"] != "open"]
    profits = [float(row["profit"]) for row in ended]
    won, lost = [one for one in profits if one > 0], [-one for one in profits if one < 0]
    told = report(result)
    assert (told.trades, told.wins, told.open) == (len(ended), len(won), len(rows) > len(ended))
    assert told.win_rate == pytest.approx(len(won) / len(ended))
    assert told.profit_factor == pytest.approx(sum(won) / sum(lost), rel=1e-4)
    assert told.fees == pytest.approx(sum(D(row["fees"]) for row in rows), abs=D("0.0001"))
    held = 0
    for row in rows:
        begin = datetime.strptime(row["opened_utc"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        end = told.ends
        if row["closed_utc"]:
            end = datetime.strptime(row["closed_utc"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            end += timedelta(hours=row["closed_within_candle"] == "yes")
        held += (end - begin) // timedelta(hours=1)
    assert told.exposure == pytest.approx(held / told.candles)


def test_the_rows_of_the_csv_are_exact_and_add_up():
    candles = real_candles()
    setup = replace(TEN, exits=Exits(take_profit=D("0.01")), adds=True)
    result = backtest(candles, seldom_leaving(crossings(candles, 3, 9)), setup)
    rows = list(csv.DictReader(io.StringIO(trades_csv(result))))
    orders = list(result.orders)
    assert sum(int(row["buys"]) for row in rows) == sum(one.side is Side.BUY for one in orders)
    assert any(int(row["buys"]) > 1 for row in rows)
    bought = [one for one in orders if one.side is Side.BUY]
    assert sum(D(row["paid"]) for row in rows) == sum(one.units * one.price for one in bought)
    sells = [one for one in orders if one.side is Side.SELL]
    assert [D(row["price_out"]) for row in rows if row["price_out"]] == [one.price for one in sells]
    assert [D(row["units_sold"]) for row in rows if row["units_sold"]] == [
        one.units for one in sells
    ]
    assert {row["cause"] for row in rows} <= {"signal", "take_profit", "open"}


def test_holding_the_coin_pays_the_same_costs_and_is_kept_to_the_end():
    candles = candles_of([(100, 90, 110, 100), (100, 100, 200, 200)])
    result = backtest(candles, np.zeros(2, np.int8), WHOLE)
    bought, price = D("0.990"), D(101)
    spent, fee = bought * price, bought * D("0.001")
    worth = 100 - spent + (bought - fee) * 200
    assert holding(result)[-1] == pytest.approx(float(worth))
    assert report(result).held.change == pytest.approx(float(worth) / 100 - 1)


def test_without_a_trade_nothing_is_divided_by_nothing():
    candles = candles_of([(100, 100, 100, 100)] * 900)
    told = report(backtest(candles, np.zeros(900, np.int8), WHOLE))
    assert (told.trades, told.wins, told.profit, told.fees) == (0, 0, D(0), D(0))
    assert (told.win_rate, told.profit_factor, told.exposure) == (None, None, 0)
    assert (told.ours.change, told.ours.drawdown, told.ours.yearly) == (0, 0, 0)
    assert (told.ours.sharpe, told.ours.sortino) == (None, None)
    assert trades_csv(backtest(candles, np.zeros(900, np.int8), WHOLE)).count("\n") == 1


def test_one_candle_says_next_to_nothing_and_nothing_wrong():
    told = report(backtest(candles_of([(100, 100, 110, 110)]), np.ones(1, np.int8), WHOLE))
    assert (told.candles, told.trades, told.open) == (1, 0, False)
    assert (told.ours.sharpe, told.ours.yearly, told.ours.change) == (None, None, 0)
    assert told.held.change > 0


def test_an_open_holding_counts_at_the_last_close_and_is_no_ended_trade():
    candles = candles_of([(100, 100, 100, 100), (100, 100, 100, 100), (100, 100, 150, 150)])
    result = backtest(candles, np.array([1, 0, 0], np.int8), WHOLE)
    told = report(result)
    assert (told.trades, told.open, told.win_rate, told.exposure) == (0, True, None, 2 / 3)
    assert told.profit == pytest.approx(D("48.3615"), abs=D("0.0001"))
    row = next(csv.DictReader(io.StringIO(trades_csv(result))))
    assert (row["cause"], row["closed_utc"], row["profit"]) == ("open", "", "48.3615")


def test_only_winners_have_no_profit_factor_and_a_ruin_loses_all_a_year():
    rising = candles_of([(100, 100, 100, 100)] * 2 + [(200, 200, 200, 200)] * 2)
    told = report(backtest(rising, np.array([1, 0, -1, 0], np.int8), WHOLE))
    assert (told.win_rate, told.profit_factor) == (1, None)
    steps = [(100 if at % 4 < 2 else 50,) * 4 for at in range(800)]
    signals = np.array([[1, 0, -1, 0][(at + 1) % 4] for at in range(800)], np.int8)
    ruin = report(backtest(candles_of(steps), signals, WHOLE))
    assert ruin.ours.change < -1
    assert ruin.ours.yearly == -1


def test_a_guard_that_halted_the_run_is_named_with_its_time():
    steps = [(100 if at % 4 < 2 else 90,) * 4 for at in range(40)]
    signals = np.array([[1, 0, -1, 0][(at + 1) % 4] for at in range(40)], np.int8)
    setup = replace(WHOLE, guards=Guards(losses=3, drawdown=D(0)))
    told = report(backtest(candles_of(steps), signals, setup))
    assert (told.halt, told.trades) == (Halt.LOSSES, 3)
    assert told.halted is not None
    assert told.begins < told.halted < told.ends


@pytest.mark.parametrize(
    ("yearly", "said"),
    [(85440.08, "> +9999%"), (99.9949, "+9999.49%"), (-0.5, "-50.00%"), (None, "—")],
)
def test_a_yearly_rate_beyond_reason_is_not_spelled_out(yearly, said):
    """A good week, told as a rate of a year, has digits that mean nothing."""
    candles = real_candles()
    told = report(backtest(candles, crossings(candles, 3, 9), TEN))
    rows = dict(row[:2] for row in figures(replace(told, ours=replace(told.ours, yearly=yearly))))
    assert rows["CAGR"] == said
