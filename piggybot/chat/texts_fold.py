"""The words of many notices at once: each in one line, and the message that holds them.

Alone because a notice that has a line may be folded, and one without never is.

May import: core, wire.
"""

from collections.abc import Sequence

from piggybot.chat.texts import MARKS, SANDBOX, STATUSES, amount_text, e, price_text, verb
from piggybot.core.money import plain, usd
from piggybot.core.orders import Order
from proxy.wire import AccountOut, Mode, Status

SIGNS = {Status.FILLED: "✅", Status.DENIED: "✋", Status.REJECTED: "❌"}
LONGEST = 160
"""Of what went wrong: the whole reason is in /why and /trades."""


def folded(lines: Sequence[str]) -> str:
    """One message for many notices; nothing of them is left out."""
    listed = "\n".join(lines)
    return f"🔔 <b>{len(lines)} notices at once</b>\n{listed}"


def order_line(order: Order, *, before_stop: bool = False) -> str:
    """How an order ended: side, amount, price, fee and id, or why there was nothing."""
    intent = order.intent
    where = sign_of(intent.mode, sandbox=order.sandbox)
    if order.executed:
        part = ", a part" if order.status is Status.CANCELED else ""
        stop = " Sent before the stop." if before_stop else ""
        return (
            f"✅ {where} {verb(intent.side)} {plain(order.executed)} {e(intent.symbol)} at "
            f"{price_text(order.price or order.executed)} for {usd(order.quote)}, "
            f"fee {usd(order.fee)}{part}. ID <code>{e(order.order_id or '?')}</code>{stop}"
        )
    why = "" if order.problem is None else f": {e(order.problem.message[:LONGEST])}"
    return (
        f"{SIGNS.get(order.status, '⚪')} {where} {intent.side.value.lower()} "
        f"{amount_text(intent)} {STATUSES[order.status]}{why}"
    )


def mode_line(account: AccountOut) -> str:
    """A change of mode that nobody asked for."""
    reason = f": {e(account.reason[:LONGEST])}" if account.reason else ""
    sandbox = f" {SANDBOX}" if account.sandbox else ""
    return f"🔔 Mode: {MARKS[account.mode]}{sandbox}{reason}"


def sign_of(mode: Mode, *, sandbox: bool) -> str:
    """The mode's own sign, short."""
    sign = MARKS[mode].split(" ", maxsplit=1)[0]
    return f"{sign}{SANDBOX}" if sandbox else sign
