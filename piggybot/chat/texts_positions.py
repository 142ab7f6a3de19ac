"""The words of positions: one card each, its buttons, and what became of it in the end.

Alone because a card is rewritten every few seconds: it must read the same but for its numbers.

May import: core, wire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal

from piggybot.chat.texts import STATUSES, amount_text, e, mark, open_so_far, price_text
from piggybot.chat.texts_profit import gain
from piggybot.chat.texts_rules import CAUSES, STATES, change, moment, share, title
from piggybot.core.money import plain, units, usd
from piggybot.core.orders import Order
from piggybot.core.positions import Book, Position
from piggybot.core.profit import Prices
from piggybot.core.runs import Cause, Run
from proxy.wire import Mode, Status

NOTHING = "Nothing is open. /testbuy 2 opens a first position; /pnl shows what was earned."
WITH_NEXT = "It goes with the next sell of its coin."
GOES = "It goes with a later sell, or once it is worth that."
CENT = Decimal("0.01")
AGAIN = "🔄 Refresh"
SELL_REAL = "Sell a part, real money, at this price or not at all:"
REPLACED = "A newer card is below."
SMALLER = (
    "The position is smaller than the card showed, so nothing was sold.",
    "/positions shows it as it is now.",
)
WAITS = (
    "Another order of this position is not settled yet, so nothing was sold.",
    "I tell you as soon as it is. /status shows it.",
)


def waiting(order: Order) -> str:
    """An order that is not over: it may come to something."""
    if order.status is Status.OPEN:
        return f"⏳ {open_so_far(order)} /status shows it."
    intent = order.intent
    asked = f"{intent.side.value.lower()} {amount_text(intent)}"
    where = e(intent.exchange)
    return f"⏳ Not over: {asked} at {where}, {STATUSES[order.status]}. /status shows it."


@dataclass(frozen=True, slots=True)
class Shown:
    """A position, and what is known of it now; without a price it is said so."""

    position: Position
    run: Run | None
    mode: Mode
    sandbox: bool
    price: Decimal | None
    average: Decimal
    levels: Mapping[Cause, Decimal]
    elsewhere: str
    """The exchange that it is held at, where that is not the person's own."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Why nothing can be sold from the card now."""

    resting: bool
    stopped: bool
    waits: bool
    least: Decimal | None
    """The exchange's smallest order, where the position is less than that now."""

    @property
    def any(self) -> bool:
        return self.resting or self.stopped or self.waits


def card(shown: Shown, notes: Notes, *, offered: bool) -> str:
    position = shown.position
    base = position.key.symbol.partition("/")[0]
    lines = [
        _head(position, shown.run, shown.mode, shown.sandbox),
        f"{plain(position.units)} {e(base)}{_at(shown)}, average cost {price_text(shown.average)}",
        *_worth(shown),
        f"Realised so far {gain(position.realised)}",
        *_exits(shown),
        *_notes(notes, shown.mode, offered),
    ]
    return "\n".join(lines)


def closed(position: Position, run: Run | None, mode: Mode, sandbox: bool) -> str:
    return (
        f"{_head(position, run, mode, sandbox)}\n⚪ Closed. Realised so far "
        f"{gain(position.realised)}, {position.wins} of {position.trades} won."
    )


def left_over(position: Position, price: Decimal) -> str:
    """Under a closed card: no more is sold of it by itself."""
    item = _item(position.key.symbol, position.units, price)
    return f"🧹 {item} is left over, too little to sell. {WITH_NEXT}"


def dust(book: Book, sandbox: bool, left: Sequence[Position], prices: Prices) -> str:
    """What is left over, by market: no card shows it."""
    sums: dict[tuple[str, str], Decimal] = {}
    for one in left:
        market = (one.key.exchange, one.key.symbol)
        sums[market] = sums.get(market, Decimal(0)) + one.units
    items = [_item(symbol, held, prices.get((at, symbol))) for (at, symbol), held in sums.items()]
    marked = mark(Mode(book.value), sandbox=sandbox)
    return f"🧹 {marked} Left over, as it was too little to sell: {', '.join(items)}. {WITH_NEXT}"


def _item(symbol: str, held: Decimal, price: Decimal | None) -> str:
    about = "" if price is None else f" (about {usd(held * price)})"
    return f"{units(held)} {e(symbol.partition('/')[0])}{about}"


def _head(position: Position, run: Run | None, mode: Mode, sandbox: bool) -> str:
    marked = mark(mode, sandbox=sandbox)
    if run is None:
        return f"{marked} <b>{e(position.key.symbol)}</b>, by hand"
    return f"{marked} <b>{e(position.key.symbol)}</b>\n{title(run)} {STATES[run.state]}"


def _at(shown: Shown) -> str:
    return f" at {e(shown.elsewhere)}" if shown.elsewhere else ""


def _worth(shown: Shown) -> list[str]:
    price, position = shown.price, shown.position
    if price is None:
        return ["⚠️ There is no price now, so its worth is not known."]
    worth = position.units * price
    open_gain = worth - position.cost
    share_of = f" ({change(open_gain / position.cost)})" if position.cost else ""
    return [f"Worth {usd(worth)} at {price_text(price)}: {gain(open_gain)}{share_of}"]


def _exits(shown: Shown) -> list[str]:
    """The prices at which it would be left, and the time."""
    run, opened = shown.run, shown.position.opened
    if run is None:
        return []
    parts = [f"{CAUSES[cause]} {price_text(at)}" for cause, at in shown.levels.items()]
    if run.exits.time_limit is not None and opened is not None:
        parts.append(f"at the latest {moment(opened + run.exits.time_limit * run.timeframe.step)}")
    return [f"Exits: {', '.join(parts)}"] if parts else []


def _notes(notes: Notes, mode: Mode, offered: bool) -> list[str]:
    if notes.stopped:
        return ["🛑 A stop is in force, so nothing can be sold. /resume ends it."]
    if notes.resting:
        return ["💤 It rests: the account trades in another mode now."]
    if notes.waits:
        return ["⏳ An order for it is on its way, or its end is not known yet."]
    if notes.least is not None:
        least = usd(notes.least.quantize(CENT, ROUND_UP))
        return [f"Too little to be sold now: the exchange takes no sell below {least}. {GOES}"]
    if not offered:
        return []
    return ["Sell a part at this price:" if mode is Mode.PAPER else SELL_REAL]


def sell_label(part: Decimal, worth: Decimal, mode: Mode) -> str:
    return f"{mark(mode).partition(' ')[0]} {share(part)} {usd(worth)}"


def as_of(now: datetime) -> str:
    return f"<i>{now:%H:%M:%S} UTC</i>"


def more(count: int) -> str:
    return f"And {count} more open {'position' if count == 1 else 'positions'}: /runs, /pnl."
