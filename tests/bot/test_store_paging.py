"""Long lists in pages: none is lost and none comes twice, also where many are of one moment.

May import: core, store, wire.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from piggybot.core.orders import Order
from piggybot.core.positions import Book, Filled, Market
from piggybot.store import Store
from proxy.wire import Side
from tests.bot.values import ANNA, SECOND, done, intent, traded

T = TypeVar("T")
BITCOIN = Market("user-anna", Book.LIVE, "binanceus", "BTC/USDT")
ETHER = Market("user-anna", Book.LIVE, "binance", "ETH/USDT")


@pytest.fixture
def traded_in(store: Store) -> Store:
    """Nine orders in three seconds, not written down in order, of up to three fills each."""
    store.people.join(ANNA)
    for number in (4, 1, 8, 0, 6, 3, 7, 2, 5):
        where = (BITCOIN, ETHER)[number % 4 == 3]
        placed = intent(
            f"pg-{number}",
            exchange=where.exchange,
            symbol=where.symbol,
            side=Side.BUY,
        )
        store.orders.add(placed)
        moment = placed.placed + number // 3 * SECOND
        at = int(moment.timestamp() * 1000)
        parts = [traded("0.001", "100", f"t{number}-{one}", at=at) for one in range(number % 3 + 1)]
        store.orders.conclude(done(placed, *parts), [])
    return store


def in_pages(read: Callable[[T | None], Sequence[T]]) -> list[T]:
    found: list[T] = []
    while page := read(found[-1] if found else None):
        found += page
    return found


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_pages_are_the_whole_list(traded_in: Store, most: int) -> None:
    orders, ledger = traded_in.orders, traded_in.ledger

    def some_orders(after: Order | None) -> list[Order]:
        return orders.all_of("user-anna", most, after)

    whole = orders.all_of("user-anna")
    assert in_pages(some_orders) == whole
    assert [one.intent.client_id for one in whole] == [f"pg-{number}" for number in range(9)]
    assert ledger.markets("user-anna") == [ETHER, BITCOIN]
    for market in (ETHER, BITCOIN):

        def some_fills(after: Filled | None, market: Market = market) -> list[Filled]:
            return ledger.of_market(market, most, after)

        kept = ledger.fills("user-anna", Book.LIVE, symbol=market.symbol)
        assert in_pages(some_fills) == kept
        assert len(kept) == {ETHER: 3, BITCOIN: 15}[market]
        assert [one.at for one in kept] == sorted(one.at for one in kept)


def test_others_have_none(traded_in: Store) -> None:
    assert traded_in.ledger.markets("user-ben") == []
    assert traded_in.orders.all_of("user-ben", 5) == []
