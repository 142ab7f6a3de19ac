"""COMMANDS, ACTIONS and STEPS: which handler answers what is typed, pressed, or answered.

Alone because the menu, /help, the README's table and the authorisation all come from it.

May import: errors.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from piggybot.chat import (
    account,
    alerts,
    books,
    drawing,
    export,
    flatten,
    keys,
    live,
    look,
    positions,
    prices,
    profit,
    run,
    run_summary,
    runs,
    safety,
    summary,
    texts_look,
    trade,
    why,
    whynot,
)
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.busy import DRAWING, TYPING

Handler = Callable[[Ask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `money`: refused when the message is old. `open`: before pairing too."""

    handler: Handler
    usage: str
    group: str
    menu: bool = True
    money: bool = False
    open: bool = False
    owner: bool = False
    action: str = TYPING
    """What the chat shows while the handler works."""

    @property
    def help(self) -> str:
        return (self.handler.__doc__ or "").strip().splitlines()[0]


async def help_command(ask: Ask) -> None:
    """List all commands."""
    groups: dict[str, list[texts_look.Line]] = {}
    for command in COMMANDS.values():
        line = texts_look.Line(command.usage, command.help)
        groups.setdefault(command.group, []).append(line)
    await ask.say(Reply(texts_look.help_text(groups)))


async def backtest_command(ask: Ask) -> None:
    """Test a strategy on the past: figures, a picture, and its trades as a file."""
    from piggybot.chat import backtest  # late: the engine, and numpy with it

    await backtest.backtest(ask)


async def optimize_command(ask: Ask) -> None:
    """Search a strategy's parameters, and judge the best by what was held back."""
    from piggybot.chat import backtest  # late: the engine, and numpy with it

    await backtest.optimize(ask)


SETUP, TRADE, LOOK, SAFETY = "Set up", "Trade", "Look", "Safety"

COMMANDS: Mapping[str, Command] = {
    "start": Command(account.start, "/start", SETUP, open=True),
    "setkeys": Command(keys.setkeys, "/setkeys", SETUP),
    "validate": Command(account.validate, "/validate", SETUP),
    "live": Command(live.live, "/live on|off", SETUP),
    "testbuy": Command(trade.testbuy, "/testbuy 2 [symbol]", TRADE, money=True),
    "buy": Command(trade.buy, "/buy AMOUNT [symbol]", TRADE, money=True),
    "sell": Command(trade.sell, "/sell AMOUNT|all [symbol]", TRADE, money=True),
    "run": Command(run.run, "/run [STRATEGY SYMBOL 1h 10]", TRADE),
    "runs": Command(runs.runs, "/runs [#2]", TRADE),
    "backtest": Command(
        backtest_command, "/backtest STRATEGY SYMBOL 1h [90d]", TRADE, action=DRAWING
    ),
    "optimize": Command(optimize_command, "/optimize STRATEGY SYMBOL 1h [90d]", TRADE),
    "balance": Command(look.balance, "/balance", LOOK),
    "status": Command(look.status, "/status", LOOK),
    "trades": Command(look.trades, "/trades [n]", LOOK),
    "why": Command(why.why, "/why [#run|order]", LOOK),
    "whynot": Command(whynot.whynot, "/whynot [symbol|#run]", LOOK),
    "price": Command(prices.price, "/price [symbol]", LOOK),
    "chart": Command(drawing.chart, "/chart [symbol] [1h], or #1", LOOK, action=DRAWING),
    "alert": Command(alerts.alert, "/alert SYMBOL > PRICE", LOOK),
    "alerts": Command(alerts.alerts, "/alerts", LOOK),
    "positions": Command(positions.positions, "/positions", LOOK),
    "pnl": Command(profit.pnl, "/pnl [day|week|month|all]", LOOK, action=DRAWING),
    "summary": Command(summary.summary, "/summary [hour zone]|off", LOOK),
    "export": Command(export.export, "/export", LOOK),
    "stop": Command(safety.stop, "/stop", SAFETY),
    "flatten": Command(flatten.flatten, "/flatten", SAFETY),
    "resume": Command(safety.resume, "/resume", SAFETY),
    "limits": Command(safety.limits, "/limits [trade|day|loss N]", SAFETY),
    "health": Command(safety.health, "/health", SAFETY),
    "forget": Command(account.forget, "/forget [exchange]", SAFETY),
    "cancel": Command(account.cancel, "/cancel", SETUP, menu=False),
    "help": Command(help_command, "/help", LOOK),
}

ACTIONS: Mapping[str, Handler] = {
    "start": account.start,
    "setkeys": keys.setkeys,
    "setkeys_exchange": keys.exchange_chosen,
    "setkeys_replace": keys.replace_confirmed,
    "validate": account.validate,
    "live_on": live.live_on,
    "live_confirm": live.live_confirmed,
    "testbuy": trade.testbuy,
    "order": trade.order_confirmed,
    "flatten": flatten.flatten,
    "flatten_confirm": flatten.confirmed,
    "resume": safety.resume_confirmed,
    "limits": safety.limits_confirmed,
    "forget": account.forget_confirmed,
    "run_look": runs.looked,
    "run_pause": runs.paused,
    "run_resume": runs.resumed,
    "run_resume_live": runs.resume_confirmed,
    "run_why": runs.why_asked,
    "run_end": runs.end,
    "run_end_keep": runs.end_keeping,
    "run_end_sell": runs.end_selling,
    "alert_remove": alerts.removed,
    "books_adopt": books.adopt,
    "books_ignore": books.ignore,
    "books_look": books.look,
    "chart": drawing.redrawn,
    "pnl": profit.other_period,
    "position_sell": positions.sell,
    "position_again": positions.again,
    "run_picked": run.picked,
    "run_cancel": run.cancelled,
    "run_start": run_summary.started,
    "run_start_live": run_summary.started,
}

PROMPT = frozenset(
    {"live_confirm", "testbuy", "order", "flatten_confirm", "resume", "limits", "setkeys_replace"}
    | {"run_start_live", "run_resume", "run_resume_live", "run_end_sell"}
    | {"books_adopt", "books_ignore", "position_sell"}
)
"""Actions that move money or loosen: obeyed soon after the press, or not at all."""

STEPS: Mapping[tuple[str, str], Handler] = {
    (keys.NAME, "key"): keys.key_typed,
    (keys.NAME, "secret"): keys.secret_typed,
    (keys.NAME, "confirm"): keys.button_awaited,
    (run_summary.NAME, run.STEP): run.typed,
    (live.NAME, "token"): live.token_typed,
    (live.NAME, "confirm"): keys.button_awaited,
}
