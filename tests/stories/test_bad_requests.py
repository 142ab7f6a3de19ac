"""A bad request to the proxy gets its status, a sentence and the next step, and moves nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.stories.bad_flatten import WAYS
from tests.stories.bad_headers import HEADERS
from tests.stories.bad_orders import ORDERS
from tests.stories.bad_others import OTHERS
from tests.stories.bad_requests import TOKEN, USER, Sent, answer_of, client, trade
from tests.world import World

pytestmark = pytest.mark.anyio

USERS = (USER, "user-2")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Door:
    """A caller, and the two accounts behind the door as they were at the beginning."""

    world: World
    http: httpx.AsyncClient
    books: list[object]


@pytest.fixture(scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """Two accounts, and one order of the first."""
    world = World(tmp_path_factory.mktemp("door"))
    await world.start()
    async with client(world) as http:
        for user in USERS:
            made = await http.post("/api/account", json={"userId": user}, headers=TOKEN)
            made.raise_for_status()
        (await ordered(http, "used-before-1")).raise_for_status()
        yield Door(world, http, await books_of(world, http))
    await world.stop()


async def ordered(http: httpx.AsyncClient, order_id: str) -> httpx.Response:
    headers = {**TOKEN, "Idempotency-Key": order_id}
    return await http.post("/api/trade", json=trade(), headers=headers)


async def books_of(world: World, http: httpx.AsyncClient) -> list[object]:
    """What the two accounts are and own; prices, which move by themselves, left out."""
    seen: list[object] = [world.posts]
    for user in USERS:
        account = (await http.get(f"/api/account/{user}", headers=TOKEN)).json()
        account["today"].pop("pnlUsd")
        balance = (await http.get(f"/api/balance/{user}", headers=TOKEN)).json()
        seen += [account, balance["balances"]]
    return seen


@pytest.mark.parametrize("row", [*ORDERS, *HEADERS, *OTHERS, *WAYS], ids=lambda row: row.what[:60])
async def test_a_bad_request_gets_its_whole_answer(door: Door, row: Sent) -> None:
    assert await answer_of(door.http, row) == row.answer


async def test_after_all_of_it_nothing_has_moved_and_a_good_order_is_filled_once(
    door: Door,
) -> None:
    assert await books_of(door.world, door.http) == door.books
    first, again = await ordered(door.http, "good-id-1"), await ordered(door.http, "good-id-1")
    account = (await door.http.get(f"/api/account/{USER}", headers=TOKEN)).json()
    assert (first.status_code, first.json()["status"]) == (200, "FILLED")
    assert again.json() == first.json()
    assert account["today"]["trades"] == 2
