"""How a run's rules read: strategy and parameters, exits, guards, moments and spans.

Alone because summaries, cards, answers to "why?" and backtests all say them, in the same words.

May import: core, wire.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from piggybot.chat.texts import e
from piggybot.core.money import plain
from piggybot.core.runs import Cause, Exits, Guards, Run, RunState

HUNDRED = Decimal(100)
STATES = {
    RunState.ACTIVE: "🟢 active",
    RunState.PAUSED: "⏸ paused",
    RunState.HALTED: "🛑 halted",
    RunState.ENDED: "⚪ ended",
}
CAUSES = {
    Cause.HAND: "by hand",
    Cause.SIGNAL: "signal",
    Cause.STOP_LOSS: "stop loss",
    Cause.TRAILING_STOP: "trailing stop",
    Cause.TAKE_PROFIT: "take profit",
    Cause.TIME_LIMIT: "time limit",
    Cause.FLATTEN: "flatten",
}
SIGNALS = {1: "enter", 0: "nothing", -1: "leave"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def rule(strategy: str, params: Mapping[str, str]) -> str:
    """sma_crossover (fast 10, slow 30)."""
    given = ", ".join(f"{e(name)} {e(value)}" for name, value in params.items())
    return f"{e(strategy)} ({given})" if given else e(strategy)


def title(run: Run) -> str:
    """#2 sma_crossover · BTC/USDT · 1h."""
    return f"#{run.number} {e(run.strategy)} · {e(run.symbol)} · {run.timeframe}"


def share(value: Decimal) -> str:
    """A share of one as a person reads it: 5%, 12.5%."""
    return f"{plain((value * HUNDRED).normalize())}%"


def change(value: Decimal) -> str:
    """A gain or a loss in percent, with its sign and at most two digits: +2.31%."""
    return f"{value * HUNDRED:+.2f}%"


def exits(given: Exits) -> str:
    parts = []
    if given.stop_loss is not None:
        parts.append(f"stop loss {share(given.stop_loss)}")
    if given.take_profit is not None:
        parts.append(f"take profit {share(given.take_profit)}")
    if given.trailing_stop is not None:
        parts.append(f"trailing stop {share(given.trailing_stop)}")
    if given.time_limit is not None:
        parts.append(f"after {candles(given.time_limit)}")
    return ", ".join(parts) or "only when its strategy says so"


def guards(given: Guards) -> str:
    losses = "a loss" if given.losses == 1 else f"{given.losses} losses in a row"
    rest = f"; no buy for {candles(given.cooldown)} after a loss" if given.cooldown else ""
    return f"halts after {losses} or {share(given.drawdown)} below its best{rest}"


def candles(count: int) -> str:
    return "1 candle" if count == 1 else f"{count} candles"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """How long, in the two largest units that matter: 3 d 4 h, 12 min, 40 s."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE} min"
    return f"{seconds // DAY} d {seconds % DAY // HOUR} h"
