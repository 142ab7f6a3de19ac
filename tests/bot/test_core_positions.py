"""Positions from fills: however an order is cut, the money is the same.

May import: core, fills, wire.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from piggybot.core.positions import (
    BY_HAND,
    Book,
    Key,
    Position,
    apply_fill,
    closed,
    handed_over,
    opened,
    shares,
)
from proxy.fills import cash_of
from proxy.wire import Fill, Side

KEY = Key("user-anna", Book.PAPER, "binanceus", "BTC/USDT", BY_HAND)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEARLY = Decimal("1e-15")
QTY = st.decimals("0.00001", "3", places=5)
PRICE = st.decimals("0.01", "90000", places=2)
FEE = st.decimals("0", "0.001", places=8)


def fill(qty: Decimal, price: Decimal, fee: Decimal = Decimal(0), asset: str = "BTC") -> Fill:
    return Fill(tradeId="t", price=price, qty=qty, fee=fee, feeAsset=asset, at=0)


def after(position: Position, side: Side, *fills: Fill) -> Position:
    for one in fills:
        position = apply_fill(position, side, one, "BTC", "USDT").position
    return position


@given(st.lists(st.tuples(QTY, FEE), min_size=1, max_size=6), PRICE)
def test_a_buy_in_any_number_of_fills_is_the_same_position(
    parts: list[tuple[Decimal, Decimal]], price: Decimal
) -> None:
    cut = [fill(qty, price, min(fee, qty)) for qty, fee in parts]
    whole = fill(
        sum((one.qty for one in cut), Decimal(0)), price, sum((one.fee for one in cut), Decimal(0))
    )
    assert after(Position(KEY), Side.BUY, *cut) == after(Position(KEY), Side.BUY, whole)


@given(st.lists(QTY, min_size=1, max_size=6), PRICE, PRICE)
def test_a_sell_in_any_number_of_fills_is_the_same_position(
    parts: list[Decimal], bought_at: Decimal, sold_at: Decimal
) -> None:
    total = sum(parts, Decimal(0))
    held = after(Position(KEY), Side.BUY, fill(total + Decimal("0.00001"), bought_at))
    in_parts = after(held, Side.SELL, *(fill(one, sold_at, asset="USDT") for one in parts))
    at_once = after(held, Side.SELL, fill(total, sold_at, asset="USDT"))
    assert in_parts.units == at_once.units == Decimal("0.00001")
    assert abs(in_parts.cost - at_once.cost) < NEARLY
    assert abs(in_parts.realised - at_once.realised) < NEARLY


@given(st.lists(st.tuples(st.booleans(), QTY, PRICE, FEE), max_size=20))
def test_units_are_the_sum_of_what_moved_and_money_is_never_made(
    moves: list[tuple[bool, Decimal, Decimal, Decimal]],
) -> None:
    """Realised plus what is still in it is all that was paid and got; nothing goes below none."""
    position, units, quote = Position(KEY), Decimal(0), Decimal(0)
    for buys, asked, price, fee in moves:
        side = Side.BUY if buys else Side.SELL
        qty = asked if buys else min(asked, position.units)
        if not qty:
            continue
        one = fill(qty, price, min(fee, qty), "BTC" if buys else "USDT")
        cash = cash_of(side, one, "BTC", "USDT")
        units, quote = units + cash.units, quote + cash.quote
        position = after(position, side, one)
        assert position.units == units >= 0
        assert position.cost >= 0
        assert abs(position.realised - position.cost - quote) < Decimal("1e-12")


@given(QTY, FEE, st.lists(st.one_of(st.just(Decimal(0)), QTY), min_size=1, max_size=5))
def test_a_sell_is_shared_out_to_the_last_digit(
    qty: Decimal, fee: Decimal, rooms: list[Decimal]
) -> None:
    parts = shares(fill(qty, Decimal(100), fee, "USDT"), rooms)
    there = [one for one in parts if one is not None]
    assert sum(one.qty for one in there) == qty
    assert sum(one.fee for one in there) == fee
    assert len(parts) == len(rooms)
    for part, room in zip(parts[1:], rooms[1:], strict=True):
        assert part is None or part.qty <= room
    rest = qty - sum(rooms)
    assert rest <= 0 or (parts[0] is not None and parts[0].qty == rooms[0] + rest)


def test_a_holding_begins_with_its_first_buy_and_ends_won_or_lost() -> None:
    bought = after(Position(KEY), Side.BUY, fill(Decimal(1), Decimal(100)))
    held = opened(bought, NOON, Decimal(100))
    assert (held.entries, held.opened, held.peak) == (1, NOON, Decimal(100))
    again = opened(held, NOON + timedelta(hours=1), Decimal(90))
    assert (again.entries, again.opened, again.peak) == (2, NOON, Decimal(100))

    lost = closed(after(held, Side.SELL, fill(Decimal(1), Decimal(99), asset="USDT")), NOON)
    assert (lost.trades, lost.wins, lost.losses, lost.lost, lost.entries) == (1, 0, 1, NOON, 0)
    assert (lost.best, lost.realised, lost.opened, lost.peak) == (0, Decimal(-1), None, None)
    bought = opened(after(lost, Side.BUY, fill(Decimal(1), Decimal(100))), NOON, Decimal(100))
    won = closed(after(bought, Side.SELL, fill(Decimal(1), Decimal(105), asset="USDT")), NOON)
    assert (won.trades, won.wins, won.losses, won.best) == (2, 1, 0, Decimal(4))


def test_what_is_handed_over_is_all_that_is_held_and_nothing_that_was_earned() -> None:
    run = replace(KEY, run_id="run-1")
    early = opened(after(Position(KEY), Side.BUY, fill(Decimal(1), Decimal(10))), NOON, Decimal(10))
    late = NOON + timedelta(hours=1)
    mine = after(Position(run, realised=Decimal(7)), Side.BUY, fill(Decimal(2), Decimal(20)))
    given_up, taken = handed_over(opened(mine, late, Decimal(20)), early)
    assert (given_up.units, given_up.cost, given_up.entries, given_up.opened) == (0, 0, 0, None)
    assert (given_up.realised, taken.realised) == (7, 0)
    assert (taken.key, taken.units, taken.cost, taken.entries) == (KEY, 3, 50, 2)
    assert (taken.opened, taken.peak, taken.bought, taken.paid) == (NOON, Decimal(20), 3, 50)
