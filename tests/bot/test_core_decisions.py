"""What a run does at a slot, and what holds it back: every gate, in its order.

May import: core, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from piggybot.core.decisions import (
    Act,
    Decision,
    Gate,
    Hold,
    Moment,
    Standing,
    What,
    barred,
    decide,
    earned,
    entry_holds,
    guard,
    holding,
    stake_of,
    too_small,
    way_out,
)
from piggybot.core.exits import stop_level, target_level, trail_level
from piggybot.core.orders import Unsettled
from piggybot.core.positions import Book, Key, Position
from piggybot.core.runs import Cause, Exits, Guards, Outcome, Run
from proxy.wire import Limits, MarketOut, Mode, Side, Status
from tests.bot.values import NOW, SECOND, run

HOUR = timedelta(hours=1)
SLOT = NOW + HOUR
UNSETTLED = Unsettled("pg-1", Status.UNKNOWN, Decimal(0), NOW)
KEY = Key("user-anna", Book.PAPER, "binanceus", "BTC/USDT", "run-1")
RULES = MarketOut(
    exchange="binanceus",
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    minNotional=Decimal(5),
    minQty=Decimal("0.01"),
    step=Decimal("0.01"),
    tick=Decimal("0.1"),
)
LIMITS = Limits(
    minTradeUsd=Decimal(2),
    maxTradeUsd=Decimal(50),
    maxTradeShare=Decimal("0.01"),
    maxTradesPerDay=20,
    maxDailyLossShare=Decimal("0.05"),
    symbols=["BTC/USDT"],
)
PAPER = Standing(Mode.PAPER, 1)
FLAT = Position(KEY)
HELD = Position(
    KEY,
    units=Decimal("1.005"),
    cost=Decimal(101),
    entries=1,
    bought=Decimal(1),
    paid=Decimal(100),
    opened=NOW,
    peak=Decimal(120),
)


def moment(position: Position = FLAT, standing: Standing = PAPER, **other: object) -> Moment:
    plain = Moment(run(exits=Exits()), position, standing, SLOT, Decimal(100), RULES)
    return replace(plain, **other)  # type: ignore[arg-type]


def gates(position: Position = FLAT, standing: Standing = PAPER) -> list[Gate]:
    return [one.gate for one in entry_holds(moment(position, standing))]


@pytest.mark.parametrize(
    ("position", "signal", "adds", "what"),
    [
        (FLAT, 0, False, What.NO_SIGNAL),
        (FLAT, -1, False, What.HOLDS_NOTHING),
        (FLAT, 1, False, What.BUYS),
        (HELD, 0, False, What.NO_SIGNAL),
        (HELD, 1, False, What.HOLDS_ALREADY),
        (HELD, 1, True, What.BUYS),
        (HELD, -1, True, What.SELLS),
    ],
)
def test_a_signal_enters_adds_leaves_or_is_nothing(
    position: Position, signal: int, adds: bool, what: What
) -> None:
    decision = decide(moment(position), signal, adds=adds)
    assert (decision.outcome, decision.what, decision.hold) == (Outcome.RUN, what, None)
    assert (decision.act is not None) == (what in {What.BUYS, What.SELLS})


def test_a_buy_spends_the_amount_and_a_sell_all_whole_steps() -> None:
    buys = decide(moment(), 1, adds=False).act
    assert buys == Act(Side.BUY, Cause.SIGNAL, amount_usd=Decimal("10.00"))
    sells = decide(moment(HELD), -1, adds=False).act
    assert sells == Act(Side.SELL, Cause.SIGNAL, units=Decimal(1))


def test_flat_is_told_by_the_holding_and_not_by_the_dust() -> None:
    dust = replace(FLAT, units=Decimal("0.005"), cost=Decimal("0.5"))
    assert decide(moment(dust), -1, adds=False).what is What.HOLDS_NOTHING
    assert decide(moment(dust), 1, adds=False).what is What.BUYS


@pytest.mark.parametrize(
    ("units", "price", "bound"),
    [
        ("0.04", "100", "5"),  # its worth
        ("0.019", "900", "18"),  # its size
        ("0.009", "9999", "199.98"),  # not one step
    ],
)
def test_too_small_a_holding_is_held_back_and_says_so(units: str, price: str, bound: str) -> None:
    small, now = replace(HELD, units=Decimal(units)), Decimal(price)
    rules = RULES.model_copy(update={"minQty": Decimal("0.02")})
    decision = decide(moment(small, price=now, rules=rules), -1, adds=False)
    hold = Hold(Gate.TOO_SMALL, have=small.units * now, bound=Decimal(bound))
    assert decision == Decision(Outcome.DENIED, What.HELD_BACK, hold)
    assert too_small(small, now, rules) == hold
    assert too_small(replace(small, entries=0), now, rules) is None, "dust holds nothing back"
    assert too_small(HELD, now, rules) is None


@pytest.mark.parametrize(
    ("standing", "gate"),
    [
        (PAPER, None),
        (replace(PAPER, stopped=True), Gate.STOPPED),
        (replace(PAPER, mode=Mode.HALTED), Gate.STOPPED),
        (replace(PAPER, unsettled=UNSETTLED), Gate.UNSETTLED),
        (replace(PAPER, unsettled=replace(UNSETTLED, status=Status.OPEN)), Gate.OPEN),
        (replace(PAPER, mode=Mode.REDUCING), None),
        (replace(PAPER, latch="away"), None),
    ],
)
def test_a_stop_or_an_open_question_holds_back_everything(
    standing: Standing, gate: Gate | None
) -> None:
    held = barred(standing)
    assert (None if held is None else held.gate) is gate


def test_every_gate_of_a_buy_is_named_in_order() -> None:
    lost = replace(FLAT, closed=SLOT, lost=SLOT - HOUR)
    limits = LIMITS.model_copy(update={"symbols": ["ETH/USDT"], "maxTradeUsd": Decimal(9)})
    worst = Standing(Mode.REDUCING, 1, latch="away", limits=limits, trades_today=20)
    assert gates(lost, worst) == [
        Gate.EXITED,
        Gate.REDUCING,
        Gate.LATCH,
        Gate.COOLDOWN,
        Gate.SYMBOL,
        Gate.AMOUNT,
        Gate.DAY,
    ]
    assert decide(moment(lost, worst), 1, adds=True).hold == Hold(Gate.EXITED, until=SLOT + HOUR)
    assert decide(moment(HELD, worst), -1, adds=True).what is What.SELLS, "sells are not bounded"
    assert gates(FLAT, replace(PAPER, limits=LIMITS, trades_today=19)) == []


@pytest.mark.parametrize(
    ("ago", "held"),
    [(0 * HOUR, True), (HOUR, True), (2 * HOUR - SECOND, True), (2 * HOUR, False)],
)
def test_a_cool_down_counts_candles_from_the_loss(ago: timedelta, held: bool) -> None:
    lost = replace(FLAT, closed=SLOT - ago - HOUR, lost=SLOT - ago)
    assert (Gate.COOLDOWN in gates(lost)) is held


def test_a_sell_between_slots_lets_the_next_slot_buy() -> None:
    assert gates(replace(FLAT, closed=SLOT - timedelta(seconds=1))) == []
    assert gates(replace(FLAT, closed=SLOT)) == [Gate.EXITED]


@pytest.mark.parametrize(
    ("exits", "price", "hours", "cause"),
    [
        (Exits(stop_loss=Decimal("0.1")), "90", 1, Cause.STOP_LOSS),
        (Exits(stop_loss=Decimal("0.1")), "90.1", 1, None),
        (Exits(trailing_stop=Decimal("0.1")), "108", 1, Cause.TRAILING_STOP),
        (Exits(trailing_stop=Decimal("0.1")), "108.1", 1, None),
        (Exits(take_profit=Decimal("0.1")), "110", 1, Cause.TAKE_PROFIT),
        (Exits(take_profit=Decimal("0.1")), "109.9", 1, None),
        (Exits(time_limit=3), "100", 3, Cause.TIME_LIMIT),
        (Exits(time_limit=3), "100", 2, None),
        (Exits(), "1000", 99, None),
    ],
)
def test_an_exit_is_due_at_its_level(
    exits: Exits, price: str, hours: int, cause: Cause | None
) -> None:
    mine = run(exits=exits)
    out = way_out(mine, HELD, Decimal(price), RULES, NOW + hours * HOUR)
    assert (None if out is None or out.act is None else out.act.cause) is cause
    assert way_out(mine, FLAT, Decimal(price), RULES, NOW + hours * HOUR) is None


def test_where_the_market_has_no_price_steps_an_exit_is_due_at_the_exact_level() -> None:
    rules = RULES.model_copy(update={"tick": Decimal(0)})
    mine, thirds = run(exits=Exits(stop_loss=Decimal("0.1"))), replace(HELD, bought=Decimal(3))
    held = holding(mine, thirds, rules)
    assert held is not None
    level = stop_level(held, Decimal("0.1"))
    assert level == 30 == trail_level(replace(held, peak=Decimal(40)), Decimal("0.25"))
    assert target_level(replace(held, paid=Decimal(10)), Decimal("0.1")) * 3 >= 11
    assert stop_level(replace(held, paid=Decimal(10)), Decimal("0.1")) * 3 <= 9
    assert way_out(mine, thirds, level, rules, NOW) is not None
    assert way_out(mine, thirds, level + Decimal("1e-20"), rules, NOW) is None


def test_an_exit_that_the_venue_would_not_take_is_not_tried() -> None:
    mine, small = run(exits=Exits(stop_loss=Decimal("0.1"))), replace(HELD, units=Decimal("0.04"))
    assert way_out(mine, small, Decimal(50), RULES, SLOT) is None


def guarded(**given: object) -> Run:
    return run(guards=Guards(**given))  # type: ignore[arg-type]


def test_losses_in_a_row_halt_at_their_number() -> None:
    mine = guarded(losses=3)
    two, three = replace(FLAT, losses=2), replace(FLAT, losses=3)
    assert guard(moment(two, run=mine), Decimal(10)) is None
    halts = guard(moment(three, run=mine), Decimal(10))
    assert halts == Hold(Gate.LOSSES, have=Decimal(3), bound=Decimal(3))
    assert guard(moment(three, run=guarded(losses=0)), Decimal(10)) is None, "0 is off"


def test_a_drawdown_is_from_the_best_that_was_seen_at_a_slot() -> None:
    mine = guarded(drawdown=Decimal("0.2"))
    lost = replace(FLAT, realised=Decimal(-1), best=Decimal(1))
    assert guard(moment(lost, run=mine), Decimal(10)) is None, "9 of 11 is 18%"
    worse = replace(lost, realised=Decimal("-1.2"))
    halts = guard(moment(worse, run=mine), Decimal(10))
    assert halts == Hold(Gate.DRAWDOWN, have=Decimal("8.8"), bound=Decimal(11))
    assert guard(moment(replace(worse, best=None), run=mine), Decimal(10)) is None, "seen anew"
    assert guard(moment(worse, run=guarded(drawdown=Decimal(0))), Decimal(10)) is None, "0 is off"


def test_what_is_held_counts_at_the_price_of_the_slot() -> None:
    held = replace(HELD, units=Decimal(1), cost=Decimal(100), realised=Decimal(5))
    assert earned(held, Decimal(70)) == -25
    mine = guarded(drawdown=Decimal("0.2"))
    assert guard(moment(held, run=mine, price=Decimal(70)), Decimal(100)) is not None
    assert guard(moment(held, run=mine, price=Decimal(90)), Decimal(100)) is None


def test_who_adds_stakes_the_most_that_was_in_at_once() -> None:
    deep = replace(HELD, most=Decimal(80))
    assert stake_of(run(), deep, adds=True) == 80
    assert stake_of(run(), deep, adds=False) == 10
    assert stake_of(run(), FLAT, adds=True) == 10
