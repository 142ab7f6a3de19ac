"""The words of looking: balance, status, trades, help. Tables fit a phone's 34 columns.

Alone because these only show; nothing here follows from or leads to an order.

May import: core, errors, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from piggybot.chat import texts_safety as safety
from piggybot.chat.texts import MARKS, STATUSES, e, listed, mark, pinned
from piggybot.core.money import plain, usd
from piggybot.core.orders import Order
from piggybot.core.people import Person
from piggybot.errors import PiggyError
from proxy.wire import AccountOut, BalanceOut, Holding, OrderOut, Side, Status

DECIMALS = 8
NO_TRADES = "No trades yet. /testbuy 2 makes a first one."
SIGNS = {
    Status.FILLED: "✅",
    Status.DENIED: "✋",
    Status.REJECTED: "❌",
    Status.QUARANTINED: "⚠️",
}
ASSET, NUMBER = 6, 13


def balance(out: BalanceOut) -> str:
    """Aligned on a phone: asset, free, locked; 33 columns."""
    rows = [f"{'':<{ASSET}}{'free':>{NUMBER}} {'locked':>{NUMBER}}"]
    for asset, held in sorted(out.balances.items()):
        if held.total:
            rows.append(f"{asset[:ASSET]:<{ASSET}}{_short(held.free)} {_short(held.locked)}")
    if len(rows) == 1:
        rows.append("nothing")
    unpriced = f"\nWithout a price, not in the total: {e(', '.join(out.unpriced))}"
    return (
        f"💰 {mark(out.mode, sandbox=out.sandbox)}\n<pre>{e(chr(10).join(rows))}</pre>\n"
        f"Total: {usd(out.totalUsd)}" + (unpriced if out.unpriced else "")
    )


def _short(amount: Decimal) -> str:
    """At most eight decimals, fewer where the column would break; never rounded up."""
    whole = len(str(int(amount)))
    places = max(0, min(DECIMALS, NUMBER - whole - 1))
    cut = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    text = plain(cut)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text:>{NUMBER}}"


def status(account: AccountOut, health: str, keys: Sequence[str], waiting: int) -> str:
    held = [_held(each, account) for each in account.holdings]
    return "\n".join(
        [
            pinned(account),
            *([e(account.reason)] if account.reason else []),
            health,
            f"Keys: {'; '.join(keys) or 'none: /setkeys'}",
            safety.used(account),
            f"Held by the bot: {', '.join(held) or 'nothing'}",
            unresolved(account.unresolved, waiting),
            f"userId: <code>{e(account.userId)}</code>",
        ]
    )


def _held(one: Holding, account: AccountOut) -> str:
    """What is held; where it is, if that is not where the account trades now."""
    coins = f"{plain(one.units)} {e(one.symbol.split('/')[0])}"
    return coins if one.exchange == account.exchange else f"{coins} at {e(one.exchange)}"


def unresolved(orders: Sequence[OrderOut], waiting: int) -> str:
    if not orders:
        return f"Unresolved orders: {waiting or 'none'}"
    shown = [
        f"{order.side.value.lower()} {e(order.symbol)}, {STATUSES[order.status]} "
        f"<code>{e(order.clientOrderId)}</code>"
        for order in orders
    ]
    return f"Unresolved orders:\n{listed(shown)}"


@dataclass(frozen=True, slots=True)
class Known:
    """What this house knows without the proxy."""

    person: Person
    health: str
    stopped: bool


def status_without_proxy(error: PiggyError, known: Known, keys: Sequence[str]) -> str:
    person = known.person
    mode = "not known yet" if person.mode is None else mark(person.mode, sandbox=person.sandbox)
    stop = (
        "\n🛑 A stop holds in this bot: it sends nothing. /resume ends it." if known.stopped else ""
    )
    return (
        f"❌ Backend health: {e(error.message)}\n{e(error.hint)}\nLast check: {known.health}\n"
        f"Mode as last seen: {mode}{stop}\n"
        f"Keys: {'; '.join(keys) or 'none: /setkeys'}\nuserId: <code>{e(person.user_id)}</code>"
    )


def key_state(exchange: str, hint: str, *, validated: bool) -> str:
    state = "✅ Validated" if validated else "❌ not validated: /validate"
    return f"{e(exchange)} …{e(hint)} {state}"


def trades(orders: Sequence[Order]) -> str:
    return "📜 <b>Trade log</b> (UTC)\n" + "\n".join(_line(order) for order in orders)


def _line(order: Order) -> str:
    intent = order.intent
    where = MARKS[intent.mode] + (" 🧪" if order.sandbox else "")
    part = bool(order.executed) and order.status is Status.CANCELED
    sign = "✅" if part else SIGNS.get(order.status, "⚪" if order.status.terminal else "⏳")
    side = "buy" if intent.side is Side.BUY else "sell"
    head = f"{sign} {intent.placed:%m-%d %H:%M} {where} {side} {e(intent.symbol)}"
    if order.executed:
        left = {Status.OPEN: " so far", Status.CANCELED: ", a part; the rest was cancelled"}
        rest = left.get(order.status, "")
        return f"{head} {plain(order.executed)} for {usd(order.quote)}{rest}"
    return f"{head} {STATUSES[order.status]}"


@dataclass(frozen=True, slots=True)
class Line:
    """One command as /help lists it."""

    usage: str
    help: str


def help_text(groups: Mapping[str, Sequence[Line]]) -> str:
    parts = [
        f"<b>{e(title)}</b>\n" + "\n".join(f"{e(line.usage)} — {e(line.help)}" for line in lines)
        for title, lines in groups.items()
    ]
    return "🐷 " + "\n\n".join(parts)


LOTS_CAPTION = (
    "📄 Your lots, first in, first out: what each sell gave back, fees included. Lots without a "
    "sale are held still."
)


def export_caption(count: int) -> str:
    return f"📄 Your trade log: {count} {'order' if count == 1 else 'orders'}."
