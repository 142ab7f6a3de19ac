"""The paths to an order that are cut at each of their boundaries.

Alone because they are walked three times: to discover the boundaries, in process and by `kill -9`.

May import: judge, world.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.restart.judge import NOTHING, Judge, Marks
from tests.world import World

ANSWER_SECONDS = 10.0
Walk = Callable[[World, Judge, Marks], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Path:
    """One way to an order: what the person does, and how the exchange misbehaves meanwhile."""

    name: str
    walk: Walk
    fault: str = ""


async def testbuy(world: World, judge: Judge, since: Marks) -> None:
    """A person who sends one message and then only reads."""
    await world.ann.say("/testbuy 2")


async def priced_buy(world: World, judge: Judge, since: Marks) -> None:
    """A person who presses the button under the question, if the question comes."""
    await world.ann.say("/buy 2")
    while not (texts := judge.told(since)):
        await world.telegram.chats.bell.wait(ANSWER_SECONDS)
    if not any(NOTHING.search(text) for text in texts):
        await world.ann.press("Buy $2")


TESTBUY = Path("testbuy", testbuy)
LOST = Path("testbuy, answer lost", testbuy, "closed-after")
BUTTON = Path("buy with a button", priced_buy)
