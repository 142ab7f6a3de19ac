"""The words of "why?": a trade's decision with its numbers, or a run's last one.

Alone because it is read by someone who doubts: nothing is rounded away, and every id is there.

May import: core, wire.
"""

from decimal import Decimal

from piggybot.chat import texts, texts_rules
from piggybot.chat.texts import e, price_text
from piggybot.core.money import plain, usd, usd_exact
from piggybot.core.orders import Order
from piggybot.core.positions import Book
from piggybot.core.runs import Cause, Outcome, Run, Slot
from proxy.wire import AccountOut, Side, Status

NO_TRADES = ("There is no trade yet to ask about.", "/testbuy 2 makes a first one.")
USAGE = "/why, /why #2 for a run, /why 5 for an order"


def no_order(text: str) -> tuple[str, str]:
    return f"There is no order {text} of yours.", "/trades lists them; /why alone is the last one."


def no_run(text: str) -> tuple[str, str]:
    return f"You have no run {text}.", "/runs lists them."


def no_trade(run: Run, number: int) -> tuple[str, str]:
    return (
        f"Run #{run.number} has made no order number {number}.",
        f"It has made {run.orders} so far.",
    )


def order(found: Order, run: Run | None, account: AccountOut | None) -> str:
    """Everything about one order; the account as it is now, where the proxy answers."""
    lines = [texts.order_mark(found), _head(found, run), _end(found), _why(found)]
    lines += [_prices(found), _fee(found), _limits(found, account), _took(found), _ids(found)]
    return "\n".join(line for line in lines if line)


def _head(found: Order, run: Run | None) -> str:
    intent = found.intent
    asked = f"{intent.side.value.lower()} {texts.amount_text(intent)}"
    if run is None:
        return f"<b>By hand:</b> {asked}"
    return f"<b>{texts_rules.title(run)}</b>, order {intent.number}: {asked}"


def _end(found: Order) -> str:
    if found.status is Status.OPEN:
        return f"⏳ {texts.open_so_far(found)} What is left is cancelled after a minute."
    if found.executed:
        return (
            f"✅ {texts.verb(found.intent.side)} {plain(found.executed)} "
            f"{e(found.intent.symbol)} at {price_text(found.price or found.executed)} for "
            f"{usd(found.quote)}"
        )
    said = {
        Status.DENIED: "✋ Denied",
        Status.REJECTED: f"❌ Rejected by {e(found.intent.exchange)}",
        Status.NOT_SENT: "⚪ Not placed",
        Status.ABSENT: "⚪ Not at the exchange",
        Status.CANCELED: "⚪ Cancelled before anything was filled",
    }
    head = said.get(found.status, f"⏳ {texts.STATUSES[found.status].capitalize()}")
    return head if found.problem is None else f"{head}: {texts.problem_text(found.problem)}"


def _why(found: Order) -> str:
    intent = found.intent
    if intent.cause is Cause.HAND:
        return "Why: you asked for it."
    words = f": {e(intent.why)}" if intent.why else ""
    return f"Why: {texts_rules.CAUSES[intent.cause]}{words}"


def _prices(found: Order) -> str:
    """The price at the decision beside the price that was got, and which way it went."""
    intent = found.intent
    seen = intent.seen_price or intent.quoted_price
    if seen is None:
        return ""
    if found.price is None or not found.executed:
        return f"Price at the decision: {price_text(seen)}"
    return f"Decided at {price_text(seen)}, filled at {price_text(found.price)}: {_drift(found)}"


def _drift(found: Order) -> str:
    seen, got = found.intent.seen_price or found.intent.quoted_price, found.price
    assert seen is not None and got is not None
    cost = (got - seen) * (1 if found.intent.side is Side.BUY else -1)
    if not cost:
        return "no slippage"
    way = "worse" if cost > 0 else "better"
    money = abs(cost) * found.executed
    return f"{abs(cost) / seen * 100:.3f}% {way} ({usd(money)})"


def _fee(found: Order) -> str:
    if not found.executed or not found.quote:
        return ""
    return f"Fee: {usd(found.fee)} ({found.fee / found.quote * 100:.2f}%)"


def _limits(found: Order, account: AccountOut | None) -> str:
    """What bounded it, as the account stands now; the day's count only on the day itself."""
    intent = found.intent
    if found.status is Status.DENIED:
        return ""
    if intent.side is Side.SELL:
        return "Limits: none bounds a sell of what the bot bought."
    if account is None or intent.amount_usd is None:
        return ""
    limits, today = account.limits, account.today
    parts = [
        f"{usd_exact(intent.amount_usd)} of at most {usd(limits.maxTradeUsd)} a trade",
        f"at most {texts_rules.share(limits.maxTradeShare)} of the account",
    ]
    same_book = Book.of(account.mode) is Book.of(intent.mode)
    if same_book and today.day == f"{intent.placed:%Y-%m-%d}":
        parts.append(f"{today.trades} of {limits.maxTradesPerDay} trades used that day")
    return f"Limits passed: {'; '.join(parts)}"


def _took(found: Order) -> str:
    intent = found.intent
    at = f"Decided {intent.placed:%Y-%m-%d %H:%M:%S} UTC"
    if found.concluded is None:
        return at
    seconds = Decimal((found.concluded - intent.placed).total_seconds()).quantize(Decimal("0.1"))
    return f"{at}, over after {seconds} s" if seconds else f"{at}, over at once"


def _ids(found: Order) -> str:
    intent = found.intent
    parts = [f"order <code>{e(found.order_id)}</code>"] if found.order_id else []
    parts.append(f"client <code>{e(intent.client_id)}</code>")
    if intent.slot is not None:
        parts.append(f"close of {intent.slot:%Y-%m-%d %H:%M}")
    return "Ids: " + ", ".join(parts)


def decision(run: Run, slot: Slot | None) -> str:
    """What a run decided last, in the strategy's own words."""
    head = f"🤖 <b>{texts_rules.title(run)}</b>: {texts_rules.STATES[run.state]}"
    head += f"\n{e(run.why)}" if run.why else ""
    if slot is None:
        return f"{head}\nIt has not decided anything yet."
    seen = "" if slot.price is None else f"\nPrice then: {price_text(slot.price)}"
    why = f"\n{e(slot.why)}" if slot.why else ""
    signal = f" {texts_rules.SIGNALS[slot.signal]}" if slot.outcome is Outcome.RUN else ""
    reason = f"\n{e(slot.reason)}" if slot.reason else ""
    return (
        f"{head}\nAt the close of {texts_rules.moment(slot.at)} it "
        f"{_did(slot.outcome)}{signal}.{why}{reason}{seen}"
    )


def _did(outcome: Outcome) -> str:
    return {
        Outcome.RUN: "decided:",
        Outcome.DENIED: "was held back",
        Outcome.SKIPPED: "was skipped",
    }[outcome]
