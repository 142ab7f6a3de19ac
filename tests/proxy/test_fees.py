"""A fee in a third asset is valued at its own price when the order is concluded, or said to be
without one; no trouble with that price keeps an executed order from being written down."""

from dataclasses import replace

import pytest

from proxy.errors import VenueUnavailable
from proxy.records import Book
from proxy.wire import PendingOut, Side, Status, TradeOut
from tests.proxy.fake_venue import D
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


@pytest.fixture
async def live(house):
    """Live, at a venue that takes its fees in BNB: 0.00002 for an order."""
    await house.open("ann")
    await house.go_live("ann")
    fill_all = house.venue._fill

    def in_bnb(order, price):
        report = fill_all(order, price)
        [fill] = report.fills
        charged = fill.model_copy(update={"fee": D("0.00002"), "feeAsset": "BNB"})
        return replace(report, fills=(charged,))

    house.venue._fill = in_bnb
    return house


async def test_it_is_valued_and_counts_as_a_cost(live):
    live.venue.prices["BNB/USDT"] = D(600)
    done = await live.desk.place(trade(), ID)
    assert isinstance(done, TradeOut)
    assert (done.fee, done.note) == (D("0.012"), None)
    assert done.fills[0].feeQuote == D("0.012")
    [held] = live.store.journal.held("ann", Book.LIVE)
    assert held.position.cost == D(10) + D("0.012")
    assert held.position.units == done.executedQty, "no base was taken"


async def test_both_fees_of_a_round_trip_are_in_the_days_loss(live):
    live.venue.prices["BNB/USDT"] = D(600)
    bought = await live.desk.place(trade(), ID)
    await live.desk.place(trade(usd=None, units=bought.executedQty, side=Side.SELL), "pg-order-2")
    assert (await live.accounts.account("ann")).today.pnlUsd == D("-0.024")


@pytest.mark.parametrize("trouble", ["unlisted", "unavailable", "a fault of ours"])
async def test_without_a_price_it_is_said_and_the_order_stands(live, trouble):
    quote = live.venue.quote

    async def troubled(symbol):
        if symbol == "BNB/USDT" and trouble != "unlisted":
            raise VenueUnavailable("no", "no") if trouble == "unavailable" else KeyError(symbol)
        return await quote(symbol)

    live.venue.quote = troubled
    done = await live.desk.place(trade(), ID)
    assert done.fee == 0
    assert done.note.message == (
        "The fee of 0.00002 BNB has no price in USDT: profit and loss leave it out."
    )
    kept = await live.desk.order("ann", ID)
    assert (kept.status, kept.note, kept.error) == (Status.FILLED, done.note, None)


async def test_it_is_valued_as_well_where_the_order_was_found_later(live):
    live.venue.prices["BNB/USDT"] = D(600)
    live.venue.fault = "after"
    assert isinstance(await live.desk.place(trade(), ID), PendingOut)
    await live.settle(3)
    assert (await live.desk.order("ann", ID)).fee == D("0.012")
    again = await live.desk.order("ann", ID)
    assert again.fills[0].feeQuote == D("0.012")


async def test_the_first_value_stands_whatever_the_price_does_later(live):
    live.venue.prices["BNB/USDT"] = D(600)
    await live.desk.place(trade(), ID)
    live.venue.prices["BNB/USDT"] = D(900)
    await live.restart()
    assert (await live.desk.order("ann", ID)).fee == D("0.012")
