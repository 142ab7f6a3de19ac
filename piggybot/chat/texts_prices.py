"""The words of prices: what is shown of a market, and alerts from their setting to their end.

Alone because a price is nobody's money yet: no mode stands over it but the sandbox's mark.

May import: core, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from piggybot.chat.texts import SANDBOX, e, price_text
from piggybot.chat.texts_rules import change, moment
from piggybot.core.money import plain
from piggybot.core.runs import Alert
from proxy.wire import PriceOut

NO_ALERTS = "No alert is waiting. /alert BTC/USDT &gt; 70000 sets one."


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours of a market."""

    began: Decimal
    high: Decimal
    low: Decimal


def _marked(found: PriceOut) -> str:
    return f"💵 {e(found.exchange)}" + (f" {SANDBOX}" if found.sandbox else "")


def prices(found: Sequence[PriceOut], without: Sequence[str]) -> str:
    """One line each, aligned, 34 columns at most; then those that have no price now."""
    names = max(len(one.symbol) for one in found)
    amounts = [price_text(one.price) for one in found]
    width = max(len(amount) for amount in amounts)
    rows = [
        f"{one.symbol:<{names}}  {amount:>{width}}"
        for one, amount in zip(found, amounts, strict=True)
    ]
    missing = f"\nNo price now: {e(', '.join(without))}" if without else ""
    return f"{_marked(found[0])}\n<pre>{e(chr(10).join(rows))}</pre>{missing}"


def price(found: PriceOut, day: Day | None) -> str:
    head = f"{_marked(found)}\n<b>{e(found.symbol)} {price_text(found.price)}</b>"
    if day is None:
        return f"{head}\nIts last day is not known now."
    return (
        f"{head}\n24 hours: {change(found.price / day.began - 1)}, high {price_text(day.high)}, "
        f"low {price_text(day.low)}"
    )


def one_symbol_only(usage: str) -> tuple[str, str]:
    return "I need one symbol at most.", f"Type it like this: {usage}"


def _wish(alert: Alert) -> str:
    return f"{alert.symbol} {'>' if alert.above else '<'} {price_text(alert.price)}"


def alert_set(alert: Alert, now: PriceOut) -> str:
    side = "or above" if alert.above else "or below"
    return (
        f"🔔 I tell you once when {e(alert.symbol)} is at {price_text(alert.price)} {side}. "
        f"Now it is at {price_text(now.price)}.\n/alerts lists and removes them."
    )


def reached_already(alert: Alert, now: PriceOut) -> tuple[str, str]:
    """Never set: it would ring at once, and be over."""
    side = "above" if alert.above else "below"
    said = "at" if now.price == alert.price else side
    other = "<" if alert.above else ">"
    return (
        f"{alert.symbol} is at {price_text(now.price)}: that is {said} "
        f"{price_text(alert.price)} already, so no alert is set.",
        f"Choose a price that is further {side}, or turn the sign: "
        f"/alert {alert.symbol} {other} {plain(alert.price)}",
    )


def too_many_alerts(most: int) -> tuple[str, str]:
    return f"You have {most} alerts, and that is the most.", "/alerts removes one."


def alert_reached(alert: Alert, now: PriceOut) -> str:
    mark = f" {SANDBOX}" if now.sandbox else ""
    return (
        f"🔔{mark} <b>{e(alert.symbol)} is at {price_text(now.price)}</b>\n"
        f"You asked on {moment(alert.created)} to be told at {e(_wish(alert))}. "
        "This alert is over; /alert sets another."
    )


def alert_line(alert: Alert, now: PriceOut) -> str:
    """The same in a line, where many ring at once."""
    mark = f" {SANDBOX}" if now.sandbox else ""
    return f"🔔{mark} {e(alert.symbol)} is at {price_text(now.price)}: {e(_wish(alert))}"


def alert_list(waiting: Sequence[Alert]) -> str:
    if not waiting:
        return NO_ALERTS
    lines = [f"• {e(_wish(one))}, since {moment(one.created)}" for one in waiting]
    return "🔔 <b>Your alerts</b>, told once each\n" + "\n".join(lines)


def remove_label(alert: Alert) -> str:
    return f"Remove {_wish(alert)}"
