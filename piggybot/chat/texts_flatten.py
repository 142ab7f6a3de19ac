"""The words of /flatten: what would be sold, what became of each market, and what stays.

Alone because it is read in a hurry: one line a market, and what is not known is not called done.

May import: core, errors, wire.
"""

from collections.abc import Sequence
from decimal import Decimal

from piggybot.chat.texts import SANDBOX, STATUSES, e, listed, mark
from piggybot.chat.texts_fold import LONGEST, SIGNS
from piggybot.core.flatten import Ending, Look, dust, on_the_way, to_sell, worth
from piggybot.core.money import plain, usd
from piggybot.core.orders import Order
from piggybot.core.runs import Run
from proxy.wire import Mode, Problem, Sellable, SellableOut, Status

OFFER = "💵 Sell everything"
USAGE = ("Nothing follows /flatten: it sells everything.", "/sell all BTC/USDT sells one coin.")
PAUSED = "Paused by /flatten."
WHY = "everything was sold, as you had confirmed"
NO_PRICE = "no price now"
AGAIN = "/flatten shows it as it is now."
CHANGED = ("A stop or the mode changed after you were asked, so nothing was sold.", AGAIN)
UNDELIVERED = (
    "Your stop has not reached the trading service yet, so nothing was sold.",
    "Try again as soon as I tell you that the gate is closed.",
)
STANDS = "The stop stands as before. /resume ends it."
CAME_BETWEEN = "🛑 A stop came meanwhile; what it held back was not sold. /resume ends it."
ONCE = "The button works once, for 60 seconds."
PASSES = (
    "🛑 You are stopped, and stay so: only these sells may pass, as {mode}, for a minute at most, "
    "and then it is 🛑 HALTED as before. A new /stop ends it at once."
)


def offer(nonce: str) -> dict[str, str]:
    """The button under a stop that is complete: it asks, as /flatten does."""
    return {"label": OFFER, "data": nonce}


def confirm_label(mode: Mode) -> str:
    return f"{mark(mode).partition(' ')[0]} Sell everything now"


def question(look: Look, home: str) -> str:
    """What would be sold and about what it is worth."""
    found = look.found
    items = to_sell(found)
    real = "" if found.mode is Mode.PAPER else " This is real money."
    lines = [
        f"{_head(found)}\n<b>Sell everything that I bought?</b>",
        listed([_offered(one, home) for one in items]),
        _together(items),
        f"⚠️ At any price: market orders, however far it has moved.{real}",
        *_stays(found, look.buys),
        *_would_pause(look.runs),
        *([PASSES.format(mode=mark(found.mode))] if found.halted else []),
        ONCE,
    ]
    return "\n".join(lines)


def nothing(look: Look) -> str:
    """There is nothing that an order could sell."""
    found = look.found
    held = "only what is too little to sell, or on its way" if found.items else "nothing"
    lines = [f"{_head(found)}\nThere is nothing to sell: I hold {held}.", *_stays(found, look.buys)]
    if look.runs and not found.halted:
        names = _numbers(look.runs)
        lines.append(f"🤖 {names} may buy again: /runs pauses, /stop stops everything.")
    return "\n".join(lines)


def barred(problem: Problem) -> tuple[str, str]:
    return f"Nothing was sold. {problem.message}", problem.hint


def done(ending: Ending, home: str) -> str:
    """What became of each market, and how it stands now."""
    lines = [_came(ending), *(_result(order, home) for order in ending.orders)]
    if ending.left is not None:
        lines += [*_stays(ending.left, ending.buys), *_still_held(ending)]
    if ending.paused:
        names = _numbers(ending.paused)
        lines.append(f"⏸ Paused until you resume them (/runs): {names}")
    if ending.left is None:
        lines.append("The trading service does not say now what is still held. /status shows it.")
    if ending.stopped:
        lines.append(STANDS if ending.was_stopped else CAME_BETWEEN)
    return "\n".join(lines)


def in_vain(paused: Sequence[Run]) -> str:
    """Said where nothing was sold after all."""
    return f"Paused all the same, until you resume them (/runs): {_numbers(paused)}."


def _head(found: SellableOut) -> str:
    return mark(Mode.HALTED if found.halted else found.mode, sandbox=found.sandbox)


def _came(ending: Ending) -> str:
    """The mode, and where it went through if it was stopped."""
    if not ending.orders:
        return "🏁 <b>Flatten</b>\nNothing was sold."
    first = ending.orders[0]
    through, halted = mark(first.intent.mode), mark(Mode.HALTED)
    if ending.was_stopped:
        through = f"{halted} → {through} → {halted}"
    return f"🏁 <b>Flatten</b> {through}{' ' + SANDBOX if first.sandbox else ''}"


def _offered(item: Sellable, home: str) -> str:
    about = NO_PRICE if item.price is None else f"about {usd(worth(item))}"
    return f"{_market(item.symbol, item.exchange, home)}: {plain(item.units)}, {about}"


def _together(items: Sequence[Sellable]) -> str:
    total = usd(sum((worth(one) for one in items), Decimal(0)))
    without = "" if all(one.price is not None for one in items) else ", without what has no price"
    return f"Together about {total}{without}."


def _stays(found: SellableOut, buys: Sequence[str]) -> list[str]:
    """What no order would sell."""
    lines = []
    small = [_small(one) for one in dust(found)]
    if small:
        lines.append(
            f"🧹 Dust, less than the exchange takes, stays: {', '.join(small)}. "
            "It goes with a later sell."
        )
    for one in on_the_way(found):
        units = plain(one.held - one.free)
        lines.append(
            f"⏳ {e(one.symbol)}: {units} is in an order that is not settled yet; I tell you."
        )
    for symbol in buys:
        lines.append(
            f"⏳ {e(symbol)}: a buy is not settled yet. If it was filled, /flatten again then."
        )
    return lines


def _small(item: Sellable) -> str:
    about = "" if item.price is None else f" ({usd(item.free * item.price)})"
    return f"{plain(item.free)} {e(item.symbol.partition('/')[0])}{about}"


def _still_held(ending: Ending) -> list[str]:
    """What could be sold and was not."""
    left = ending.left
    items = [] if left is None else to_sell(left)
    if items:
        named = ", ".join(f"{plain(one.units)} {e(one.symbol.partition('/')[0])}" for one in items)
        return [f"❗ Still held: {named}. /flatten tries again."]
    open_ends = left is None or on_the_way(left) or ending.buys
    return [] if open_ends else ["Nothing else is held."]


def _would_pause(runs: Sequence[Run]) -> list[str]:
    if not runs:
        return []
    return [f"⏸ It pauses {_numbers(runs)} first, until you resume them: they would buy again."]


def _numbers(runs: Sequence[Run]) -> str:
    return ", ".join(f"#{run.number}" for run in runs)


def _market(symbol: str, exchange: str, home: str) -> str:
    return e(symbol) if exchange == home else f"{e(symbol)} at {e(exchange)}"


def _result(order: Order, home: str) -> str:
    """One market's line: sold, refused and why, or not known yet."""
    market = _market(order.intent.symbol, order.intent.exchange, home)
    if order.status is Status.OPEN:
        so_far = f"sold {plain(order.executed)} of {plain(order.intent.units or Decimal(0))} so far"
        return f"⏳ {market}: the order is open at the exchange, {so_far}. I tell you its end."
    if not order.status.terminal:
        return f"⏳ {market}: unknown, checking. I tell you, and do not send it again."
    if order.executed:
        part = ", a part; the rest was cancelled" if order.status is Status.CANCELED else ""
        return (
            f"✅ {market}: sold {plain(order.executed)} for {usd(order.quote)}, fee "
            f"{usd(order.fee)}{part}. ID <code>{e(order.order_id or '?')}</code>"
        )
    why = "" if order.problem is None else f": {e(order.problem.message[:LONGEST])}"
    return f"{SIGNS.get(order.status, '⚪')} {market}: {STATUSES[order.status]}{why}"
