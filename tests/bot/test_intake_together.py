"""What comes in one poll is taken in one go: stops first, keys and strangers alone, nothing lost.

May import: chat, sandbox, store.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from migrations.database import Door
from piggybot.chat.door import ChatDoor
from piggybot.chat.outgoing import Bell
from piggybot.store import Incoming
from tests.bot.door_world import OWNER, QUICK, DoorWorld, door_world
from tests.bot.test_door import Poisoned
from tests.bot.test_intake import KEY, SECRET

pytestmark = pytest.mark.anyio


class Book:
    """What was written down in one go, in the order of the commits; it can refuse."""

    def __init__(self, world: DoorWorld) -> None:
        self.commits: list[list[str]] = []
        self.refusals: list[Exception] = []
        self.refused: list[list[str]] = []
        self._add = world.store.inbox.add
        world.store.inbox.add = self.add  # type: ignore[method-assign]

    def add(self, rows: Sequence[Incoming]) -> list[int | None]:
        told = [str(row.body.get("command") or row.body.get("trouble") or "-") for row in rows]
        if self.refusals and "stop" not in told:
            self.refused.append(told)
            raise self.refusals.pop()
        numbers = self._add(rows)
        self.commits.append(told)
        return numbers


async def known(world: DoorWorld) -> Book:
    """Ann and Bob are known, and so is the proxy's key; the bot is away."""
    world.give_key()
    for person in (world.ann, world.bob):
        await person.say("/zero")
        await person.expect("I do not know /zero", timeout=5)
    await world.delivered()
    await world.crash()
    return Book(world)


async def test_a_poll_is_one_commit_and_its_stop_another_before_it(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        world.telegram.duplicate_next_update(1)
        for number in range(3):
            await world.ann.say(f"/a{number}")
            await world.bob.say(f"/b{number}")
        await world.bob.say("Stop!")
        await world.begin()
        await world.bob.expect("Stop", timeout=5)
        await world.delivered()
        assert book.commits == [["stop"], ["a0", "a0", "b0", "a1", "b1", "a2", "b2"]]
        said = [one.text for one in world.ann.messages if "I do not know" in one.text]
        assert [text.split("/")[1][:2] for text in said] == ["ze", "a0", "a1", "a2"]


async def test_a_stop_is_obeyed_where_what_came_with_it_cannot_be_written(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        book.refusals = [OSError("disk full"), OSError("disk full")]
        await world.ann.say("/one")
        await world.bob.say("/stop")
        await world.begin()
        await world.ann.expect("I do not know /one", timeout=5)
        await world.delivered()
        assert book.refused == [["one"], ["one"]]
        assert book.commits == [["stop"], ["stop"], ["stop"], ["one"]]
        assert "stop" in world.broker.calls
        assert sum("Stop complete" in one.text for one in world.bob.messages) == 1
        assert world.telegram.updates.pending == 0


async def test_an_update_that_cannot_be_read_loses_and_holds_up_no_other(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        for text in ("/one", "poison", "/two"):
            await world.ann.say(text)
        bell = Bell()
        house = replace(world.house, door=Door(), notifier=bell)
        world.bot = ChatDoor(house, bell, Poisoned(house.settings, QUICK), QUICK)
        await world.bot.start()
        await world.ann.expect("I do not know /two", timeout=5)
        await world.ann.say("/three")
        await world.ann.expect("I do not know /three", timeout=5)
        assert book.commits == [["one"], ["two"], ["three"]]
        said = [one.text for one in world.ann.messages if "I do not know" in one.text]
        assert len(said) == 4, "each is answered once"
        await world.bot.stop()
        house.door.close()


async def test_keys_in_a_poll_wait_for_their_lane_and_hold_up_nobody(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        for text in ("/setkeys binanceus", KEY, SECRET, "/cancel"):
            await world.ann.say(text)
        await world.bob.say("/one")
        await world.begin()
        await world.bob.expect("I do not know /one", timeout=5)
        await world.ann.expect("tail", timeout=5)
        await world.delivered()
        assert book.commits == [["setkeys", "one"], ["-"], ["-"], ["cancel"]]
        person = world.store.people.find(OWNER)
        assert person is not None
        row = world.store.keys.get(person.user_id, "binanceus")
        assert row is not None
        assert world.opened(row.sealed_key, "binanceus", "apiKey") == KEY
        assert world.opened(row.sealed_secret, "binanceus", "apiSecret") == SECRET
        kept = world.bytes_on_disk()
        assert KEY.encode() not in kept and SECRET.encode() not in kept


async def test_an_answer_in_the_poll_of_its_question_is_sealed_too(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        await world.ann.say("/setkeys binanceus")
        await world.ann.say("shortKey77")
        await world.begin()
        await world.ann.expect("secret", timeout=5)
        await world.delivered()
        assert book.commits == [["setkeys"], ["-"]]
        assert b"shortKey77" not in world.bytes_on_disk()


async def test_strangers_in_a_poll_are_left_outside_and_change_nothing(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        book = await known(world)
        await world.eve.say("/start")
        await world.eve.say("/stop")
        await world.ann.say("/one")
        await world.begin()
        await world.ann.expect("I do not know /one", timeout=5)
        await world.delivered()
        assert book.commits == [["one"]]
        assert world.broker.calls.count("stop") == 0
