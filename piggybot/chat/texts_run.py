"""The words of beginning a run: its questions, its summary with what will bind it, its start.

Alone because this is where a person decides what a program may spend without asking again.

May import: core, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from piggybot.chat import texts_rules as rules
from piggybot.chat.run_line import Line
from piggybot.chat.texts import e, listed, mark, problem_text
from piggybot.core.money import usd, usd_exact
from piggybot.core.runs import Run
from proxy.wire import AccountOut, Mode, Problem, Timeframe

USAGE = "/run sma_crossover BTC/USDT 1h 10"
START_PAPER = "▶️ Start on paper"
START_LIVE = "🔴 Start with real money"
CANCEL = "✖️ Cancel"
CANCELLED = "Cancelled. No run was started."
OVER = ("That question is over.", "/run begins again. Nothing was started.")
MOVED_ON = ("You have answered that already.", "Press a button of the newest message, or /cancel.")
CHANGED = (
    "The mode or a stop changed after you were asked, so nothing was started.",
    "/run asks again.",
)
HALTED = ("A stop is in force, so no run is started.", "/resume ends it; then /run again.")
TIMEFRAMES = {
    Timeframe.M1: "minute",
    Timeframe.M5: "5 minutes",
    Timeframe.M15: "15 minutes",
    Timeframe.H1: "hour",
    Timeframe.H4: "4 hours",
    Timeframe.D1: "day",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A run that is about to be started, and all that is known about it beforehand."""

    line: Line
    params: Mapping[str, str]
    """All of the strategy's parameters, those that were not given as well."""
    account: AccountOut
    adds: bool = False
    denial: Problem | None = None
    """What the proxy would say to its first buy now."""
    same: Sequence[Run] = field(default=())
    """Runs of this person that do the same already."""


def ask_strategy(about: Mapping[str, str]) -> str:
    said = listed([f"<b>{e(name)}</b>: {e(words)}" for name, words in about.items()])
    return f"🤖 <b>A new run.</b> Which strategy?\n{said}\n/cancel ends this."


def ask_symbol(line: Line) -> str:
    return f"{_so_far(line)}Which market?"


def ask_timeframe(line: Line) -> str:
    return f"{_so_far(line)}Candles of what length? It decides once at each candle's close."


def ask_amount(line: Line, least: Decimal, most: Decimal) -> str:
    return (
        f"{_so_far(line)}How many USD may each buy spend? From {usd(least)} to {usd(most)}; press, "
        "or type another amount."
    )


def _so_far(line: Line) -> str:
    return f"🤖 <code>{e(line.text)}</code>\n" if line.text else ""


def summary(draft: Draft, month: str) -> str:
    """All that it will do, and what will hold it back, before the one button."""
    line, account = draft.line, draft.account
    assert line.amount is not None and line.timeframe is not None
    again = " It may buy again while it holds." if draft.adds else ""
    warnings = [*_same(draft.same), *_binds(draft)]
    return "\n".join(
        [
            f"🤖 <b>New run</b> {mark(account.mode, sandbox=account.sandbox)}",
            f"{rules.rule(line.strategy, draft.params)}",
            f"{e(line.symbol)}, decides every {TIMEFRAMES[line.timeframe]}",
            f"Each buy: {usd_exact(line.amount)}.{again}",
            f"Sells: {rules.exits(line.exits)}",
            f"Guards: {rules.guards(line.guards)}",
            _means(account),
            *warnings,
            month,
            "To change it, type it: <code>stop=5%</code>, <code>20</code>, <code>4h</code> …",
        ]
    )


def _means(account: AccountOut) -> str:
    means = {
        Mode.PAPER: "It trades on paper now, and with real money once /live on is confirmed.",
        Mode.LIVE: "It trades with real money from its first signal on.",
        Mode.REDUCING: "It buys nothing for now: live is being wound down. /live on lets it buy.",
        Mode.HALTED: "It does nothing for now: a stop is in force. /resume ends it.",
    }
    return means[account.mode]


def _same(others: Sequence[Run]) -> list[str]:
    return [f"⚠️ Run {rules.title(one)} does the same already." for one in others]


def _binds(draft: Draft) -> list[str]:
    if draft.denial is None:
        return []
    return [f"⚠️ A buy would be denied now: {problem_text(draft.denial)}"]


def no_end(days: int) -> tuple[str, str]:
    return (
        f"A run has no end, so I do not know what {days}d is for.",
        "Leave it out. /backtest tests so many days.",
    )


def started(run: Run, account: AccountOut, first: datetime, now: datetime) -> str:
    return (
        f"▶️ Run {rules.title(run)} is started. {mark(account.mode, sandbox=account.sandbox)}\n"
        f"It decides first at {first:%H:%M} UTC, in {rules.span(first - now)}. I tell you each "
        "order.\n/runs shows it; /whynot tells what holds it back; /stop stops everything."
    )
