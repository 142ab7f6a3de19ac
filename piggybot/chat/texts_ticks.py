"""What the clock says: why a slot was held back, why an exit was made, halts, skipped slots.

Alone because nobody asked for these words just now: each says whose run it is and what to do. Those
that are kept with a slot or an order are plain; letters are HTML.

May import: core, wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from piggybot.chat import texts_rules
from piggybot.chat.texts import e, price_text
from piggybot.core import exits
from piggybot.core.decisions import Decision, Gate, Hold, What
from piggybot.core.exits import Holding
from piggybot.core.money import plain, usd
from piggybot.core.orders import Intent, Order
from piggybot.core.positions import Position
from piggybot.core.retries import Failed
from piggybot.core.runs import Cause, Halt, Run, RunState
from proxy.wire import Side

ZERO, CENT = Decimal(0), Decimal("0.01")
LONGEST = 300
"""Of what a strategy or a venue says: more does not fit a phone."""
UNWRITTEN = (
    "⚠️ I cannot write to my database (is the disk full?). Until that is mended no run decides, no "
    "exit sells, a stop loss neither, and I answer nothing; but /stop closes the trading service's "
    "gate. Free the disk of my host; to sell meanwhile, do it at the exchange."
)
NOTHING = {
    What.NO_SIGNAL: "No signal.",
    What.HOLDS_ALREADY: "It holds {base} already, and does not add.",
    What.HOLDS_NOTHING: "It holds no {base} that it could sell.",
}
HALTED_NEXT = {
    Halt.STRATEGY: "Look into the strategy, then /runs resumes or ends it.",
    Halt.LOSSES: "/runs resumes it, and it counts its losses anew; or ends it.",
    Halt.DRAWDOWN: "/runs resumes it, and it counts from here; or ends it.",
    Halt.BOOKS: "/runs shows it.",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Slots of one person that nobody ran."""

    slots: int
    runs: int
    first: datetime
    last: datetime


def decision(found: Decision, run: Run) -> str:
    """What a slot came to, plain."""
    base = run.symbol.split("/", maxsplit=1)[0]
    if found.hold is not None:
        return hold(found.hold, run)
    if found.act is None:
        return NOTHING[found.what].format(base=base)
    if found.what is What.BUYS:
        return f"Buys for {usd(run.amount_usd)}."
    cause = f": {texts_rules.CAUSES[found.act.cause]}" if found.what is What.EXITS else ""
    return f"Sells {plain(found.act.units or ZERO)} {base}{cause}."


def hold(held: Hold, run: Run) -> str:
    """What holds it back, with the numbers, plain."""
    return HOLDS[held.gate](held, run)


def _until(held: Hold) -> str:
    return "" if held.until is None else f" until {texts_rules.moment(held.until)}"


def _drawdown(held: Hold, _: Run) -> str:
    have, bound = held.have or ZERO, held.bound or Decimal(1)
    down = texts_rules.share(((bound - have) / bound).quantize(Decimal("0.001")))
    return f"It is {down} below its best: {usd(have)} of {usd(bound)}."


def _too_small(held: Hold) -> str:
    """Rounded apart: what is worth $4.998 must not read as $5.00."""
    have, bound = held.have or ZERO, held.bound or ZERO
    worth = usd(have.quantize(CENT, ROUND_DOWN) if have >= CENT else have)
    least = usd(bound.quantize(CENT, ROUND_UP))
    return (
        f"What it holds is worth {worth}, and the exchange takes no sell below {least}. "
        "It stays until it is worth that."
    )


HOLDS: Mapping[Gate, Callable[[Hold, Run], str]] = {
    Gate.STOPPED: lambda held, run: "A stop is in force. /resume ends it.",
    Gate.OPEN: lambda held, run: (
        f"Its last order is open at {run.exchange}: {plain(held.have or ZERO)} "
        f"{run.symbol.split('/', maxsplit=1)[0]} filled so far. What is left is cancelled from "
        f"{held.until:%H:%M:%S} UTC on ({held.detail})."
    ),
    Gate.UNSETTLED: lambda held, run: (
        f"What became of its last order is not known yet ({held.detail})."
    ),
    Gate.DATA: lambda held, run: held.detail,
    Gate.LOSSES: lambda held, run: (
        "A loss." if held.have == 1 else f"{plain(held.have or ZERO)} losses in a row."
    ),
    Gate.DRAWDOWN: _drawdown,
    Gate.STRATEGY: lambda held, run: held.detail,
    Gate.EXITED: lambda held, run: (
        "It has just sold at this close; it buys at the next one at the soonest."
    ),
    Gate.REDUCING: lambda held, run: (
        "Live is being wound down: only sells. /live on lets it buy again."
    ),
    Gate.LATCH: lambda held, run: f"No buys for now: {held.detail}. It ends by itself.",
    Gate.COOLDOWN: lambda held, run: f"It waits after a loss{_until(held)}.",
    Gate.SYMBOL: lambda held, run: f"{run.symbol} may not be bought. Allowed: {held.detail}.",
    Gate.AMOUNT: lambda held, run: (
        f"{usd(held.have or ZERO)} is above the limit of {usd(held.bound or ZERO)} a trade."
    ),
    Gate.DAY: lambda held, run: (
        f"{plain(held.have or ZERO)} of {plain(held.bound or ZERO)} trades used today; again at "
        "00:00 UTC."
    ),
    Gate.TOO_SMALL: lambda held, run: _too_small(held),
}


def exit_why(cause: Cause, run: Run, held: Holding, price: Decimal) -> str:
    """The numbers behind an exit, plain."""
    rules, paid = run.exits, held.paid / held.bought
    now = f"price {price_text(price)}"
    if cause is Cause.STOP_LOSS and rules.stop_loss is not None:
        level = exits.stop_level(held, rules.stop_loss)
        share = texts_rules.share(rules.stop_loss)
        return f"{now}, stop at {_level(level)}, {share} below the {_level(paid)} paid"
    if cause is Cause.TRAILING_STOP and rules.trailing_stop is not None:
        level = exits.trail_level(held, rules.trailing_stop)
        share = texts_rules.share(rules.trailing_stop)
        return f"{now}, stop at {_level(level)}, {share} below the peak {_level(held.peak)}"
    if cause is Cause.TAKE_PROFIT and rules.take_profit is not None:
        level = exits.target_level(held, rules.take_profit)
        share = texts_rules.share(rules.take_profit)
        return f"{now}, target {_level(level)}, {share} above the {_level(paid)} paid"
    limit = texts_rules.candles(rules.time_limit or 0)
    return f"{now}; held since {texts_rules.moment(held.opened)}, the limit is {limit}"


def _level(price: Decimal) -> str:
    return price_text(price.quantize(Decimal("0.00000001")).normalize())


def order_head(run: Run, intent: Intent) -> str:
    """Whose order it was, and why; before what became of it."""
    why = f": {e(intent.why[:LONGEST])}" if intent.why else ""
    return f"🤖 {texts_rules.title(run)}\n{texts_rules.CAUSES[intent.cause]}{why}\n"


def order_tail(run: Run, order: Order) -> str:
    """What was bought for a run that is ended: nobody watches over it."""
    if run.state is not RunState.ENDED or order.intent.side is not Side.BUY or not order.executed:
        return ""
    return (
        f"\n⚠️ #{run.number} is ended: this is yours by hand, and no stop loss guards it. /positions"
    )


def tries(order: Order, before: Failed) -> str:
    """Below the end of an exit: what its failure leads to, or how many tries it took."""
    failed = before.tries + (0 if order.executed else 1)
    if not failed:
        return ""
    since = f"{before.first or order.intent.placed:%H:%M} UTC"
    if order.executed:
        return f"\n<i>It took {failed + 1} tries, since {since}.</i>"
    told = f"\nIt has failed {failed} times since {since}." if before.tries else ""
    soon = "each minute" if before.tries else "in 10 s, then at least each minute"
    return (
        f"{told}\n🔁 I try again {soon}, while the price says so and no /stop stands. I tell you "
        "again after 5 and 15 minutes, then each hour, and when it is sold. Or sell it yourself: "
        "/positions"
    )


def order_sign(run: Run) -> str:
    """Whose order it was, in a folded line."""
    return f"🤖#{run.number} "


def halted(run: Run, halt: Halt, why: str, left: str) -> str:
    """A run that halted itself, and what that means for what it holds, if it holds something."""
    lines = [f"🛑 {texts_rules.title(run)} is halted.", e(why[:LONGEST]), left, HALTED_NEXT[halt]]
    return "\n".join(line for line in lines if line)


def left_by(run: Run, position: Position, small: Hold | None) -> str:
    """What becomes of a halted run's holding; `small` where the exchange takes no order for it."""
    if not position.entries:
        return ""
    if small is not None:
        return hold(small, run)
    return "Its exits stay armed for what it holds." if run.exits.any else "What it holds stays."


def halted_line(run: Run, why: str) -> str:
    return f"🛑 {texts_rules.title(run)} is halted: {e(why[:LONGEST])}"


def unwatched(run: Run, since: datetime, why: str) -> str:
    """Exits that cannot fire, because nobody knows the price."""
    return (
        f"👁 {texts_rules.title(run)}: its exits are not watched since {since:%H:%M} UTC.\n"
        f"There is no price of {run.symbol}: {e(why[:LONGEST])}\n"
        "I go on asking, and sell at the first price that says so. "
        "Or sell at the exchange yourself, and /stop here."
    )


def unwatched_line(run: Run, since: datetime) -> str:
    return f"👁 {texts_rules.title(run)}: no price since {since:%H:%M} UTC, exits not watched"


def undecided(run: Run, why: str) -> str:
    """A run that cannot decide, because its candles cannot be used."""
    exits_go_on = " Its exits stay armed: they go by the price." if run.exits.any else ""
    return (
        f"🙈 {texts_rules.title(run)} cannot decide: its candles cannot be used.\n"
        f"{e(why[:LONGEST])}\nIt asks again at each close, and neither buys nor sells by signal "
        f"meanwhile; I tell you when it can again.{exits_go_on}"
    )


def undecided_line(run: Run, why: str) -> str:
    return f"🙈 {texts_rules.title(run)} cannot decide: {e(why[:LONGEST])}"


def decides_again(run: Run, at: datetime) -> str:
    moment = texts_rules.moment(at)
    return f"👀 {texts_rules.title(run)} decides again, since {moment}: its candles can be used."


def skipped(found: Skipped) -> str:
    """Slots that passed while nobody could run them, in one line."""
    decisions = "1 decision" if found.slots == 1 else f"{found.slots:,} decisions"
    runs = "1 run" if found.runs == 1 else f"{found.runs} runs"
    first, last = texts_rules.moment(found.first), texts_rules.moment(found.last)
    when = f"at {first}" if found.slots == 1 or first == last else f"from {first} to {last}"
    return f"⏭ Skipped {decisions} of {runs} {when}: I was away. None is made up for."


SKIPPED = "Nobody was there to run it."
PASSED = "The run was not active."


def written_again(since: datetime, now: datetime) -> str:
    return (
        f"✅ I can write to my database again. From {since:%Y-%m-%d %H:%M} to {now:%H:%M} UTC no "
        "run decided and no exit was watched. Both go on now; what you typed meanwhile is "
        "answered, but for orders that have grown too old."
    )
