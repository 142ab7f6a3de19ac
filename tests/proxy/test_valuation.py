"""What a book is worth: all of it, as of its oldest price, and known also when nobody answers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from proxy.records import Book
from proxy.risk import Valuation
from proxy.venue import Holdings
from tests.proxy.house import House

pytestmark = pytest.mark.anyio


async def value(house: House) -> Valuation | None:
    return await house.accounts.valuer.value("ann", Book.LIVE, "binanceus", ())


async def test_what_is_locked_in_an_order_counts_too(house):
    async def balances(_user_id: str) -> dict[str, Holdings]:
        return {
            "USDT": Holdings(Decimal(100), Decimal(20)),
            "BTC": Holdings(Decimal(0), Decimal(1)),
        }

    house.venue.balances = balances
    assert (await value(house)).value == 100 + 20 + 50000


async def test_it_is_as_old_as_its_oldest_price(house):
    house.venue.price_age = timedelta(seconds=30)
    assert (await value(house)).at == house.now - timedelta(seconds=30)


async def test_where_the_venue_is_out_of_reach_it_is_the_last_one_with_its_time(house):
    house.venue.down = True
    assert await value(house) is None
    house.venue.down = False
    last = await value(house)
    house.venue.down = True
    house.after(30)
    assert await value(house) == last


async def test_one_from_before_the_clock_was_set_back_is_not_taken_for_a_new_one(house):
    await value(house)
    house.venue.cash += 1
    house.after(5)
    assert (await value(house)).value == 10000, "of the last five seconds"
    house.set_clock(-60)
    assert (await value(house)).value == 10001
