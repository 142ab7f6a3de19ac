"""The bot's disk is full while a run holds real coins: it is said that nothing guards them.

May import: store.
"""

import contextlib

import pytest
from sqlalchemy.exc import OperationalError

from tests.full_disk import disk_of
from tests.stories.running import CROSS, begun, bot, look, minutes_until
from tests.stories.steps import heard, price
from tests.world import World

pytestmark = pytest.mark.anyio

WARNED = "I cannot write to my database (is the disk full?)"
OVER = "I can write to my database again."


async def test_whose_exits_nobody_watches_is_told_at_once_and_when_it_is_over(
    live: World,
) -> None:
    await begun(live, CROSS.format(usd=10) + " stop=5%")
    await minutes_until(live, "✅ Bought")
    await bot(live).unwritten.check()
    assert await heard(live.ann, WARNED) == 0
    with disk_of(bot(live)._engine) as disk:
        disk.full = True
        live.telegram.fail_next("sendMessage", 500, "Internal Server Error")
        await bot(live).unwritten.check()  # Telegram does not take it: said at the next look
        for _ in range(3):
            await bot(live).unwritten.check()
        told = await live.ann.expect(WARNED)
        assert "no exit sells" in told.text
        price(live, "4000")
        with contextlib.suppress(OperationalError):
            await look(live)
        assert live.posts == 1, "what cannot be written down is not sent"
        disk.full = False
        live.ann.now()
        await bot(live).unwritten.check()
        await live.ann.expect(OVER)
    await look(live)
    await live.ann.expect("stop loss: price 4,000.00")
    assert live.posts == 2
    await bot(live).unwritten.check()
    assert await heard(live.ann, WARNED) == 1
    assert await heard(live.ann, OVER) == 1
