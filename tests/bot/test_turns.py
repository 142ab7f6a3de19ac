"""Whose turn it is at a store: what is urgent passes all that waits, and nothing else does.

May import: chat, store.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event

import pytest

from migrations.database import Door
from migrations.turns import URGENT
from piggybot.chat.lanes import Lanes
from piggybot.store import Incoming

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Held:
    """A store that is busy until it is let go."""

    def __init__(self, door: Door) -> None:
        self.done: list[str] = []
        self.begun, self.go = Event(), Event()
        self.door = door

    def hold(self) -> None:
        self.begun.set()
        assert self.go.wait(10), "nobody let it go"

    async def busy(self) -> "asyncio.Task[None]":
        holding = asyncio.create_task(self.door(self.hold))
        assert await asyncio.to_thread(self.begun.wait, 10)
        return holding


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


async def urgently(held: Held, what: str) -> None:
    URGENT.set(True)
    await held.door(held.done.append, what)


async def test_what_is_urgent_is_done_next_and_the_rest_in_its_order(door: Door) -> None:
    held = Held(door)
    holding = await held.busy()
    usual = [asyncio.create_task(door(held.done.append, one)) for one in ("a", "b", "c")]
    await asyncio.sleep(0)
    urgent = [asyncio.create_task(urgently(held, one)) for one in ("first", "second")]
    await asyncio.sleep(0)
    usual[1].cancel()
    await asyncio.sleep(0)
    held.go.set()
    await asyncio.gather(holding, *urgent, *usual, return_exceptions=True)
    assert held.done == ["first", "second", "a", "c"], "and a caller that has gone is passed over"


async def test_a_stop_passes_the_handlers_that_wait_for_the_store(door: Door) -> None:
    held = Held(door)

    async def work(row: Incoming) -> None:
        await door(held.done.append, row.key)

    lanes = Lanes(work)
    holding = await held.busy()
    URGENT.set(True)  # as it is where rows come from: it must not become the handlers' own
    for number, command in enumerate(("buy", "sell", "stop")):
        body = {"command": command}
        lanes.put(Incoming(number, command, number, number, "message", body, NOON, NOON))
    await asyncio.sleep(0)
    held.go.set()
    await lanes.idle()
    await holding
    assert held.done == ["stop", "buy", "sell"]


async def test_a_failure_is_its_callers_and_the_next_is_done(door: Door) -> None:
    held = Held(door)
    with pytest.raises(ZeroDivisionError):
        await door(divmod, 1, 0)
    await door(held.done.append, "next")
    assert held.done == ["next"]
