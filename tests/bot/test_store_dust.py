"""What is too little for the venue: it ends a holding, stays in the books, and goes with the next.

May import: core, fills, store, wire.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from piggybot.core.matching import Difference, Mismatch, Seen
from piggybot.core.positions import BY_HAND, Book, Key, Position
from piggybot.store import Store
from proxy.fills import sellable
from proxy.wire import Fill, Side
from tests.bot.values import ANNA, NOW, SIZES, done, intent, run, traded

HAND = Key("user-anna", Book.LIVE, "binanceus", "BTC/USDT", BY_HAND)
RUN = replace(HAND, run_id="run-1")


@pytest.fixture(autouse=True)
def a_run(store: Store) -> None:
    store.people.join(ANNA)
    store.runs.add(run())


def conclude(store: Store, name: str, side: Side, *fills: Fill, **other: Any) -> None:
    what = intent(name, side=side, **other)
    assert store.orders.add(what)
    assert store.orders.conclude(done(what, *fills), [])


def buy(store: Store, name: str, fill: Fill, **other: Any) -> None:
    conclude(store, name, Side.BUY, fill, **other)


def sell(store: Store, name: str, fill: Fill, **other: Any) -> None:
    conclude(store, name, Side.SELL, fill, **other)


@pytest.mark.parametrize(
    ("left", "open_still"),
    [
        ("0.06", True),  # worth 5.40, and 5 is the least
        ("0.055", False),  # worth 4.95
        ("0.00001", False),  # one step, worth next to nothing
        ("0.000009", False),
        ("0", False),
    ],
)
def test_a_rest_that_the_venue_takes_no_order_for_ends_the_runs_holding(
    store: Store, left: str, open_still: bool
) -> None:
    """Its units and their cost stay, to the last, and go with what is bought next."""
    rest, mine = Decimal(left), {"run_id": "run-1"}
    buy(store, "pg-1", traded("1", "100"), number=1, **mine)
    sell(store, "pg-2", traded(str(1 - rest), "90"), number=2, **mine)
    held = store.ledger.position(RUN)
    assert (held.units, held.cost) == (rest, Decimal("100.1") * rest)
    assert held.realised == Decimal("89.91") * (1 - rest) - Decimal("100.1") * (1 - rest)
    assert (bool(held.entries), held.trades) == (open_still, not open_still)
    assert (held.losses, held.closed) == ((0, None) if open_still else (1, NOW))

    buy(store, "pg-3", traded("1", "50"), number=3, **mine)
    again = store.ledger.position(RUN)
    assert (again.units, again.cost) == (1 + rest, Decimal("100.1") * rest + Decimal("50.05"))
    if not open_still:
        assert (again.entries, again.bought, again.paid) == (1, 1, 50), "exits follow the new buy"
    sell(store, "pg-4", traded(str(1 + rest), "60"), number=4, **mine)
    over = store.ledger.position(RUN)
    assert (over.units, over.cost, over.entries) == (0, 0, 0)
    bought, sold = Decimal("150.15"), (1 - rest) * Decimal("89.91") + (1 + rest) * Decimal("59.94")
    assert abs(over.realised - (sold - bought)) < Decimal("1e-20"), "all that was paid and got"


def test_a_run_that_bought_less_than_it_could_sell_may_buy_again(store: Store) -> None:
    """An order that was cancelled half-way; by hand it is shown as a holding all the same."""
    for number, run_id in enumerate(("run-1", "")):
        key = replace(HAND, run_id=run_id)
        buy(store, f"pg-{number}", traded("0.04", "100", f"t{number}"), run_id=run_id)
        held = store.ledger.position(key)
        assert (held.units, held.trades, held.entries) == (Decimal("0.04"), 0, number)
    [day] = store.ledger.days("user-anna", Book.LIVE, NOW.date(), "run-1")
    assert (day.bought, day.sold, day.orders) == (4, 0, 1)

    buy(store, "pg-more", traded("0.1", "100", "more"), run_id="run-1")
    held = store.ledger.position(RUN)
    assert (held.units, held.entries) == (Decimal("0.14"), 1)
    assert (held.bought, held.paid) == (Decimal("0.1"), 10)


def test_dust_that_is_sold_while_flat_is_earned_and_no_holdings_win(store: Store) -> None:
    buy(store, "pg-1", traded("1", "100"), run_id="run-1")
    sell(store, "pg-2", traded("0.96", "90"), run_id="run-1")
    sell(store, "pg-3", traded("0.04", "900"))
    flat = store.ledger.position(RUN)
    assert (flat.units, flat.earned, flat.trades, flat.wins) == (0, 0, 1, 0)
    assert flat.realised == Decimal("0.96") * Decimal("89.91") + Decimal("35.964") - Decimal(
        "100.1"
    )


def test_a_run_that_is_left_with_dust_when_a_buy_is_taken_out_is_flat(store: Store) -> None:
    buy(store, "pg-1", traded("1", "100"), run_id="run-1")
    sell(store, "pg-2", traded("0.97", "100", "t2"), run_id="run-1")
    gone = traded("1", "100", "t3")
    buy(store, "pg-3", gone, run_id="run-1")
    lost = Difference("BTC/USDT", "pg-3", "991", True, Seen(Side.BUY, gone), None)
    where = ("user-anna", Book.LIVE, "binanceus", "Binance.US", True, "BTC/USDT")
    store.mismatches.note(Mismatch("m1", ANNA.id, *where, NOW, 0, (lost,)), [], "", ((), ()))

    assert store.mismatches.adopt("m1", NOW, SIZES, ((), ()))
    left = store.ledger.position(RUN)
    assert (left.units, left.entries, left.bought, left.opened) == (Decimal("0.03"), 0, 0, None)


CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "run-1"]), CUTS), max_size=8))
def test_any_history_leaves_the_positions_that_its_fills_add_up_to(
    engine: Engine, history: list[tuple[bool, str, list[int]]]
) -> None:
    """Positions, days and fills tell one story, however orders were cut into fills.

    A sell that leaves less than the venue takes ends a holding; a run's buy of less begins none.
    """
    store = Store(engine)
    tag = f"h{len(store.orders.all_of('user-anna'))}"
    market = f"BTC{tag}/USDT"
    store.runs.add(run())
    mine = replace(HAND, symbol=market)
    for number, (buys, run_id, cuts) in enumerate(history):
        sizes = [Decimal(cut) / 100 for cut in cuts]
        before = _of_market(store, market)
        if not buys:
            own = store.ledger.position(replace(mine, run_id=run_id)).units
            every = sum(one.units for one in _of_market(store, market))
            room = own if run_id else every
            sizes = [min(one, room / len(sizes)) for one in sizes if room]
        fills = [
            traded(str(size), str(100 + number), f"{tag}-{number}-{at}")
            for at, size in enumerate(sizes)
        ]
        side = Side.BUY if buys else Side.SELL
        name = f"pg-{tag}-{number}"
        conclude(store, name, side, *fills, symbol=market, run_id=run_id)
        for was, now in zip(before, _of_market(store, market), strict=True):
            assert bool(now.entries) == _is_open(was, now, Decimal(100 + number))
            assert now.entries or not (now.bought or now.paid or now.earned)
    kept = store.ledger.fills("user-anna", Book.LIVE, symbol=market)
    for position in _of_market(store, market):
        own_fills = [one for one in kept if one.key == position.key]
        signed = [one.qty if one.side is Side.BUY else -one.qty for one in own_fills]
        assert abs(position.units - sum(signed)) < Decimal("1e-20")
        assert position.units >= 0
        assert abs(position.realised - sum(one.realised for one in own_fills)) < Decimal("1e-15")


def _is_open(was: Position, now: Position, price: Decimal) -> bool:
    """A holding, after an order at this price that may have touched it."""
    enough = bool(sellable(now.units, price, SIZES))
    if now.units > was.units:
        return enough or bool(was.entries) or now.key.run_id == BY_HAND
    return bool(was.entries) and (enough or now.units == was.units)


def _of_market(store: Store, market: str) -> list[Position]:
    keys = [replace(HAND, symbol=market, run_id=run_id) for run_id in ("", "run-1")]
    return [store.ledger.position(key) for key in keys]
