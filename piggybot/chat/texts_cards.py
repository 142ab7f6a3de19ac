"""The words of runs that are at work: cards, their buttons, the question at their end.

Alone because a card is looked at many times a day: state, money, last decision, next moment.

May import: core, fills, runs, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from piggybot.chat import texts_rules as rules
from piggybot.chat.texts import e, mark, price_text
from piggybot.chat.texts_profit import gain
from piggybot.chat.texts_ticks import hold
from piggybot.core.decisions import too_small, waits_for
from piggybot.core.money import units, usd, usd_exact
from piggybot.core.positions import Book, Position
from piggybot.core.runs import Outcome, Run, Slot
from piggybot.runs import Card, Ended
from proxy.fills import round_down
from proxy.wire import AccountOut, MarketOut

NO_RUNS = "🤖 No run is at work. /run starts one."
PAUSE, RESUME, WHY, LOOK, END = "⏸ Pause", "▶️ Resume", "❓ Why", "🔄 Refresh", "⏹ End"
RESUME_LIVE = "🔴 Resume with real money"
SELL_AND_END, KEEP_AND_END, GO_ON = "💵 Sell, then end", "🤲 Keep, and end", "↩️ Go on"
BOOKS = {Book.PAPER: "On paper", Book.LIVE: "In real money"}
USAGE = "/runs, or /runs #2 for one of them"


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, and what is around it; a price that is not known is None."""

    card: Card
    account: AccountOut
    now: datetime
    price: Decimal | None = None
    rules: MarketOut | None = None

    @property
    def run(self) -> Run:
        return self.card.run

    @property
    def mark(self) -> str:
        return mark(self.account.mode, sandbox=self.account.sandbox)


def card(shown: Shown) -> str:
    run = shown.run
    lines = [
        f"{rules.STATES[run.state]} <b>#{run.number}</b> {rules.rule(run.strategy, run.params)}",
        f"{e(run.symbol)} · {run.timeframe} · {usd_exact(run.amount_usd)} a buy",
        f"Sells: {rules.exits(run.exits)}" if run.exits.any else "",
        e(run.why),
        f"{shown.mark} {_holding(shown)}",
        _small(shown),
        _earned(shown.card.position),
        _resting(shown.card.resting),
        _waits(shown),
        _last(shown.card.last),
        _next(shown),
    ]
    return "\n".join(line for line in lines if line)


def _holding(shown: Shown) -> str:
    held = shown.card.position
    base = shown.run.symbol.split("/", maxsplit=1)[0]
    if not held.entries:
        step = None if shown.rules is None else shown.rules.step
        left = step is not None and round_down(held.units, step)
        dust = f" but {units(held.units)} {e(base)}, left over: it goes with the next sell"
        return f"holds nothing{dust if left else ''}"
    average = held.average or Decimal(0)
    words = f"holds {units(held.units)} {e(base)}, bought at {price_text(_cents(average))}"
    if shown.price is None or not held.cost:
        return f"{words}; the price is not known now"
    won = held.units * shown.price - held.cost
    return (
        f"{words}\nWorth {usd(held.units * shown.price)} at {price_text(shown.price)}: "
        f"{gain(won)} ({rules.change(won / held.cost)})"
    )


def _small(shown: Shown) -> str:
    """Said of a holding that the exchange takes no order for now."""
    if shown.price is None or shown.rules is None:
        return ""
    small = too_small(shown.card.position, shown.price, shown.rules)
    return "" if small is None else e(hold(small, shown.run))


def _cents(price: Decimal) -> Decimal:
    """An average price with as many digits as are read."""
    return price.quantize(Decimal("0.01")) if price >= 1 else price.quantize(Decimal("0.00000001"))


def _earned(held: Position) -> str:
    if not held.trades and not held.realised:
        return "Nothing earned yet."
    trades = "1 trade" if held.trades == 1 else f"{held.trades} trades"
    return f"Earned {gain(held.realised)} in {trades}, {held.wins} won"


def _resting(rest: Position | None) -> str:
    """What it holds in the other book."""
    if rest is None:
        return ""
    base = rest.key.symbol.split("/", maxsplit=1)[0]
    where = BOOKS[rest.key.book]
    return f"💤 {where} it still holds {units(rest.units)} {e(base)}: that rests."


def _waits(shown: Shown) -> str:
    """Its last order, where it is not over: until then nothing is decided."""
    order = shown.card.waits_for
    return "" if order is None else f"✋ {e(hold(waits_for(order), shown.run))}"


def _last(slot: Slot | None) -> str:
    """The last decision in one line."""
    if slot is None:
        return "No decision yet."
    if slot.outcome is Outcome.RUN:
        return f"Last ({slot.at:%m-%d %H:%M}): {e(slot.why) or rules.SIGNALS[slot.signal]}"
    return f"Last ({slot.at:%m-%d %H:%M}): {slot.outcome.value.lower()}: {e(slot.reason)}"


def _next(shown: Shown) -> str:
    at = shown.card.next
    return "" if at is None else f"Next: {at:%H:%M} UTC, in {rules.span(at - shown.now)}"


def listed(shown: Shown) -> str:
    """One run in a line, where there are too many for cards."""
    held = shown.card.position
    holds = "holds" if held.entries else "flat"
    money = gain(held.realised)
    return f"{rules.STATES[shown.run.state]} {rules.title(shown.run)}: {holds}, {money}"


def many(lines: Sequence[str]) -> str:
    rows = "\n".join(lines)
    return f"🤖 <b>{len(lines)} runs</b>\n{rows}\n/runs #2 shows the card of one of them."


def end_question(shown: Shown) -> str:
    head = f"End {rules.title(shown.run)}?\n{shown.mark} {_holding(shown)}\n"
    if shown.card.waits_for is not None:
        return (
            f"{head}{_waits(shown)}\nEnded now, what it holds and what that order comes to are "
            "yours by hand: no stop loss guards it, and /sell sells it. Or go on, and end it when "
            "I have told you how the order ended."
        )
    return (
        f"{head}Sell that now, or keep it: then it is yours by hand, no stop loss guards it, and "
        "/sell sells it."
    )


def resume_question(shown: Shown) -> str:
    halted = f"\nIt was halted: {e(shown.run.why)}" if shown.run.why else ""
    return (
        f"Resume {rules.title(shown.run)}? {shown.mark}{halted}\nIt then buys for "
        f"{usd_exact(shown.run.amount_usd)} whenever its strategy says so, without asking again."
    )


def ended(done: Ended) -> str:
    lines = [f"⏹ {rules.title(done.run)} is ended."]
    if done.small is not None:
        lines.append(e(hold(done.small, done.run)))
    if done.kept:
        lines.append("What it held is yours by hand now: /positions shows it.")
    if done.waits:
        lines.append(
            "Its last order is not over: what it comes to is yours by hand, and no stop loss "
            "guards it. I tell you."
        )
    return " ".join(lines)
