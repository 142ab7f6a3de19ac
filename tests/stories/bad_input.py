"""How bad input is asked and read: one message or request in, the whole answer out.

Alone because the tables of bad input stand in files of their own and share this.
"""

import asyncio
import re
from dataclasses import dataclass

from piggybot.sandbox.telegram_people import Person
from tests.world import World

DELETED = "🧹 I deleted"
PATIENCE = 5.0
CHANGING = (
    (re.compile(r"\bpg-[A-Za-z0-9_-]{22}\b"), "pg-ID"),
    (re.compile(r"\bcame \d+\ss\b"), "came N s"),
    (re.compile(r"\bThe price is \$[0-9,]+\.[0-9]+"), "The price is $PRICE"),
    (re.compile(r"\bholds [0-9.]+ BTC\b"), "holds N BTC"),
    (re.compile(r"\bis at [0-9,]+\.[0-9]+"), "is at PRICE"),
    (re.compile(r"\b\d+\sh \d+\smin\b"), "H h M min"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "USER-ID"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "LOG-ID"),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A message, and all that the bot says to it; each button is a line of its own."""

    text: str
    answer: str


def steady(text: str) -> str:
    """The text without what is another at each run."""
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return text


async def answer_to(world: World, person: Person, text: str) -> str:
    """Type it; return everything that the bot shows until it is quiet again."""
    await person.say(text)
    await quiet(world, person)
    return shown(person)


async def quiet(world: World, person: Person) -> None:
    """Wait until the person has an answer, no handler runs and nothing is left to send."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    assert world.bot.bot is not None
    store = world.bot.bot.store
    while loop.time() < end:
        answered = any(one.by_bot for one in person.events(person.mark))
        if answered and not store.inbox.unfinished() and store.outbox.next_due() is None:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"no whole answer within {PATIENCE} s; shown so far: {shown(person)!r}")


def shown(person: Person) -> str:
    """All new messages since the person's last word, with their buttons.

    That a message was deleted is told beside the answer, sooner or later than it: here it is last.
    """
    parts = []
    for event in person.events(person.mark):
        if event.by_bot and event.kind != "edit" and event.shown is not None:
            parts.append(event.shown.text)
            parts += [f"[{label}]" for label in event.shown.labels]
    parts.sort(key=lambda part: part.startswith(DELETED))
    return steady("\n".join(parts))
