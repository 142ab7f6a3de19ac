"""Bad input gets a sentence with the cause and the next step, and loses nothing.

One world for all that is typed: after each row the person's keys, question, limits, mode and
orders are as before, no button to press has appeared, and the exchange was sent nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stories.bad_chat import ASKED_FOR_BUTTON, ASKED_FOR_KEY, FRESH
from tests.stories.bad_chat_money import LIVE
from tests.stories.bad_input import Typed, answer_to
from tests.stories.bad_looking import LOOKING
from tests.stories.bad_runs import RUNS
from tests.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def fresh(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Ann has paired, and nothing else."""
    world = World(tmp_path_factory.mktemp("fresh"))
    await world.start()
    await world.pair()
    yield world
    await world.stop()


@pytest.fixture(scope="module")
async def rich(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Ann trades live."""
    world = World(tmp_path_factory.mktemp("rich"))
    await world.start()
    await world.pair()
    await world.keys()
    await world.live()
    yield world
    await world.stop()


@dataclass(frozen=True, slots=True)
class State:
    """All that a person could lose."""

    posts: int
    person: Any
    question: Any
    keys: Any
    orders: int
    account: Any


async def state_of(world: World) -> State:
    assert world.bot.bot is not None
    store = world.bot.bot.store
    person = store.people.find(world.ann.id)
    assert person is not None
    assert world.proxy.app is not None
    account = await world.proxy.app.state.house.accounts.modes.find(person.user_id)
    return State(
        posts=world.posts,
        person=person,
        question=store.dialogues.get(person.id),
        keys=store.keys.all_of(person.user_id),
        orders=len(store.orders.all_of(person.user_id)),
        account=account,
    )


async def check(world: World, row: Typed) -> None:
    before = await state_of(world)
    assert await answer_to(world, world.ann, row.text) == row.answer
    assert await state_of(world) == before
    assert world.posts == 0


def name_of(row: object) -> str:
    assert isinstance(row, Typed)
    return ascii(row.text[:40])


@pytest.mark.parametrize("row", [*FRESH, *LOOKING], ids=name_of)
async def test_what_a_new_owner_mistypes(fresh: World, row: Typed) -> None:
    await check(fresh, row)


@pytest.mark.parametrize("row", RUNS, ids=name_of)
async def test_what_is_mistyped_about_runs(fresh: World, row: Typed) -> None:
    """Nothing is begun, no question is left open."""
    await check(fresh, row)


@pytest.mark.parametrize("row", ASKED_FOR_KEY, ids=name_of)
async def test_what_is_no_key_leaves_the_question_open(fresh: World, row: Typed) -> None:
    await answer_to(fresh, fresh.ann, "/setkeys binanceus")
    await check(fresh, row)
    assert "Cancelled." in await answer_to(fresh, fresh.ann, "/cancel")


async def test_after_all_of_it_the_keys_can_be_saved_and_a_paper_order_filled(
    fresh: World,
) -> None:
    await fresh.keys()
    assert "✅ Bought" in await answer_to(fresh, fresh.ann, "/testbuy 2")
    assert fresh.posts == 0


@pytest.mark.parametrize("row", LIVE, ids=name_of)
async def test_what_is_mistyped_with_real_money_at_stake(rich: World, row: Typed) -> None:
    await check(rich, row)


@pytest.mark.parametrize("row", ASKED_FOR_BUTTON, ids=name_of)
async def test_what_is_no_press_leaves_the_question_open(rich: World, row: Typed) -> None:
    await answer_to(rich, rich.ann, "/setkeys binanceus")
    await check(rich, row)
    assert "Cancelled." in await answer_to(rich, rich.ann, "/cancel")


async def test_after_all_of_it_a_live_order_is_filled_once(rich: World) -> None:
    assert "Live order submitted" in await answer_to(rich, rich.ann, "/testbuy 2")
    assert rich.posts == 1


async def test_a_wrong_pairing_code_burns_after_five_tries(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    world = World(tmp_path_factory.mktemp("code"))
    await world.start()
    try:
        wrong = f"{(int(world.bot.code) + 1) % 10**6:06d}"
        told = [await answer_to(world, world.ann, f"/start {wrong}") for _ in range(5)]
        told.append(await answer_to(world, world.ann, f"/start {world.bot.code}"))
    finally:
        await world.stop()
    assert told == [
        *(f"This code is wrong. Tries left: {left}." for left in (4, 3, 2, 1)),
        "This code is not valid any more. Start the bot again for a new one.",
        "This is a private bot. It works only for the person who runs it.",
    ]
