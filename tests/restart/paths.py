"""The paths to an order that are cut at each of their boundaries.

Alone because they are walked three times: to discover the boundaries, in process and by `kill -9`.

May import: houses, judge.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.restart.houses import RestartWorld
from tests.restart.judge import NOTHING, Judge, Marks

ANSWER_SECONDS = 10.0
Walk = Callable[[RestartWorld, Judge, Marks], Awaitable[None]]


async def nothing(world: RestartWorld) -> None:
    """The world is ready as it is."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way to an order: what is done, how the exchange misbehaves meanwhile, who judges."""

    name: str
    walk: Walk
    fault: str = ""
    prepare: Callable[[RestartWorld], Awaitable[None]] = nothing
    judge: type[Judge] = Judge


async def testbuy(world: RestartWorld, judge: Judge, since: Marks) -> None:
    """A person who sends one message and then only reads."""
    await world.ann.say("/testbuy 2")


async def priced_buy(world: RestartWorld, judge: Judge, since: Marks) -> None:
    """A person who presses the button under the question, if the question comes."""
    await world.ann.say("/buy 2")
    while not (texts := judge.told(since)):
        await world.telegram.chats.bell.wait(ANSWER_SECONDS)
    if not any(NOTHING.search(text) for text in texts):
        await world.ann.press("Buy $2")


TESTBUY = Path("testbuy", testbuy)
LOST = Path("testbuy, answer lost", testbuy, "closed-after")
BUTTON = Path("buy with a button", priced_buy)
