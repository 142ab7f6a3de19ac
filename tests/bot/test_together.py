"""What comes while the store is busy goes there together, and everybody waits for the commit."""

import asyncio
from collections.abc import Iterator, Sequence
from threading import Event

import pytest

from migrations.database import Door
from piggybot.chat.together import Together

pytestmark = pytest.mark.anyio


class Slow:
    """A store that takes its time until it is let go."""

    def __init__(self) -> None:
        self.taken: list[list[int]] = []
        self.begun = Event()
        self.go = Event()
        self.broken = False

    def take(self, items: Sequence[int]) -> None:
        self.begun.set()
        assert self.go.wait(10), "nobody let it go"
        if self.broken:
            raise OSError("the disk is full")
        self.taken.append(list(items))


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


async def test_they_wait_for_who_is_there_and_then_go_in_one(door: Door):
    slow = Slow()
    together = Together(door, slow.take)
    first = asyncio.create_task(together.put(1))
    assert await asyncio.to_thread(slow.begun.wait, 10)
    others = [asyncio.create_task(together.put(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    others[1].cancel()
    assert not first.done(), "it waits for the commit"
    slow.go.set()
    await asyncio.gather(first, others[0], others[2])
    assert slow.taken == [[1], [2, 3, 4]], "cancelling takes nothing back that was handed in"


async def test_a_failure_is_everybodys_and_the_next_begin_anew(door: Door):
    slow = Slow()
    slow.broken = True
    slow.go.set()
    together = Together(door, slow.take)
    failed = await asyncio.gather(together.put(1), together.put(2), return_exceptions=True)
    assert [str(one) for one in failed] == ["the disk is full"] * 2
    slow.broken = False
    await together.put(3)
    assert slow.taken == [[3]]


async def test_what_was_handed_in_is_written_before_the_door_closes(door: Door):
    slow = Slow()
    together = Together(door, slow.take)
    waiting = [asyncio.create_task(together.put(1))]
    assert await asyncio.to_thread(slow.begun.wait, 10)
    waiting.append(asyncio.create_task(together.put(2)))
    await asyncio.sleep(0)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    slow.go.set()
    await together.close()
    door.close()
    assert slow.taken == [[1], [2]]
