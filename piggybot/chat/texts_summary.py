"""The words of the daily summary: yesterday in a few lines, a silent day in one.

Alone because it is read half asleep: what happened first, then what stands, then what is open.

May import: core, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from piggybot.chat.texts import STATUSES, amount_text, e, mark
from piggybot.chat.texts_profit import gain, orders
from piggybot.chat.texts_rules import STATES, title
from piggybot.chat.texts_safety import used
from piggybot.core.money import usd
from piggybot.core.orders import Order
from piggybot.core.positions import Book
from piggybot.core.profit import Open
from piggybot.core.runs import Run, RunState, Summary
from proxy.wire import AccountOut, Mode

MOST = 8
USAGE = "/summary 8 Europe/Berlin, or /summary off"
OFF = "You get no daily summary. /summary 8 Europe/Berlin sends one at 8 o'clock there."
TURNED_OFF = "✅ No daily summary any more. /summary 8 brings it back."
NO_ACCOUNT = "The trading service does not answer now, so the limits used are not known."


@dataclass(frozen=True, slots=True)
class OneBook:
    """What happened in one book, and what is open in it."""

    book: Book
    orders: int
    realised: Decimal
    fees: Decimal
    open: Open


@dataclass(frozen=True, slots=True)
class Told:
    """All that a summary tells."""

    day: date
    zone: str
    books: Sequence[OneBook]
    runs: Sequence[Run]
    unresolved: Sequence[Order]
    account: AccountOut | None
    sandbox: bool


def summary(told: Told) -> str:
    name = f"☀️ <b>{told.day:%A}, {told.day.day} {told.day:%B}</b> ({e(told.zone)})"
    if not told.unresolved and not any(one.orders for one in told.books):
        return f"{name}: nothing was traded. {_standing(told)}"
    lines = [name, *(_book(one, sandbox=told.sandbox) for one in told.books)]
    lines += _runs(told.runs)
    lines.append(_unresolved(told.unresolved))
    lines.append(NO_ACCOUNT if told.account is None else used(told.account))
    return "\n".join(lines)


def _standing(told: Told) -> str:
    """What stands, for a silent day: one line."""
    parts = [
        f"{mark(_mode(one.book), sandbox=told.sandbox)} {positions(one.open.count)}, "
        f"{gain(one.open.unrealised)}"
        for one in told.books
        if one.open.count
    ]
    active = sum(run.state is RunState.ACTIVE for run in told.runs)
    waiting = len(told.runs) - active
    parts += [f"{active} {'run' if active == 1 else 'runs'} active"] if active else []
    parts += [f"{waiting} paused or halted"] if waiting else []
    return f"{'; '.join(parts) or 'Nothing is open, no run waits'}."


def _book(one: OneBook, *, sandbox: bool) -> str:
    happened = f"{orders(one.orders)}, realised {gain(one.realised)}, fees {usd(one.fees)}"
    lines = [f"{mark(_mode(one.book), sandbox=sandbox)}: {happened}"]
    if one.open.count:
        lines.append(f"{positions(one.open.count)}: {gain(one.open.unrealised)} (not realised)")
    if one.open.unpriced:
        lines.append(f"⚠️ {one.open.unpriced} of them have no price now.")
    return "\n".join(lines)


def _mode(book: Book) -> Mode:
    return Mode.PAPER if book is Book.PAPER else Mode.LIVE


def positions(count: int) -> str:
    return "1 open position" if count == 1 else f"{count} open positions"


def _runs(runs: Sequence[Run]) -> list[str]:
    if not runs:
        return ["Runs: none"]
    lines = [f"• {title(run)}: {STATES[run.state]}" for run in runs[:MOST]]
    rest = len(runs) - len(lines)
    return ["Runs:", *lines, *([f"• and {rest} more: /runs"] if rest else [])]


def _unresolved(waiting: Sequence[Order]) -> str:
    if not waiting:
        return "Unresolved orders: none"
    lines = [
        f"• {one.intent.side.value.lower()} {amount_text(one.intent)}: {STATUSES[one.status]}"
        for one in waiting[:MOST]
    ]
    return "\n".join([f"⚠️ Unresolved orders: {len(waiting)}", *lines])


def turned_on(wanted: Summary, tomorrow: str) -> str:
    return (
        f"✅ From {tomorrow} on I tell you the day before at {wanted.hour}:00, time of "
        f"{e(wanted.zone)}.\n/summary off ends it."
    )


def state(wanted: Summary) -> str:
    return (
        f"Every day at {wanted.hour}:00, time of {e(wanted.zone)}, I tell you the day before.\n"
        f"{e(USAGE)} changes it."
    )
