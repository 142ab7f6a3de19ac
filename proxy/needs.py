"""What an endpoint may ask for, as types: the house and its parts, and what a path or query holds.

Alone because `routes.py` should read as the list of endpoints. All are coroutines, though none
waits: a plain function would be sent to a thread and back, for each need of each request.

May import: accounts, candles, credentials, desk, known, venue, venue_books, wire.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from proxy.accounts import Accounts
from proxy.candles import CandleFeed
from proxy.credentials import Credentials
from proxy.desk import Desk
from proxy.known import checked
from proxy.venue import Venue
from proxy.venue_books import VenueBooks
from proxy.wire import ClientOrderId, HealthOut, UserId

LONGEST_WORD = 32


@dataclass(frozen=True, slots=True)
class House:
    """What the routes call."""

    desk: Desk
    accounts: Accounts
    credentials: Credentials
    venues: Mapping[str, Venue]
    candles: CandleFeed
    books: VenueBooks
    health: Callable[[], HealthOut]
    mint: Callable[[], str]


async def the_house(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def the_desk(house: Annotated[House, Depends(the_house)]) -> Desk:
    return house.desk


async def the_accounts(house: Annotated[House, Depends(the_house)]) -> Accounts:
    return house.accounts


async def the_credentials(house: Annotated[House, Depends(the_house)]) -> Credentials:
    return house.credentials


async def the_venue(
    house: Annotated[House, Depends(the_house)],
    exchange: Annotated[str, Query(max_length=LONGEST_WORD)],
) -> Venue:
    return house.venues[checked(exchange)]


TheHouse = Annotated[House, Depends(the_house)]
TheDesk = Annotated[Desk, Depends(the_desk)]
TheAccounts = Annotated[Accounts, Depends(the_accounts)]
TheCredentials = Annotated[Credentials, Depends(the_credentials)]
TheVenue = Annotated[Venue, Depends(the_venue)]
AnId = Annotated[ClientOrderId, Path()]
AUser = Annotated[UserId, Path()]
WhoseQuery = Annotated[UserId, Query()]
Word = Annotated[str, Query(max_length=LONGEST_WORD)]
