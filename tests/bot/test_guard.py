"""Small tasks beside a lane: they end with the house, however early that comes.

May import: chat.
"""

import asyncio

import pytest

from piggybot.chat.guard import Errands

pytestmark = pytest.mark.anyio


async def test_what_is_ended_before_its_first_step_leaves_nothing_behind() -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("begun")
        await asyncio.Event().wait()

    errands = Errands()
    coroutine = work()
    errands.spawn("a word", coroutine)
    await errands.close()
    assert done == []
    assert coroutine.cr_frame is None, "closed, so that Python has nothing to complain of"
