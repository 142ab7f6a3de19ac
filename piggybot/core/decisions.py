"""What a run does at one moment, and what holds it back: pure rules, gates in their order.

Alone because the clock decides by them and /whynot explains by them: there is no second list. A
gate is a value with its numbers; its words are in chat/texts_ticks.py. The last word on limits is
the proxy's.

May import: core, fills, wire.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from piggybot.core import exits
from piggybot.core.exits import Holding
from piggybot.core.orders import Unsettled
from piggybot.core.positions import Position
from piggybot.core.runs import Cause, Outcome, Run
from proxy import fills
from proxy.wire import OPEN_FOR, Limits, MarketOut, Mode, Side, Status

ONE = Decimal(1)


class Gate(StrEnum):
    """What may hold a run back, in the order in which it is asked."""

    STOPPED = "stopped"
    """A stop stands, or the account is halted."""
    OPEN = "open"
    """The run's last order is open at the venue, or filled in part so far."""
    UNSETTLED = "unsettled"
    """What became of the run's last order is not known yet."""
    DATA = "data"
    """Candles or price cannot be had, or are not whole."""
    LOSSES = "losses"
    DRAWDOWN = "drawdown"
    STRATEGY = "strategy"
    EXITED = "exited"
    """A holding ended at this very slot."""
    REDUCING = "reducing"
    LATCH = "latch"
    """Buys are suspended: the proxy or Telegram is out of reach."""
    COOLDOWN = "cooldown"
    SYMBOL = "symbol"
    AMOUNT = "amount"
    DAY = "day"
    """The day's trades are used."""
    TOO_SMALL = "too small"
    """The venue does not take so small a sell."""


class What(StrEnum):
    """What a decision came to."""

    HELD_BACK = "held back"
    NO_SIGNAL = "no signal"
    HOLDS_ALREADY = "holds already"
    HOLDS_NOTHING = "holds nothing"
    BUYS = "buys"
    SELLS = "sells"
    EXITS = "exits"


@dataclass(frozen=True, slots=True)
class Hold:
    """A gate that is closed: `have` against `bound`, until when, or why in words."""

    gate: Gate
    detail: str = ""
    until: datetime | None = None
    have: Decimal | None = None
    bound: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The account that a run acts for, as it was seen last."""

    mode: Mode
    epoch: int
    sandbox: bool = False
    stopped: bool = False
    latch: str = ""
    unsettled: Unsettled | None = None
    """An order of this run that is not over."""
    limits: Limits | None = None
    trades_today: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """One run at one slot, and what the market is there."""

    run: Run
    position: Position
    standing: Standing
    slot: datetime
    price: Decimal
    rules: MarketOut


@dataclass(frozen=True, slots=True)
class Act:
    """An order to be made. Exactly one of `amount_usd` and `units` is given."""

    side: Side
    cause: Cause
    amount_usd: Decimal | None = None
    units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a slot comes to."""

    outcome: Outcome
    what: What
    hold: Hold | None = None
    act: Act | None = None


def barred(standing: Standing) -> Hold | None:
    """What holds back everything, sells too."""
    if standing.stopped or standing.mode is Mode.HALTED:
        return Hold(Gate.STOPPED)
    return None if standing.unsettled is None else waits_for(standing.unsettled)


def waits_for(order: Unsettled) -> Hold:
    """A run acts again when its last order is over."""
    if order.status is not Status.OPEN:
        return Hold(Gate.UNSETTLED, order.client_id)
    cancelled = order.placed + OPEN_FOR
    return Hold(Gate.OPEN, order.client_id, until=cancelled, have=order.executed)


def held_back(hold: Hold) -> Decision:
    return Decision(Outcome.DENIED, What.HELD_BACK, hold)


def holding(run: Run, position: Position, rules: MarketOut) -> Holding | None:
    """The open position as the exit rules need it; None: there is none."""
    if position.opened is None or position.peak is None:
        return None
    return Holding(
        position.bought,
        position.paid,
        position.peak,
        position.opened,
        rules.tick,
        run.timeframe,
    )


def way_out(
    run: Run, position: Position, price: Decimal, rules: MarketOut, now: datetime
) -> Decision | None:
    """The exit that this price demands now; None: stay, or nothing that the venue would take."""
    held = holding(run, position, rules)
    if held is None:
        return None
    risen = replace(held, peak=max(held.peak, price))
    cause = exits.due(run.exits, risen, price, now)
    sold = None if cause is None else sale(position, price, rules, cause)
    return Decision(Outcome.RUN, What.EXITS, act=sold) if isinstance(sold, Act) else None


def sale(position: Position, price: Decimal, rules: MarketOut, cause: Cause) -> Act | Hold:
    """All whole steps of it, or what holds that back: the venue takes no order so small."""
    units = fills.sellable(position.units, price, rules)
    if units:
        return Act(Side.SELL, cause, units=units)
    return Hold(Gate.TOO_SMALL, have=position.units * price, bound=fills.smallest(price, rules))


def too_small(position: Position, price: Decimal, rules: MarketOut) -> Hold | None:
    """What holds back every sell of a holding at this price; None: nothing does, or it is flat."""
    sold = sale(position, price, rules, Cause.HAND)
    return sold if position.entries and isinstance(sold, Hold) else None


def earned(position: Position, price: Decimal) -> Decimal:
    """Realised, and unrealised at this price."""
    return position.realised + position.units * price - position.cost


def guard(moment: Moment, stake: Decimal) -> Hold | None:
    """What halts a run for good: losses in a row, or too far below the best that it ever was."""
    guards, position = moment.run.guards, moment.position
    if guards.losses and position.losses >= guards.losses:
        return Hold(Gate.LOSSES, have=Decimal(position.losses), bound=Decimal(guards.losses))
    now = earned(position, moment.price)
    best = stake + (now if position.best is None else max(position.best, now))
    if guards.drawdown and stake + now <= best * (ONE - guards.drawdown):
        return Hold(Gate.DRAWDOWN, have=stake + now, bound=best)
    return None


def stake_of(run: Run, position: Position, *, adds: bool) -> Decimal:
    """What the run works with: an entry's amount, or the most that was in at once."""
    return max(run.amount_usd, position.most) if adds else run.amount_usd


def decide(moment: Moment, signal: int, *, adds: bool) -> Decision:
    """What a run does on this signal, after `barred`, `way_out` and `guard` let it pass."""
    flat = not moment.position.entries
    if signal < 0:
        return Decision(Outcome.RUN, What.HOLDS_NOTHING) if flat else _leave(moment)
    if not signal:
        return Decision(Outcome.RUN, What.NO_SIGNAL)
    if not flat and not adds:
        return Decision(Outcome.RUN, What.HOLDS_ALREADY)
    hold = next(entry_holds(moment), None)
    if hold is not None:
        return held_back(hold)
    amount = moment.run.amount_usd
    return Decision(Outcome.RUN, What.BUYS, act=Act(Side.BUY, Cause.SIGNAL, amount_usd=amount))


def entry_holds(moment: Moment) -> Iterator[Hold]:
    """Everything that holds back a buy at this slot, in order."""
    run, position, standing = moment.run, moment.position, moment.standing
    if position.closed is not None and position.closed >= moment.slot:
        yield Hold(Gate.EXITED, until=moment.slot + run.timeframe.step)
    if standing.mode is Mode.REDUCING:
        yield Hold(Gate.REDUCING)
    if standing.latch:
        yield Hold(Gate.LATCH, standing.latch)
    if position.lost is not None:
        until = position.lost + run.guards.cooldown * run.timeframe.step
        if moment.slot < until:
            yield Hold(Gate.COOLDOWN, until=until)
    yield from limit_holds(run, standing)


def limit_holds(run: Run, standing: Standing) -> Iterator[Hold]:
    """The limits that are known here: where one is surely reached, the proxy is not asked."""
    limits = standing.limits
    if limits is None:
        return
    if run.symbol not in limits.symbols:
        yield Hold(Gate.SYMBOL, ", ".join(limits.symbols))
    if run.amount_usd > limits.maxTradeUsd:
        yield Hold(Gate.AMOUNT, have=run.amount_usd, bound=limits.maxTradeUsd)
    if standing.trades_today >= limits.maxTradesPerDay:
        most = Decimal(limits.maxTradesPerDay)
        yield Hold(Gate.DAY, have=Decimal(standing.trades_today), bound=most)


def _leave(moment: Moment) -> Decision:
    sold = sale(moment.position, moment.price, moment.rules, Cause.SIGNAL)
    if isinstance(sold, Hold):
        return held_back(sold)
    return Decision(Outcome.RUN, What.SELLS, act=sold)
