"""Asking what would be said to an order: the same words as the order itself gets, and no trace."""

from pathlib import Path

import pytest

from proxy.errors import Denied, NotFound
from proxy.wire import CheckOut, Mode, Side, StopIn, TradeIn
from tests.proxy.edges import Proxy, running
from tests.proxy.fake_venue import MARKETS
from tests.proxy.house import LIMITS, House, trade

pytestmark = pytest.mark.anyio
DENIED = {
    "below_minimum": trade(usd="1.99"),
    "above_trade_limit": trade(usd="50.01"),
    "above_share_limit": trade(usd="20.01", typed=False),
    "unknown_symbol": trade(symbol="SOL/USDT"),
    "below_venue_minimum": trade(symbol="ETH/USDT", usd=2),
    "nothing_held": trade(side=Side.SELL, usd=None, units="0.001"),
    "mode_mismatch": trade(mode=Mode.LIVE),
    "stale_epoch": trade(epoch=0),
    "price_moved": trade(quotedPrice="40000"),
    "too_late": trade(notAfter=1),
    "bad_amount": trade(usd=None),
    "symbols_differ": trade(symbolCcxt="ETH/USDT"),
}


async def placed(house: House, order: TradeIn, client_id: str = "pg-order-0001") -> CheckOut:
    """What the order itself is told, in the same shape."""
    try:
        await house.desk.place(order, client_id)
    except Denied as denied:
        problem = {"code": denied.code, "message": denied.message, "hint": denied.hint}
        return CheckOut.model_validate({"allowed": False, "error": problem})
    return CheckOut(allowed=True)


@pytest.mark.parametrize("code", DENIED)
async def test_a_check_says_to_the_letter_what_the_order_is_then_told(
    tmp_path: Path, code: str
) -> None:
    house = House(
        tmp_path, limits=LIMITS.model_copy(update={"maxTradeShare": LIMITS.maxTradeShare / 5})
    )
    await house.open("ann")
    asked = await house.desk.check(DENIED[code])
    assert asked.error is not None and asked.error.code == code
    assert await placed(house, DENIED[code]) == asked
    house.close()


async def test_a_check_after_the_last_trade_of_the_day_and_after_a_stop(house: House) -> None:
    await house.open("ann")
    for number in range(LIMITS.maxTradesPerDay):
        assert (await house.desk.check(trade(usd=2))).allowed
        assert (await placed(house, trade(usd=2), f"pg-order-{number:04d}")).allowed
    asked = await house.desk.check(trade(usd=2))
    assert asked.error is not None
    assert asked.error.message == ("20 of 20 trades used today; again at 00:00 UTC, in 12 h 0 min.")
    assert await placed(house, trade(usd=2), "pg-one-too-many") == asked
    await house.desk.stop(StopIn(userId="ann"))
    stopped = await house.desk.check(trade(usd=2))
    assert stopped.error is not None and stopped.error.code == "account_halted"


async def test_checks_use_nothing_up_and_send_nothing(house: House) -> None:
    await house.open("ann")
    await house.go_live("ann")
    before = await house.accounts.account("ann")
    for _ in range(LIMITS.maxTradesPerDay + 5):
        assert await house.desk.check(trade()) == CheckOut(allowed=True)
    assert await house.accounts.account("ann") == before
    assert house.venue.sends == []
    assert house.store.journal.get("only-asked") is None


async def test_a_check_of_a_sell_says_how_much_of_it_the_venue_would_sell(house: House) -> None:
    await house.open("ann")
    assert (await placed(house, trade(usd=20))).allowed
    [held] = (await house.accounts.account("ann")).holdings
    step = MARKETS["BTC/USDT"].step
    whole = held.units // step * step
    assert whole < held.units, "the fee was taken from what was bought"
    asked = await house.desk.check(trade(side=Side.SELL, usd=None, units=held.units))
    assert asked == CheckOut(allowed=True, units=whole)


async def test_a_check_for_nobody_is_not_found(house: House) -> None:
    await house.open("ann")
    with pytest.raises(NotFound):
        await house.desk.check(trade("eve"))


async def test_the_endpoint_says_yes_and_no(tmp_path: Path) -> None:
    async with running(tmp_path) as proxy:
        await proxy.save(proxy.exchange.sandbox.add_key())
        yes = await ask(proxy, "5")
        no = await ask(proxy, "5000")
        assert (yes.status_code, yes.json()) == (
            200,
            {"allowed": True, "units": None, "error": None},
        )
        assert no.status_code == 200 and no.json()["error"]["code"] == "above_trade_limit"
        assert proxy.exchange.sandbox.books.orders == []


async def ask(proxy: Proxy, usd: str):
    order = {"userId": "u1", "exchange": "binanceus", "side": "BUY", "symbol": "BTC/USDT"}
    return await proxy.call("POST", "/api/check", json=order | {"amountUsd": usd})
