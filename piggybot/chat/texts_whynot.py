"""The words of "why not?": every gate of a run, closed or open, and what would change it.

Alone because it is asked when nothing happens: it must name the one thing that matters first, and
say of the rest that it was looked at.

May import: chat, core, whynot, wire.
"""

from collections.abc import Iterator, Sequence

from piggybot.chat import texts_rules as rules
from piggybot.chat import texts_ticks as ticks
from piggybot.chat.texts import e, mark, price_text, problem_text
from piggybot.core import exits
from piggybot.core.decisions import Gate, Hold, holding, too_small
from piggybot.core.money import units, usd_exact
from piggybot.core.runs import Outcome, RunState
from piggybot.whynot import Findings

USAGE = "/whynot BTC/USDT, or /whynot #2"
CHANGES = {
    Gate.OPEN: (
        "Then it goes on with what was filled, its exits too. /stop cancels it now, and stops "
        "everything; /why shows it."
    ),
    Gate.UNSETTLED: "I keep asking; /why shows that order.",
    Gate.DATA: "It is asked again at the next candle's close.",
    Gate.LOSSES: "It halts itself at the next close; /runs resumes it, and it counts anew.",
    Gate.DRAWDOWN: "It halts itself at the next close; /runs resumes it, and it counts from there.",
    Gate.STRATEGY: "Look into the strategy, or end this run and begin one with another.",
    Gate.SYMBOL: "The operator's SYMBOLS can allow it.",
    Gate.AMOUNT: "/limits raises your limit, within the operator's; or begin a run with less.",
}
"""Where the gate's own words do not say it."""
LIMITS = frozenset({Gate.SYMBOL, Gate.AMOUNT, Gate.DAY})


def no_run(symbol: str) -> str:
    return (
        f"🤖 No run trades {e(symbol)}, so nothing would buy it by itself.\n→ "
        f"<code>/run sma_crossover {e(symbol)} 1h 10</code> begins one."
    )


def nothing_at_all() -> str:
    return "🤖 No run is at work, so nothing is bought by itself.\n→ /run begins one."


def answer(found: Findings) -> str:
    """The gate that holds it back, what would change that, then all the others."""
    closed = [*_closed(found)]
    head = f"🤖 <b>{rules.title(found.run)}</b>{_mark(found)}"
    if not closed:
        return "\n".join([head, "✅ Nothing holds it back.", _waits(found), *_open(found)])
    lines = [f"✋ {words}" + (f"\n→ {change}" if change else "") for words, change in closed]
    return "\n".join([head, *lines, *_open(found)])


def _mark(found: Findings) -> str:
    standing = found.standing
    return "" if standing is None else f" {mark(standing.mode, sandbox=standing.sandbox)}"


def _closed(found: Findings) -> Iterator[tuple[str, str]]:
    """Closed gates as words, and what would change each; the first is the one that matters."""
    run = found.run
    if run.state is RunState.PAUSED:
        yield "You paused it.", "/runs resumes it."
    if run.state is RunState.HALTED:
        change = "" if run.halt is None else ticks.HALTED_NEXT[run.halt]
        yield f"It halted itself: {e(run.why)}", change
    for hold in found.holds:
        yield e(ticks.hold(hold, run)), _change(hold, found)
    yield from _signal(found)
    told = {hold.gate for hold in found.holds} & LIMITS
    if found.denial is not None and not told:
        yield f"A buy would be denied now: {problem_text(found.denial)}", ""


def _change(hold: Hold, found: Findings) -> str:
    if hold.until is None or hold.gate in CHANGES:
        return CHANGES.get(hold.gate, "")
    return f"Over in {rules.span(hold.until - found.now)}."


def _signal(found: Findings) -> Iterator[tuple[str, str]]:
    """What the strategy says, where that is no buy."""
    opinion, position = found.opinion, found.position
    if opinion is None or position is None:
        return
    if position.entries and not found.adds:
        base = found.run.symbol.split("/", maxsplit=1)[0]
        yield (
            f"It holds already: {units(position.units)} {e(base)}, and does not add.",
            _ways_out(found),
        )
        return
    if opinion.signal <= 0:
        word = "No signal" if not opinion.signal else "The signal is to leave"
        yield f"{word}: {e(opinion.why)}", _waits(found)


def _waits(found: Findings) -> str:
    left = rules.span(found.next_slot - found.now)
    return f"It looks again at {found.next_slot:%H:%M} UTC, in {left}."


def _ways_out(found: Findings) -> str:
    """When it sells: its strategy, and the price levels of its exits as they are now."""
    run, position, market = found.run, found.position, found.rules
    held = None if position is None or market is None else holding(run, position, market)
    if held is None or position is None or market is None:
        return "It sells when its strategy says so."
    small = None if found.price is None else too_small(position, found.price, market)
    if small is not None:
        return e(ticks.hold(small, run))
    given, levels = run.exits, list[str]()
    if given.stop_loss is not None:
        levels.append(f"stop loss {price_text(exits.stop_level(held, given.stop_loss))}")
    if given.trailing_stop is not None:
        levels.append(f"trailing stop {price_text(exits.trail_level(held, given.trailing_stop))}")
    if given.take_profit is not None:
        levels.append(f"take profit {price_text(exits.target_level(held, given.take_profit))}")
    if given.time_limit is not None:
        over = held.opened + given.time_limit * run.timeframe.step
        levels.append(f"time limit {rules.moment(over)}")
    more = f"; or at {', '.join(levels)}" if levels else ""
    return f"It sells when its strategy says so{more}."


def _open(found: Findings) -> Sequence[str]:
    """Gates that are open, with their numbers."""
    said, standing = list[str](), found.standing
    closed = {hold.gate for hold in found.holds}
    if found.opinion is not None and found.opinion.signal > 0:
        said.append(f"✅ The last close said enter: {e(found.opinion.why)}{_what_came(found)}")
    if standing is not None and standing.limits is not None and Gate.DAY not in closed:
        most = standing.limits.maxTradesPerDay
        said.append(f"✅ {standing.trades_today} of {most} trades used today")
    asked = found.denial is None and found.position is not None and not closed & LIMITS
    if asked and standing is not None and not standing.stopped:
        said.append(f"✅ The limits let a buy of {usd_exact(found.run.amount_usd)} pass now")
    return said


def _what_came(found: Findings) -> str:
    """What became of that slot."""
    last = found.last
    if last is None or last.at + found.run.timeframe.step != found.next_slot:
        return ""
    if last.outcome is Outcome.RUN:
        return f"\n{e(last.reason)}"
    return f"\nIt was {last.outcome.value.lower()}: {e(last.reason)}"
