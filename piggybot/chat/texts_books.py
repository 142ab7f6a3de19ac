"""The words of matching books: the green tick, a difference with its numbers, and the choice.

Alone because whoever reads them must decide about money with them: both sides are always named.

May import: core, errors, wire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from piggybot.chat.sheets import sheet
from piggybot.chat.texts import e, mark, price_text, verb
from piggybot.chat.texts_rules import moment
from piggybot.core.matching import Difference, Halted, Mismatch, Seen, net
from piggybot.core.money import plain
from piggybot.core.positions import Book
from piggybot.core.runs import Run, RunState
from piggybot.errors import PiggyError
from proxy.wire import Mode

ADOPT, IGNORE, LOOK = "Adopt", "Ignore", "Look"
MOST = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = ("orderId", "clientOrderId", "tradeId", "at", "side", "price", "qty", "fee", "feeAsset")


@dataclass(frozen=True, slots=True)
class Alike:
    """A book that is the same on both sides."""

    book: Book
    sandbox: bool
    title: str
    fills: int
    markets: int


def alike(found: Sequence[Alike]) -> str:
    """The green tick, quietly, once a day."""
    lines = [
        f"{_mark(one.book, one.sandbox)} {_count(one.fills, 'trade')} on "
        f"{_count(one.markets, 'market')}, as {e(one.title)} has them"
        for one in found
        if one.fills
    ]
    return "✅ Books match, to the last unit.\n" + "\n".join(lines)


def different(found: Mismatch, runs: Sequence[Run]) -> str:
    """What differs, by how much, and what that has stopped."""
    shown = [f"• {_line(one, found)}" for one in found.differences[:MOST]]
    more = len(found.differences) - MOST
    if more > 0:
        shown.append(f"… and {more} more: Look shows all")
    return "\n".join(
        [
            f"{_head(found)}: my books and {e(found.title)}'s differ.",
            *shown,
            f"All in all {_balance(found)}.",
            f"{_stopped(runs)}Adopt: {e(found.title)}'s list is right, mine follows. Ignore: both "
            "stay as they are.",
        ]
    )


def why_halted(found: Mismatch) -> str:
    """Why a run stands still."""
    return f"my books and {found.title}'s differ on {found.symbol}"


def adopted(found: Mismatch) -> str:
    count = _count(len(found.differences), "difference")
    return (
        f"{_head(found)}: adopted. My books now say what {e(found.title)}'s list says "
        f"({count}).{_back(found)}"
    )


def not_adopted(found: Mismatch, why: PiggyError) -> str:
    """The proxy could not take it over, or the venue contradicts its own list."""
    hint = f" {e(why.hint)}" if why.hint else ""
    halted = "" if not found.halted else "\n🛑 What was halted still is, exits too."
    return f"{_head(found)}: ❌ not adopted. {e(why.message)}{hint}{halted}\nChoose again:"


def ignored(found: Mismatch) -> str:
    count = _count(len(found.differences), "difference")
    return f"{_head(found)}: left as it is; I do not tell this again ({count}).{_back(found)}"


def gone(found: Mismatch) -> str:
    return f"{_head(found)}: ✅ the books match again.{_back(found)}"


def unmatched(book: Book, exchange: str, error: PiggyError) -> str:
    """The comparison has not been possible for a while."""
    hint = f"\n{e(error.hint)}" if error.hint else ""
    return (
        f"{_mark(book, sandbox=False)} ⚠️ I cannot compare my books with {e(exchange)}'s: "
        f"{e(error.message)}{hint}\nI try again by myself."
    )


def look(found: Mismatch) -> str:
    """Above both lists, which come as a file."""
    ours = sum(one.ours is not None for one in found.differences)
    theirs = sum(one.theirs is not None for one in found.differences)
    return (
        f"{_head(found)}: {_count(ours, 'trade')} here and {_count(theirs, 'trade')} at "
        f"{e(found.title)} that the other side does not have alike. Both lists are in the file."
    )


def lists(found: Mismatch) -> bytes:
    """Both lists as CSV, one line a trade and side."""
    rows: list[Sequence[str]] = []
    for one in found.differences:
        for where, seen in (("here", one.ours), (found.title, one.theirs)):
            if seen is not None:
                rows.append((where, *_cells(one, seen)))
        if one.ours is None and one.theirs is None:
            rows.append((found.title, one.order_id, one.client_id, "", "open"))
    return sheet(("where", *COLUMNS), rows)


def _cells(one: Difference, seen: Seen) -> tuple[str, ...]:
    fill = seen.fill
    numbers = (plain(fill.price), plain(fill.qty), plain(fill.fee))
    at = _at(fill.at)
    names = (one.order_id, one.client_id, fill.tradeId, at)
    return (*names, seen.side.value, *numbers, fill.feeAsset)


def _line(one: Difference, found: Mismatch) -> str:
    title = e(found.title)
    if one.theirs is None and one.ours is None:
        return f"An order that I never made is open there: {e(one.client_id)}"
    if one.theirs is None:
        assert one.ours is not None
        return f"Not at {title}: {_seen(one.ours, one)}"
    if one.ours is None:
        whose = "" if one.known else ". Its id has my form, but I never made it"
        return f"Not here: {_seen(one.theirs, one)}{whose}"
    return f"Here {_seen(one.ours, one)}, but at {title} {_seen(one.theirs, one)}"


def _seen(seen: Seen, one: Difference) -> str:
    fill, base = seen.fill, one.symbol.partition("/")[0]
    return (
        f"{verb(seen.side).lower()} {plain(fill.qty)} {e(base)} at {price_text(fill.price)}, fee "
        f"{plain(fill.fee)} {e(fill.feeAsset)}, {_at(fill.at)}"
    )


def _balance(found: Mismatch) -> str:
    base = e(found.symbol.partition("/")[0])
    units = net(found.differences)
    if not units:
        return f"the units of {base} are the same"
    more = "more" if units > 0 else "less"
    return f"{e(found.title)} comes to {plain(abs(units))} {base} {more} than I"


def _stopped(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    names = ", ".join(f"#{run.number}" for run in runs)
    which = f"Run {names} is" if len(runs) == 1 else f"Runs {names} are"
    return f"🛑 {which} halted, exits too, until you choose.\n"


def _back(found: Mismatch) -> str:
    if not found.halted:
        return ""
    names = ", ".join(f"#{one.number}{_inactive(one)}" for one in found.halted)
    return f"\n▶️ {'Run' if len(found.halted) == 1 else 'Runs'} {names}: as before."


def _inactive(one: Halted) -> str:
    return "" if one.state is RunState.ACTIVE else f" ({one.state.lower()})"


def _at(ms: int) -> str:
    return moment(EPOCH + timedelta(milliseconds=ms))


def _head(found: Mismatch) -> str:
    return f"{_mark(found.book, found.sandbox)}\n⚖️ <b>{e(found.symbol)}</b>"


def _mark(book: Book, sandbox: bool) -> str:
    return mark(Mode(book.value), sandbox=sandbox)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
