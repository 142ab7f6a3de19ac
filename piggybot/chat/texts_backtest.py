"""The words of tests on the past: progress, figures on a phone, and how far they can be trusted.

Alone because a figure of the past reads like a promise: beside each stands what holding the coin
would have brought, and beside a choice what was held back from it.

May import: backtest, chat, core, errors, wire.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from piggybot.backtest import words
from piggybot.backtest.report import Report
from piggybot.backtest.search import Search, Tried
from piggybot.backtest.trial import Trial
from piggybot.chat import texts_rules as rules
from piggybot.chat.texts import e
from piggybot.core.money import plain
from proxy.wire import Timeframe

AMOUNT = Decimal(100)
"""What a buy spends in a test, where nobody says so."""
BACKTEST = "/backtest sma_crossover BTC/USDT 1h 90d"
OPTIMIZE = "/optimize sma_crossover BTC/USDT 1h 365d"
NAME, CELL = 13, 10
"""Columns of a table: 33 letters fit a phone."""


TOO_SLOW = "the exchange is slow. /backtest does it at leisure."


def missing(what: str, usage: str) -> tuple[str, str]:
    return f"The {what} is missing.", f"Type it like this: {usage}"


def too_long(days: int, timeframe: Timeframe, longest: int) -> tuple[str, str]:
    return (
        f"{days} days of {timeframe} candles are more than I test at once.",
        f"At most {longest}d with {timeframe}; longer candles go further back.",
    )


def too_short(count: int, timeframe: Timeframe, least: int) -> tuple[str, str]:
    return (
        f"{rules.candles(count)} of {timeframe} say nothing.",
        f"Ask for {least}d at least, or for shorter candles.",
    )


def fetching(done: int, of: int) -> str:
    return f"⏳ Fetching candles: {done:,} of {of:,} …"


def trying(done: int, of: int) -> str:
    return f"🔎 Trying parameters: {done} of {of} …"


def file_name(trial: Trial, kind: str) -> str:
    symbol = trial.symbol.replace("/", "").lower()
    return f"backtest-{trial.strategy}-{symbol}-{trial.timeframe}.{kind}"


def backtest(trial: Trial, params: Mapping[str, str], told: Report) -> str:
    """The figures beside holding the coin, and what they are of."""
    rows = [("", "strategy", "holding"), *words.figures(told)]
    said = [f"{e(line)}" for line in words.sentences(trial, told)]
    return "\n".join([_head("📉 Backtest", trial, params, told), _table(rows), *said])


def trades(told: Report) -> str:
    count = told.trades + told.open
    return f"📄 {'1 trade' if count == 1 else f'{count} trades'} of the test, one a line."


def _head(sign: str, trial: Trial, params: Mapping[str, str], told: Report) -> str:
    return (
        f"{sign} <b>{rules.rule(trial.strategy, params)}</b>\n"
        f"{e(trial.symbol)} {trial.timeframe}, {told.begins:%Y-%m-%d} to {told.ends:%Y-%m-%d}, "
        f"{told.candles:,} candles\nSells: {rules.exits(trial.exits)}"
    )


def _table(rows: Iterable[words.Row]) -> str:
    lines = [f"{row[0]:<{NAME}}" + "".join(f"{cell:>{CELL}}" for cell in row[1:]) for row in rows]
    text = "\n".join(line.rstrip() for line in lines)
    return f"<pre>{e(text)}</pre>"


def month(days: int, told: Report) -> str:
    """The last days in a line of the summary."""
    span = "Last day" if days == 1 else f"Last {days} days"
    if not told.trades and not told.open:
        return f"📉 {span}: no trade. Holding the coin: {_share(told.held.change)}"
    won = "" if told.win_rate is None else f", {told.win_rate:.0%} won"
    count = told.trades + told.open
    halted = "\n⚠️ Its guards would have halted it." if told.halt is not None else ""
    return (
        f"📉 {span}: {_share(told.ours.change)} of what it works with, in "
        f"{'1 trade' if count == 1 else f'{count} trades'}{won}, at worst "
        f"{told.ours.drawdown:.2%} below its best. Holding the coin: "
        f"{_share(told.held.change)}.{halted}"
    )


def not_tested(why: str) -> str:
    return f"📉 The last days cannot be tested now: {e(why)}"


def _share(value: float) -> str:
    return f"{value:+.2%}"


def found(trial: Trial, result: Search) -> str:
    """The best parameters and the usual ones, each where they were chosen and where not."""
    lines = [
        _head("🔎 Search", trial, trial.params, words.whole(result)),
        _half("Best", result.best),
        _half("Usual", result.usual),
        f"“Chosen” is what was before {rules.moment(result.since)}: there the best of "
        f"{result.tries} was picked, by Sharpe ratio. “Held back” was looked at once, afterwards.",
    ]
    if result.refused:
        lines.append(f"{result.refused} more did not count: they made too few trades, or no sense.")
    return "\n".join([*lines, *_verdict(trial, result)])


def _half(name: str, tried: Tried) -> str:
    settings = " ".join(f"{one}={value}" for one, value in tried.params.items())
    rows = [("", "chosen", "held back")]
    rows += [(row[0], row[1], row[2]) for row in words.beside(tried)]
    return f"<b>{name}:</b> {e(settings)}\n{_table(rows)}"


def _verdict(trial: Trial, result: Search) -> list[str]:
    """What to make of it: an overfit must not look like a find."""
    if result.fits_the_past:
        return [
            "⚠️ What was held back speaks against the best: it fits the past, not the market. Do "
            "not trade it."
        ]
    settings = " ".join(f"{name}={value}" for name, value in result.best.params.items())
    market = f"{trial.strategy} {trial.symbol} {trial.timeframe}"
    return [f"To try it on paper: <code>/run {e(market)} {_amount(trial)} {e(settings)}</code>"]


def _amount(trial: Trial) -> str:
    return plain(min(trial.amount_usd, Decimal(10)))
