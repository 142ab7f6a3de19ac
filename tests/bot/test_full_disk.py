"""A disk that takes nothing more: no order without its record, no outcome lost, and a stop works.

May import: chat, errors, store, wire.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from piggybot.__main__ import _told
from piggybot.chat import refusals
from proxy.wire import Mode, Problem
from tests.bot.bench import Bench
from tests.bot.door_world import OWNER, DoorWorld, door_world
from tests.full_disk import FullDisk, disk_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def disk(bench: Bench) -> Iterator[FullDisk]:
    with disk_of(bench.engine) as disk:
        yield disk


async def test_an_order_that_cannot_be_written_down_is_not_sent(
    bench: Bench, disk: FullDisk
) -> None:
    await bench.say("/start")
    disk.full = True
    with pytest.raises(OperationalError):
        await bench.say("/testbuy 2")
    assert bench.broker.posts == []


async def test_an_outcome_that_cannot_be_written_down_is_told_when_it_can(
    bench: Bench, disk: FullDisk
) -> None:
    await bench.say("/start")
    place = bench.broker.place

    async def placed_and_full(*given: object) -> object:
        disk.full = True
        return await place(*given)  # type: ignore[arg-type]

    bench.broker.place = placed_and_full  # type: ignore[assignment, method-assign]
    with pytest.raises(OperationalError):
        await bench.say("/testbuy 2")
    disk.full = False
    [told] = await bench.heard(bench.desk.settle())
    assert "✅ Bought" in told
    assert len(bench.broker.posts) == 1


async def settled(world: DoorWorld) -> None:
    """Somebody is known here, and all that there was to say has been said."""
    await world.ann.say("/status")
    await world.ann.expect("userId", timeout=3)
    await world.delivered()


async def test_a_stop_that_cannot_be_written_down_stops_the_proxy_all_the_same(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await settled(world)
        with disk_of(world.engine) as disk:
            disk.full = True
            await world.ann.say("/stop")
            await world.ann.expect(refusals.STOPPED_UNWRITTEN, timeout=3)
            person = world.store.people.find(OWNER)
            assert person is not None
            assert world.broker.accounts[person.user_id].mode is Mode.HALTED
            assert world.broker.calls.count("stop") == 1
        await world.ann.expect("Stop complete", timeout=5)


async def test_a_stop_that_arrives_nowhere_is_not_met_with_silence(tmp_path: Path) -> None:
    async with door_world(tmp_path) as world:
        await settled(world)
        with disk_of(world.engine) as disk:
            disk.full = world.broker.down = True
            await world.ann.say("/stop")
            told = await world.ann.expect("I cannot write to my disk (is it full?)", timeout=3)
            assert "the trading service has not confirmed your stop: " in told.read
            assert "piggybot stop" in told.read
            world.broker.down = False
            await world.ann.expect(refusals.STOPPED_UNWRITTEN, timeout=3)
        await world.ann.expect("Stop complete", timeout=5)
        said = [one.read for one in world.ann.messages]
        assert sum("has not confirmed your stop" in one for one in said) == 1


@pytest.mark.parametrize(
    ("mine_full", "said"),
    [
        (False, "It could not write that down: Its disk is full. Started again, it has forgotten"),
        (True, "neither I nor the trading service can write that down: Its disk is full."),
    ],
)
async def test_a_stop_that_the_proxy_cannot_write_down_is_given_until_it_can(
    tmp_path: Path, mine_full: bool, said: str
) -> None:
    async with door_world(tmp_path) as world:
        await settled(world)
        with disk_of(world.engine) as disk:
            disk.full = mine_full
            world.broker.unkept = Problem(code="database_failed", message="Its disk is full.")
            await world.ann.say("/stop")
            told = await world.ann.expect(said, timeout=3)
            assert "Stopped: nothing leaves any more" in told.read
            assert "piggybot stop" in told.read and "remove the API key" in told.read
            world.broker.unkept = None
            disk.full = False
            if not mine_full:
                await world.house.desk.errands.deliver()
        await world.ann.expect("Stopped: the gate is closed for all accounts", timeout=5)
        await world.ann.expect("Stop complete", timeout=5)


async def test_what_was_said_is_not_said_again_because_it_cannot_be_ticked_off(
    tmp_path: Path,
) -> None:
    async with door_world(tmp_path) as world:
        await settled(world)
        kept = await world.house.door(world.store.outbox.add, [world.letter("✅ Bought")])
        with disk_of(world.engine) as disk:
            disk.full = True
            world.house.notifier.wake(kept)
            await world.ann.expect("✅ Bought", timeout=3)
            for _ in range(20):  # each ring lets it look for what waits
                world.house.notifier.wake()
                await asyncio.sleep(0.05)
            said = [one.read for one in world.ann.messages]
            assert said.count("✅ Bought") == 1
            assert world.store.outbox.next_due() is not None, "else there was nothing to repeat"
        await world.post(world.letter("✅ Sold"))
        await world.delivered()
        said = [one.read for one in world.ann.messages]
        assert (said.count("✅ Bought"), said.count("✅ Sold")) == (1, 1)


async def test_a_start_on_a_full_disk_is_told_in_a_sentence_and_may_be_tried_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def started() -> None:
        why = OSError("database or disk is full")
        raise OperationalError("INSERT INTO people", ("what was in it",), why)

    assert await _told(started()) == 1, "2 would keep systemd from starting it again"
    said = " ".join(capsys.readouterr().out.split())
    assert said == (
        "The bot cannot use its database: database or disk is full. Free the disk, or put the file "
        "back, then start again."
    )
