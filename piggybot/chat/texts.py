"""The words for orders and modes: what every message about money says, and how it is marked.

Alone because the desk and the clock tell people of money without any handler; the words of one
subject stand in a file of their own beside this one (texts_setup, texts_safety, texts_look).
Everything from outside is escaped here.

May import: core, errors, wire.
"""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from piggybot.core.money import plain, usd, usd_exact
from piggybot.core.orders import Intent, Order
from piggybot.errors import PiggyError
from proxy.wire import AccountOut, Mode, Problem, Side, Status

MARKS = {
    Mode.PAPER: "📝 PAPER",
    Mode.LIVE: "🔴 LIVE",
    Mode.REDUCING: "🟠 REDUCING",
    Mode.HALTED: "🛑 HALTED",
}
STATUSES = {
    Status.SENDING: "on its way",
    Status.UNKNOWN: "not known yet",
    Status.OPEN: "open",
    Status.QUARANTINED: "never found out",
    Status.DENIED: "denied",
    Status.NOT_SENT: "not placed",
    Status.REJECTED: "rejected",
    Status.ABSENT: "not at the exchange",
    Status.CANCELED: "cancelled",
    Status.FILLED: "filled",
}
SANDBOX = "🧪"
SENT_BEFORE_STOP = "\n<i>It had been sent before the stop.</i>"

MOST_DECIMALS = 8
"""Of a venue's price. A mean of several fills may have more, and is shown with so many digits."""


def e(text: object) -> str:
    """Escaped for Telegram's HTML."""
    return escape(str(text), quote=False)


def price_text(price: Decimal) -> str:
    """64,000.00; at least two decimals, and all that the price has: a mean of fills is rounded."""
    whole, _, decimals = plain(price).partition(".")
    if len(decimals) > MOST_DECIMALS:
        price = price.quantize(Decimal(1).scaleb(-max(2, MOST_DECIMALS - 1 - price.adjusted())))
    whole, _, decimals = plain(price).partition(".")
    return f"{int(whole):,}.{decimals.ljust(2, '0')}"


def mark(mode: Mode, *, sandbox: bool = False) -> str:
    return f"{MARKS[mode]} {SANDBOX}" if sandbox else MARKS[mode]


def problem_text(problem: Problem) -> str:
    """What happened and why, then what to do next."""
    return e(problem.message) + (f"\n{e(problem.hint)}" if problem.hint else "")


def error_text(error: PiggyError) -> str:
    return f"❌ {e(error.message)}" + (f"\n{e(error.hint)}" if error.hint else "")


def amount_text(intent: Intent) -> str:
    """What was asked for: $2.00 of BTC/USDT, or 0.5 BTC."""
    base = intent.symbol.split("/", maxsplit=1)[0]
    if intent.amount_usd is not None:
        return f"{usd_exact(intent.amount_usd)} of {e(intent.symbol)}"
    return f"{plain(intent.units or Decimal(0))} {e(base)}"


def verb(side: Side) -> str:
    return "Bought" if side is Side.BUY else "Sold"


def order_mark(order: Order) -> str:
    return mark(order.intent.mode, sandbox=order.sandbox)


def concluded(order: Order) -> str:
    """The notice of an order that is over; always says whether anything was bought or sold."""
    words = {
        Status.FILLED: _executed,
        Status.CANCELED: _canceled,
        Status.NOT_SENT: _not_sent,
        Status.ABSENT: _absent,
        Status.REJECTED: _rejected,
        Status.DENIED: _denied,
    }
    return f"{order_mark(order)}\n{words[order.status](order)}"


def settled(order: Order) -> str:
    """The notice of an order whose outcome had not been known for a while."""
    return f"{concluded(order)}\n<i>Settled: this is the answer you were waiting for.</i>"


def corrected(order: Order) -> str:
    """The notice of an order that had been called absent and turned up."""
    return (
        f"{concluded(order)}\n⚠️ I was wrong before: I told you that the exchange does not have "
        "this order. It does. Please look at the exchange too."
    )


def pending(order: Order) -> str:
    asked = amount_text(order.intent)
    return (
        f"{order_mark(order)}\n⏳ {e(order.intent.symbol)}: no answer yet. I will keep asking.\n"
        f"{verb_asked(order.intent.side)} {asked} may or may not have happened, and I will not "
        f"send it again.\nId {e(order.intent.client_id)}"
    )


def still_open(order: Order) -> str:
    """The exchange has the order, and has not finished it."""
    intent = order.intent
    waits = "\nUntil then its run does nothing, its exits too." if intent.run_id else ""
    return (
        f"{order_mark(order)}\n⏳ {open_so_far(order)}\nWhat is left of it is cancelled after a "
        f"minute; then I tell you what was {verb(intent.side).lower()}.{waits}\n/stop cancels it "
        f"at once, and stops everything.\nId <code>{e(intent.client_id)}</code>"
    )


def stuck(order: Order) -> str:
    """It should have been cancelled long ago."""
    intent = order.intent
    waits = "\nIts run does nothing until it is over, its exits too." if intent.run_id else ""
    return (
        f"{order_mark(order)}\n⚠️ {open_so_far(order)}\nThe exchange has not cancelled what is left "
        f"of it. I keep trying.{waits}\nPlease look at {e(intent.exchange)}, in the open orders of "
        f"{e(intent.symbol)}, and cancel it there. Its client order id:\n"
        f"<code>{e(intent.client_id)}</code>"
    )


def open_so_far(order: Order) -> str:
    """What is open, since when, and what of it is done."""
    intent = order.intent
    base = intent.symbol.split("/", maxsplit=1)[0]
    return (
        f"The order is open at {e(intent.exchange)} since {intent.placed:%H:%M:%S} UTC: "
        f"{intent.side.value.lower()} {amount_text(intent)}, {plain(order.executed)} {e(base)} "
        f"{verb(intent.side).lower()} so far."
    )


def quarantined(order: Order) -> str:
    intent = order.intent
    return (
        f"{order_mark(order)}\n⚠️ I cannot find out what became of your order "
        f"({intent.side.value.lower()} {amount_text(intent)}).\nIt counts as spent and is never "
        f"sent again. Please look at {e(intent.exchange)}, in the orders and trades of "
        f"{e(intent.symbol)} since {intent.placed:%Y-%m-%d %H:%M} UTC, for the client order id\n"
        f"<code>{e(intent.client_id)}</code>"
    )


def verb_asked(side: Side) -> str:
    return "Buying" if side is Side.BUY else "Selling"


def _executed(order: Order) -> str:
    intent = order.intent
    head = "Live order submitted" if intent.mode is not Mode.PAPER else "Paper order filled"
    return (
        f"✅ {verb(intent.side)} {plain(order.executed)} {e(intent.symbol)} at "
        f"{price_text(order.price or Decimal(0))} for {usd(order.quote)}, "
        f"fee {usd(order.fee)}.\n{head}. Order ID: <code>{e(order.order_id or '?')}</code>"
        f"{_reason(order)}"
    )


def _canceled(order: Order) -> str:
    if not order.executed:
        number = f"\nOrder ID: <code>{e(order.order_id)}</code>" if order.order_id else ""
        return (
            f"⚪ The order was cancelled before anything was {verb(order.intent.side).lower()} "
            f"({amount_text(order.intent)}).{number}"
        )
    return f"{_executed(order)}\nOnly a part was filled; the rest was cancelled."


def _nothing(order: Order) -> str:
    return f"Nothing was {verb(order.intent.side).lower()} ({amount_text(order.intent)})."


def _reason(order: Order) -> str:
    return "" if order.problem is None else "\n" + problem_text(order.problem)


def _not_sent(order: Order) -> str:
    """Either it did not leave, or the exchange refused it at its door: the reason tells."""
    return f"⚪ The order was not placed. {_nothing(order)}{_reason(order)}"


def _absent(order: Order) -> str:
    if order.problem is not None and order.problem.code == "absent_elsewhere":
        return f"⚠️ I stop asking after your order ({amount_text(order.intent)}).{_reason(order)}"
    return f"⚪ The exchange does not have the order. {_nothing(order)}{_reason(order)}"


def _rejected(order: Order) -> str:
    return f"❌ {e(order.intent.exchange)} rejected the order. {_nothing(order)}{_reason(order)}"


def _denied(order: Order) -> str:
    return f"✋ Denied. {_nothing(order)}{_reason(order)}"


def pinned(account: AccountOut) -> str:
    """The pinned message: the mode, and what it means in one line."""
    means = {
        Mode.PAPER: "Orders are filled on paper, against real prices. No real money moves.",
        Mode.LIVE: "LIVE TRADING MODE ACTIVE: orders spend real money. /stop ends it.",
        Mode.REDUCING: "Only sells of what the bot has bought. No buys.",
        Mode.HALTED: "Nothing is sent. /resume ends the stop.",
    }
    return f"Mode: {mark(account.mode, sandbox=account.sandbox)}\n{means[account.mode]}"


def mode_changed(account: AccountOut) -> str:
    reason = f"\n{e(account.reason)}" if account.reason else ""
    return f"🔔 The mode changed.\n{pinned(account)}{reason}"


def listed(items: Sequence[str]) -> str:
    return "\n".join(f"• {item}" for item in items)
