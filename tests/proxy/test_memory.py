"""What is remembered beside the rows spares an order its look, and never says more than they do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from proxy.errors import Denied
from proxy.journal import Journal
from proxy.records import ChatLimits
from proxy.wire import LimitsIn, Mode, ModeIn, Side, StopIn, TradeOut
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
D = Decimal


async def traded(house: House) -> None:
    """Ann has just bought for real: all is at hand."""
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")


def visits(house: House) -> list[str]:
    """The methods of the store that the desk calls from now on."""
    seen: list[str] = []
    inner = house.parts.door

    async def door(method, *args, **kwargs):
        seen.append(method.__name__)
        return await inner(method, *args, **kwargs)

    object.__setattr__(house.parts, "door", door)
    return seen


async def test_an_order_soon_after_another_visits_the_store_to_reserve_and_to_settle(house):
    await traded(house)
    seen = visits(house)
    done = await house.desk.place(trade(), "pg-order-0002")
    assert (done.status, seen) == ("FILLED", ["reserve", "settle"])


async def test_a_connection_is_made_ready_for_what_will_be_sent_and_for_nothing_else(house):
    await traded(house)
    before = house.venue.prepared
    assert (await house.desk.check(trade())).allowed
    house.accounts.modes.recovering = True
    with pytest.raises(Denied):
        await house.desk.place(trade(), "pg-order-0002")
    house.accounts.modes.recovering = False
    assert house.venue.prepared == before
    await house.desk.place(trade(), "pg-order-0003")
    assert house.venue.prepared == before + 1


async def test_a_known_id_gets_its_answer_also_where_nothing_is_looked_up(house):
    await traded(house)
    first = await house.desk.place(trade(), "pg-order-0002")
    seen = visits(house)
    assert await house.desk.place(trade(), "pg-order-0002") == first
    assert seen == ["reserve"]
    house.accounts.modes.recovering = True  # it would be refused, were it new
    assert await house.desk.place(trade(), "pg-order-0002") == first
    assert house.venue.sends == ["pg-order-0001", "pg-order-0002"]


async def test_a_venue_that_is_down_is_not_asked_about_a_known_id(house):
    await traded(house)
    first = await house.desk.place(trade(), "pg-order-0002")
    house.venue.down = True
    seen = visits(house)
    assert await house.desk.place(trade(), "pg-order-0002") == first
    assert seen == ["look"]


async def test_a_known_id_is_no_unsent_one_where_the_database_fails_for_a_moment(house):
    await traded(house)
    first = await house.desk.place(trade(), "pg-order-0002")
    trouble = ["database is locked"]

    def locked(_db: object, _cursor: object, statement: str, *_: object) -> None:
        if trouble and statement.startswith("SELECT accounts"):
            raise OperationalError(statement, None, OSError(trouble.pop()))

    event.listen(house.engine, "before_cursor_execute", locked)
    assert await house.desk.place(trade(), "pg-order-0002") == first
    assert not trouble
    assert house.venue.sends == ["pg-order-0001", "pg-order-0002"]


async def stop(house: House) -> None:
    await house.desk.stop(StopIn(userId="ann"))


async def stop_all(house: House) -> None:
    await house.desk.stop(StopIn())


async def live_off(house: House) -> None:
    await house.accounts.set_mode(ModeIn(userId="ann", mode=Mode.PAPER))


async def tighten(house: House) -> None:
    await house.accounts.limits(LimitsIn(userId="ann", maxTradeUsd=D(5)))


async def tighten_behind_it(house: House) -> None:
    """Committed after the order was seen to be well, and before it is reserved."""
    memory = house.store.journal.memory
    seen = memory.account("ann")
    house.store.accounts.tighten("ann", ChatLimits(max_trade_usd=D(5)))
    assert memory.account("ann") is None
    memory.keep_account(seen)


CHANGES = {
    stop: "account_halted",
    stop_all: "stopped",
    live_off: "reducing",
    tighten: "above_trade_limit",
    tighten_behind_it: "above_trade_limit",
}


@pytest.mark.parametrize(("change", "code"), CHANGES.items())
async def test_what_changes_an_account_holds_for_its_very_next_order(house, change, code):
    await traded(house)
    await change(house)
    with pytest.raises(Denied) as caught:
        await house.desk.place(trade(), "pg-order-0002")
    assert caught.value.code == code
    assert house.venue.sends == ["pg-order-0001"]


async def test_what_is_recalled_is_what_a_look_would_find(house):
    await traded(house)
    today = house.now.date()
    sold = trade(usd=None, side=Side.SELL, units=D("0.0001"))
    for number, order in enumerate((trade(usd=20), trade(symbol="ETH/USDT"), sold)):
        assert isinstance(await house.desk.place(order, f"pg-more-{number:04}"), TradeOut)
        recalled = house.store.journal.recall("ann", today)
        assert recalled == Journal(house.engine).look("pg-order-new", "ann", today)
        assert recalled.held
        assert recalled.begun == today
    assert house.store.journal.recall("ann", today + timedelta(days=1)) is None
