"""After a start live waits until the venue has answered about every order from before it.

An answer of any kind will do, silence will not; and only the account whose order it is waits.
"""

import pytest

from proxy.errors import Denied, OrderRefused, VenueUnavailable
from proxy.records import Book
from proxy.venue import Report, Verdict
from proxy.wire import Mode, ModeIn, Side, Status, TradeOut
from tests.proxy.house import trade

pytestmark = pytest.mark.anyio
ID = "pg-order-0001"


@pytest.fixture
async def restarted(house):
    """Ann's order was executed without an answer, then the proxy started with the venue away."""
    await house.open("ann", "ben")
    await house.go_live("ann")
    await house.go_live("ben")
    house.venue.fault = "after"
    await house.desk.place(trade(), ID)
    house.venue.fault, house.venue.deaf = "", True
    await house.restart()
    return house


async def denied(house, **more) -> OrderRefused:
    with pytest.raises(OrderRefused) as caught:
        await house.desk.place(trade(**more), "pg-order-0002")
    return caught.value


async def test_live_buys_wait_while_the_venue_cannot_be_asked(restarted):
    house = restarted
    for _ in range(3):
        await house.settle(20)
        refused = await denied(house)
        assert refused.code == "recovering"
        assert refused.message == (
            "The exchange has not answered yet about 1 of the orders from before the restart."
        )
        assert "asked again by itself" in refused.hint
    assert house.venue.asks.count(ID) > 3, "the asking goes on"
    assert house.venue.sends == [ID]

    house.venue.deaf = False
    await house.settle(20)
    assert isinstance(await house.desk.place(trade(), "pg-order-0003"), TradeOut)


async def test_turning_live_on_waits_as_well(restarted):
    house = restarted
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER))
    with pytest.raises(Denied) as caught:
        await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.LIVE))
    assert "has not answered yet about 1 of the orders" in caught.value.message
    assert (await house.accounts.account("ann")).unasked == 1
    house.venue.deaf = False
    await house.settle(20)
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.LIVE))
    assert (await house.accounts.account("ann")).unasked == 0


async def test_nobody_else_waits(restarted):
    house = restarted
    assert isinstance(await house.desk.place(trade("ben"), "pg-ben-0001"), TradeOut)


async def test_what_was_bought_can_be_sold_meanwhile(restarted):
    house = restarted
    house.venue.deaf = False
    await house.settle(20)
    await house.desk.place(trade(), "pg-order-0004")
    held = house.store.journal.held("ann", Book.LIVE)[0].position.units
    house.venue.fault = "after"
    await house.desk.place(trade(), "pg-order-0005")
    house.venue.fault, house.venue.deaf = "", True
    await house.restart()
    exit_now = trade(usd=None, units=held, side=Side.SELL)
    assert isinstance(await house.desk.place(exit_now, "pg-order-0006"), TradeOut)


@pytest.mark.parametrize(
    "answer",
    [
        Report(Verdict.NOT_FOUND),
        Report(Verdict.UNKNOWN, "ip_not_allowed", "It refuses this key."),
        Report(Verdict.OPEN, order_id="9"),
    ],
)
async def test_any_answer_is_enough(restarted, answer):
    house = restarted
    house.venue.deaf = False
    house.venue.books[ID] = answer
    await house.settle(20)
    assert (await house.desk.order("ann", ID)).status is not Status.FILLED
    assert isinstance(await house.desk.place(trade(), "pg-order-0003"), TradeOut)


@pytest.mark.parametrize(
    "silence",
    [
        Report(Verdict.UNKNOWN, answered=False),
        VenueUnavailable("venue_unavailable", "error 503."),
        RuntimeError("a fault of ours"),
    ],
)
async def test_an_answer_that_says_nothing_is_not_enough(restarted, silence):
    house = restarted
    house.venue.deaf = False
    house.venue.says = silence
    await house.settle(20)
    assert (await denied(house)).code == "recovering"
    house.venue.says = Report(Verdict.NOT_FOUND)
    await house.settle(20)
    assert isinstance(await house.desk.place(trade(), "pg-order-0003"), TradeOut)
