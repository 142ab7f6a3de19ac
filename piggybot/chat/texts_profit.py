"""The words of profit: what was earned, by whom, and how it stands on its picture.

Alone because gains and losses are always said alike: with a sign, and paper apart from real money.

May import: core, errors, wire.
"""

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from piggybot.chat.texts import mark
from piggybot.chat.texts_rules import title
from piggybot.core.money import quoted, usd
from piggybot.core.positions import BY_HAND, Book, Day
from piggybot.core.profit import NOTHING as NO_DAY
from piggybot.core.profit import Open
from piggybot.core.runs import Run
from piggybot.errors import BadInput
from proxy.wire import Mode

NOTHING = "Nothing was traded yet. /testbuy 2 makes a first trade; /run lets a strategy make them."
USAGE = "/pnl week"
SPANS = {"day": "today", "week": "7 days", "month": "30 days"}
MOST_RUNS = 8


def period(words: Sequence[str], known: Sequence[str]) -> str:
    """The one that was typed, nothing where none was; BadInput."""
    if not words:
        return ""
    typed = words[0].lower()
    if typed in known and len(words) == 1:
        return typed
    near = difflib.get_close_matches(typed, known, n=1)
    guess = f"Did you mean {near[0]}? " if near and typed not in known else ""
    raise BadInput(
        f"I do not understand {quoted(' '.join(words))} after /pnl.",
        f"{guess}There are {', '.join(known)}.",
    )


def gain(value: Decimal) -> str:
    """+$1.20, -$0.40, $0.00."""
    return f"+{usd(value)}" if value > 0 else usd(value)


def number(value: Decimal) -> str:
    """As it is drawn: +12.34 USD."""
    return f"{gain(value).replace('$', '')} USD"


def badge(book: Book, *, sandbox: bool) -> str:
    return f"{book.value} SANDBOX" if sandbox else book.value


def note(name: str, since: date, days: Sequence[Day]) -> str:
    """What the picture spans; of a day it draws more than that day."""
    if name == "day":
        return f"today; drawn: {len(days)} days, UTC"
    return f"{SPANS.get(name) or f'since {since}'}, UTC"


def head(mode: Mode, name: str, since: date, *, sandbox: bool) -> str:
    span = SPANS.get(name) or f"since {since}"
    return f"📊 {mark(mode, sandbox=sandbox)}, {span} (UTC days)"


def words(
    total: Day,
    now: Open,
    by_run: Mapping[str, Day],
    open_of: Mapping[str, Open],
    runs: Mapping[str, Run],
) -> str:
    whole = total.realised + now.unrealised
    lines = [
        f"<b>{gain(whole)}</b>: realised {gain(total.realised)}, open {gain(now.unrealised)}",
        f"{orders(total.orders)}, fees {usd(total.fees)} (in it); {closed(total)}",
    ]
    if now.unpriced:
        lines.append(f"⚠️ {now.unpriced} of {now.count} open positions have no price now.")
    if now.dust:
        lines.append(f"🧹 In it is {usd(now.dust)} left over, too little to sell: /positions")
    return "\n".join([*lines, *_by_run(by_run, open_of, runs)])


def orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count} orders"


def closed(day: Day) -> str:
    """How many holdings were closed, and how many of them won."""
    if not day.trades:
        return "no holding closed"
    holdings = "1 holding" if day.trades == 1 else f"{day.trades} holdings"
    return f"{holdings} closed, {day.wins * 100 // day.trades}% won"


def _by_run(
    by_run: Mapping[str, Day], open_of: Mapping[str, Open], runs: Mapping[str, Run]
) -> list[str]:
    """One line a run, the largest first; alone, what was by hand needs no line."""
    names = list(dict.fromkeys([*by_run, *open_of]))
    if names in ([], [BY_HAND]):
        return []
    parts = {name: (by_run.get(name, NO_DAY), open_of.get(name, Open())) for name in names}
    size = {name: abs(day.realised + now.unrealised) for name, (day, now) in parts.items()}
    names.sort(key=lambda name: size[name], reverse=True)
    lines = [f"• {_who(name, runs)}: {_came_to(*parts[name])}" for name in names[:MOST_RUNS]]
    rest = names[MOST_RUNS:]
    if rest:
        left = [parts[name] for name in rest]
        came = sum((day.realised + now.unrealised for day, now in left), Decimal(0))
        lines.append(f"• {len(rest)} more: {gain(came)}")
    return lines


def _who(run_id: str, runs: Mapping[str, Run]) -> str:
    if run_id == BY_HAND:
        return "by hand"
    return title(runs[run_id]) if run_id in runs else "a run"


def _came_to(day: Day, now: Open) -> str:
    opened = f", open {gain(now.unrealised)}" if now.count or now.dust else ""
    trades = f"; {closed(day)}" if day.trades else ""
    return f"{gain(day.realised)}{opened}{trades}"


def button_label(name: str, shown: str) -> str:
    return f"• {name}" if name == shown else name
