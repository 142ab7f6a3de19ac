"""A backtest and a search in words and rows, for the terminal: short, and with what they mean.

May import: backtest, core.
"""

from collections.abc import Mapping
from dataclasses import replace

from piggybot.backtest.report import Figures, Report
from piggybot.backtest.search import Search, Tried
from piggybot.backtest.trial import Trial
from piggybot.core.money import plain, usd
from piggybot.core.runs import Guards, Halt

Row = tuple[str, ...]
UNKNOWN = "—"
BEYOND_REASON, BEYOND = 100, "> +9999%"


def head(trial: Trial, told: Report) -> str:
    """What was tested, on what."""
    settings = " ".join(f"{name}={value}" for name, value in trial.params.items())
    what = f"{trial.strategy} {settings}".strip()
    return (
        f"{what}, {trial.symbol} {trial.timeframe}, {told.candles:,} candles from "
        f"{told.begins:%Y-%m-%d %H:%M} to {told.ends:%Y-%m-%d %H:%M} UTC"
    )


def figures(told: Report) -> list[Row]:
    """The strategy beside holding the coin."""
    ours, held = _figures(told.ours), _figures(told.held)
    return [(name, ours[name], held[name]) for name in ours]


def sentences(trial: Trial, told: Report) -> list[str]:
    """What the figures are of, and what else there is to know."""
    lines = [
        _trades(told),
        f"Profit {usd(told.profit)}, fees {usd(told.fees)}; {told.exposure:.0%} of the time in the "
        "market.",
        f"Each buy spends {usd(trial.amount_usd)}. Returns are of a stake of {usd(told.stake)} and "
        "not compounded; a year has 365 days.",
    ]
    if told.halt is not None and told.halted is not None:
        why = _halt(told.halt, trial.guards)
        lines.append(f"⚠️ Halted on {told.halted:%Y-%m-%d %H:%M} UTC, as a run would be: {why}.")
    return lines


def _halt(halt: Halt, guards: Guards) -> str:
    if halt is Halt.DRAWDOWN:
        return f"{guards.drawdown:.0%} below its best"
    return "a loss" if guards.losses == 1 else f"{guards.losses} losses in a row"


def whole(found: Search) -> Report:
    """What was chosen on and what was held back, as one stretch."""
    chosen, kept = found.best.chosen, found.best.kept
    return replace(chosen, ends=kept.ends, candles=chosen.candles + kept.candles)


def searched(found: Search) -> list[Row]:
    """The best parameters and the usual ones, where they were chosen and where not."""
    columns = [_pair(found.best), _pair(found.usual)]
    return [(name, *(cell for column in columns for cell in column[name])) for name in columns[0]]


def beside(tried: Tried) -> list[Row]:
    """Some parameters where they were chosen, and on what was held back."""
    return [(name, *cells) for name, cells in _pair(tried).items()]


def verdict(trial: Trial, found: Search) -> list[str]:
    """What to make of a search."""
    settings = " ".join(f"{name}={value}" for name, value in found.best.params.items())
    lines = [
        f"Best of {found.tries} by Sharpe ratio: {settings}",
        f"Chosen on what was before {found.since:%Y-%m-%d %H:%M} UTC; the rest was held back.",
    ]
    if found.refused:
        lines.append(f"{found.refused} more did not count: they made too few trades, or no sense.")
    if found.fits_the_past:
        lines.append(
            "⚠️ What was held back speaks against them: they fit the past, not the market. Do not "
            "trade them."
        )
    else:
        lines.append(f"To test: piggybot backtest {_typed(trial, found.best.params)}")
    return lines


def _typed(trial: Trial, params: Mapping[str, str]) -> str:
    settings = " ".join(f"{name}={value}" for name, value in params.items())
    amount = plain(trial.amount_usd)
    return f"{trial.strategy} {trial.symbol} {trial.timeframe} {amount} {settings}"


def _pair(tried: Tried) -> dict[str, tuple[str, str]]:
    chosen, kept = _figures(tried.chosen.ours), _figures(tried.kept.ours)
    rows = {name: (chosen[name], kept[name]) for name in chosen}
    return {**rows, "trades": (f"{tried.chosen.trades:,}", f"{tried.kept.trades:,}")}


def _figures(one: Figures) -> dict[str, str]:
    return {
        "return": f"{one.change:+.2%}",
        "CAGR": _yearly(one.yearly),
        "max drawdown": f"{one.drawdown:.2%}",
        "Sharpe": UNKNOWN if one.sharpe is None else f"{one.sharpe:.2f}",
        "Sortino": UNKNOWN if one.sortino is None else f"{one.sortino:.2f}",
    }


def _yearly(rate: float | None) -> str:
    """A good week is no rate of a year: beyond reason its digits mean nothing."""
    if rate is None:
        return UNKNOWN
    return BEYOND if rate >= BEYOND_REASON else f"{rate:+.2%}"


def _trades(told: Report) -> str:
    still = ", and one is open" if told.open else ""
    if told.win_rate is None:
        return f"No trade was ended{still}."
    factor = UNKNOWN if told.profit_factor is None else f"{told.profit_factor:.2f}"
    return f"{told.trades:,} trades{still}: {told.win_rate:.0%} won, profit factor {factor}."
