"""Every endpoint, a line or two each: its needs as types, one call, one answer.

They are tried in turn, so the one in a hurry stands first.

Errors become statuses in `app.py`, not here. Who may call was decided in `gate.py`.

May import: candles, gate, known, needs, records, wire.
"""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from proxy.candles import MOST
from proxy.gate import AUTHENTICATED
from proxy.known import checked
from proxy.needs import (
    LONGEST_WORD,
    AnId,
    AUser,
    TheAccounts,
    TheCredentials,
    TheDesk,
    TheHouse,
    TheVenue,
    WhoseQuery,
    Word,
    the_house,
)
from proxy.records import milliseconds
from proxy.wire import (
    LAST_MOMENT,
    AccountOut,
    AccountsOut,
    AdoptIn,
    AdoptOut,
    BalanceOut,
    BooksOut,
    CandlesOut,
    CheckOut,
    ClientOrderId,
    CredentialsIn,
    CredentialsOut,
    FlattenIn,
    FlattenOut,
    ForgetIn,
    ForgetOut,
    HealthOut,
    LimitsIn,
    MarketOut,
    Mode,
    ModeIn,
    OrderOut,
    PendingOut,
    PriceOut,
    RegisterIn,
    SellableOut,
    StopIn,
    StopOut,
    TradeIn,
    TradeOut,
    UserId,
    VenueOut,
    VoidIn,
)

ACCEPTED = 202
PATIENCE = 5.0
"""Seconds after which a caller is told that an order's outcome is not known yet."""


router = APIRouter(prefix="/api")


async def in_time(
    placing: Coroutine[Any, Any, TradeOut | PendingOut], client_id: str
) -> TradeOut | PendingOut:
    """The order's answer, or after a while "unknown": the desk goes on, and a person is told."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await placing
    except TimeoutError:
        return PendingOut(status="UNKNOWN", clientOrderId=client_id)


@router.post("/trade", response_model=TradeOut | PendingOut)
async def trade(
    order: TradeIn,
    request: Request,
    response: Response,
    idempotency_key: Annotated[ClientOrderId | None, Header()] = None,
) -> TradeOut | PendingOut:
    """Place one order. Asking again with the same id gives the same answer."""
    house = await the_house(request)  # asked by hand, as FastAPI's way there takes longer
    client_id = idempotency_key or house.mint()
    response.headers["Idempotency-Key"] = client_id
    placed = await in_time(house.desk.place(order, client_id), client_id)
    if isinstance(placed, PendingOut):
        response.status_code = ACCEPTED
    return placed


@router.get("/health", response_model_exclude_none=True)
async def health(request: Request, house: TheHouse) -> HealthOut:
    """That it lives; with the token, how it is set up."""
    return house.health() if request.scope[AUTHENTICATED] else HealthOut()


@router.post("/account")
async def register(ask: RegisterIn, accounts: TheAccounts) -> AccountOut:
    """The account of a user, made in PAPER where there is none."""
    return await accounts.register(ask)


@router.get("/accounts")
async def everyone(accounts: TheAccounts) -> AccountsOut:
    """Who has an account here."""
    return await accounts.everyone()


@router.get("/account/{userId}")
async def account(userId: AUser, accounts: TheAccounts) -> AccountOut:
    """All about one account."""
    return await accounts.account(userId)


@router.post("/mode")
async def mode(ask: ModeIn, accounts: TheAccounts) -> AccountOut:
    """Live on, live off, or the end of a stop."""
    return await accounts.set_mode(ask)


@router.post("/limits")
async def limits(ask: LimitsIn, accounts: TheAccounts) -> AccountOut:
    """Tighten the limits, within the operator's."""
    return await accounts.limits(ask)


@router.post("/stop")
async def stop(ask: StopIn, desk: TheDesk) -> StopOut:
    """The emergency stop; answers as soon as the gate is closed."""
    return await desk.stop(ask)


@router.get("/stop")
async def stop_state(desk: TheDesk, userId: Annotated[UserId | None, Query()] = None) -> StopOut:
    """How far a stop has come."""
    return await desk.stop_state(userId)


@router.get("/sellable/{userId}")
async def sellable(
    userId: AUser,
    desk: TheDesk,
    mode: Annotated[Mode | None, Query()] = None,
    allAccounts: Annotated[bool, Query()] = False,
) -> SellableOut:
    """What our fills hold, and what an order could sell of it now."""
    return await desk.flattening.sellable(userId, mode, allAccounts)


@router.post("/flatten")
async def flatten(ask: FlattenIn, desk: TheDesk) -> FlattenOut:
    """Let confirmed sells, and nothing else, pass a stop for a minute."""
    return await desk.flattening.open(ask)


@router.post("/credentials")
async def save_key(ask: CredentialsIn, credentials: TheCredentials) -> CredentialsOut:
    """Keep a key that its venue accepts."""
    return await credentials.save(ask)


@router.post("/forget")
async def forget_key(ask: ForgetIn, credentials: TheCredentials) -> ForgetOut:
    """Remove keys."""
    return await credentials.forget(ask)


@router.post("/check")
async def check(order: TradeIn, desk: TheDesk) -> CheckOut:
    """What would be said to this order now. Nothing is sent."""
    return await desk.check(order)


@router.get("/orders/{clientOrderId}")
async def order(clientOrderId: AnId, userId: WhoseQuery, desk: TheDesk) -> OrderOut:
    """One order as it stands; the same answer for absent and another's."""
    return await desk.order(userId, clientOrderId)


@router.post("/orders/{clientOrderId}/void")
async def void(clientOrderId: AnId, ask: VoidIn, desk: TheDesk) -> OrderOut:
    """Make sure that an order that never arrived never will."""
    return await desk.void(ask.userId, clientOrderId)


@router.get("/balance/{userId}")
async def balance(
    userId: AUser,
    accounts: TheAccounts,
    mode: Annotated[Mode | None, Query()] = None,
    exchange: Annotated[str | None, Query(max_length=LONGEST_WORD)] = None,
) -> BalanceOut:
    """Balances and their total in USD."""
    return await accounts.balance(userId, mode, None if exchange is None else checked(exchange))


@router.get("/price")
async def price(venue: TheVenue, symbol: Word) -> PriceOut:
    """The current price."""
    market = await venue.market(symbol)
    quote = await venue.quote(market.symbol)
    return PriceOut(
        exchange=venue.name,
        symbol=market.symbol,
        price=quote.price,
        at=milliseconds(quote.at),
        sandbox=venue.sandbox,
    )


@router.get("/venue")
async def venue_now(venue: TheVenue) -> VenueOut:
    """Whether the venue answers, and how far our clock is from its."""
    clocks = await venue.clocks()
    return VenueOut(
        exchange=venue.name,
        title=venue.title,
        sandbox=venue.sandbox,
        at=milliseconds(clocks.at),
        aheadMs=clocks.ahead,
    )


@router.get("/candles")
async def candles(  # noqa: PLR0913, PLR0917
    house: TheHouse,
    exchange: Word,
    symbol: Word,
    timeframe: Word = "1h",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    end: Annotated[int | None, Query(ge=0, le=LAST_MOMENT)] = None,
) -> CandlesOut:
    """Closed candles, oldest first: the last `limit` that closed by `end`."""
    return await house.candles.candles(checked(exchange), symbol, timeframe, limit, end)


@router.get("/books/{userId}")
async def books(
    house: TheHouse,
    userId: AUser,
    exchange: Word,
    mode: Mode,
    since: Annotated[int, Query(ge=0, le=LAST_MOMENT)] = 0,
) -> BooksOut:
    """Our fills as the venue has them, by its own lists."""
    return await house.books.books(userId, checked(exchange), mode, since)


@router.post("/adopt")
async def adopt(ask: AdoptIn, house: TheHouse) -> AdoptOut:
    """Make the journal say of these orders what the venue does."""
    return await house.books.adopt(ask.model_copy(update={"exchange": checked(ask.exchange)}))


@router.get("/market")
async def market(venue: TheVenue, symbol: Word) -> MarketOut:
    """The venue's rules for one symbol."""
    rules = await venue.market(symbol)
    return MarketOut(
        exchange=venue.name,
        symbol=rules.symbol,
        base=rules.base,
        quote=rules.quote,
        tick=rules.tick,
        **rules.sizes.model_dump(),
    )
