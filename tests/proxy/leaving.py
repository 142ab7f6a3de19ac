"""A stopped account that holds something, and the way out of its stop, as the tests walk it."""

from decimal import Decimal

import pytest

from proxy.errors import Denied
from proxy.wire import FlattenIn, FlattenOut, Mode, SellableOut, Side, StopIn, TradeIn, TradeOut
from tests.proxy.house import House, trade

BTC, ETH = "pg-sells-btc", "pg-sells-eth"
SYMBOLS = {BTC: "BTC/USDT", ETH: "ETH/USDT"}


async def stopped(house: House, *users: str, live: bool = True) -> None:
    """Each holds bitcoin and ether, bought with real money or on paper, and is stopped."""
    await house.open(*users)
    for user in users:
        if live:
            await house.go_live(user)
        for symbol in SYMBOLS.values():
            await house.desk.place(trade(user, 20, symbol=symbol), f"pg-{user}-{symbol[:3]}")
        await house.desk.stop(StopIn(userId=user))
    await house.desk.idle()


async def seen(house: House, user: str = "ann", all_accounts: bool = False) -> SellableOut:
    return await house.desk.flattening.sellable(user, None, all_accounts)


async def opened(house: House, user: str = "ann", **more: object) -> FlattenOut:
    """The way for both sells, as a person who has just looked confirms it."""
    found = await seen(house, user)
    book = Mode.PAPER if found.mode is Mode.PAPER else Mode.LIVE
    fields: dict[str, object] = {"userId": user, "mode": book, "epoch": found.epoch}
    fields["clientOrderIds"] = [BTC, ETH]
    return await house.desk.flattening.open(FlattenIn(**(fields | more)))


async def order(house: House, client_id: str, epoch: int | None, **more: object) -> TradeIn:
    """All of that market, as the way allows it."""
    user = str(more.get("user", "ann"))
    symbol = str(more.get("symbol", SYMBOLS.get(client_id, "BTC/USDT")))
    units = {one.symbol: one.units for one in (await seen(house, user)).items}
    fields = {"side": Side.SELL, "symbol": symbol, "epoch": epoch, "mode": Mode.REDUCING}
    fields |= {"units": units.get(symbol, Decimal(1)), "usd": None} | more
    return trade(**fields)


async def sell(house: House, client_id: str, epoch: int | None, **more: object) -> TradeOut:
    return await house.desk.place(await order(house, client_id, epoch, **more), client_id)


async def refusal(house: House, client_id: str, epoch: int | None, **more: object) -> str:
    """The code with which it is refused."""
    with pytest.raises(Denied) as caught:
        await sell(house, client_id, epoch, **more)
    return caught.value.code


async def not_opened(house: House, **more: object) -> str:
    with pytest.raises(Denied) as caught:
        await opened(house, **more)
    return caught.value.code


def sold(house: House) -> list[str]:
    """The sells that the venue's books hold."""
    return [one for one in house.venue.bought if one.startswith("pg-sells")]
