"""A resume ends the stop that the person saw, and never one that came after it."""

import asyncio

import pytest

from proxy.errors import Denied
from proxy.wire import Mode, ModeIn, StopIn
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio


async def resume(house: House, **more) -> Mode:
    ask = ModeIn(userId="ann", mode=Mode.PAPER, resume=True, **more)
    return (await house.accounts.set_mode(ask)).mode


async def refused(house: House, **more) -> str:
    with pytest.raises(Denied) as caught:
        await resume(house, **more)
    return caught.value.code


def just_before(house: House, name: str, first) -> None:
    """Let `first` happen just before this method of the accounts' rows."""
    rows = house.store.accounts
    method = getattr(rows, name)

    def late(*args):
        setattr(rows, name, method)
        first()
        return method(*args)

    setattr(rows, name, late)


async def test_a_resume_does_not_end_a_stop_that_the_person_did_not_see(house):
    await house.open("ann")
    seen = (await house.desk.stop(StopIn(userId="ann"))).epoch
    newer = (await house.desk.stop(StopIn(userId="ann"))).epoch
    assert await refused(house, epoch=seen) == "stale_epoch"
    assert await house.mode("ann") is Mode.HALTED
    assert await resume(house, epoch=newer) is Mode.PAPER


async def test_a_resume_of_an_older_stop_for_all_lifts_no_newer_one(house):
    await house.open("ann", "bob")
    await house.desk.stop(StopIn())
    seen = (await house.accounts.account("ann")).epoch
    await house.desk.stop(StopIn())
    assert await refused(house, epoch=seen, allAccounts=True) == "stale_epoch"
    assert house.gate.stopped
    assert house.store.accounts.stopped()
    assert await resume(house, epoch=seen + 1, allAccounts=True) is Mode.PAPER
    assert not house.gate.stopped


async def test_a_stop_for_all_committed_while_a_resume_is_at_work_stands(house):
    await house.open("ann")
    await house.desk.stop(StopIn())
    rows = house.store.accounts
    just_before(house, "lift_stop", lambda: rows.halt_all({}, "Stopped again."))
    assert await refused(house, allAccounts=True) == "stale_epoch"
    assert rows.stopped()
    assert await house.mode("ann") is Mode.HALTED
    assert house.gate.stopped


async def test_a_stop_for_all_that_begins_while_a_resume_commits_keeps_the_gate_shut(house):
    await house.open("ann")
    await house.desk.stop(StopIn())
    loop, stops = asyncio.get_running_loop(), []

    def stop() -> None:
        asyncio.run_coroutine_threadsafe(begin(), loop).result()

    async def begin() -> None:
        stops.append(asyncio.create_task(house.desk.stop(StopIn())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def full(*_args) -> None:
        raise OSError("disk full")

    just_before(house, "lift_stop", stop)
    just_before(house, "halt_all", full)
    await resume(house, allAccounts=True)
    with pytest.raises(OSError, match="disk full"):
        await stops[0]
    assert house.gate.stopped
    await house.desk.stop(StopIn())
    assert house.store.accounts.stopped()
    assert await house.mode("ann") is Mode.HALTED


async def test_a_stop_that_is_not_committed_yet_is_not_resumed(house):
    await house.open("ann")
    await house.desk.stop(StopIn(userId="ann"))
    house.gate.close("ann")
    assert await refused(house) == "stale_epoch"
    assert house.store.accounts.find("ann").mode is Mode.HALTED


async def test_a_resume_that_crosses_a_new_stop_file_ends_live_for_everyone(house):
    await house.open("ann", "bob")
    for user in ("ann", "bob"):
        await house.go_live(user)
    seen = (await house.accounts.account("ann")).epoch
    house.gate.stop_file.touch()
    assert await refused(house, epoch=seen, allAccounts=True) == "stale_epoch"
    assert house.gate.stop_file.exists()
    assert [await house.mode(user) for user in ("ann", "bob")] == [Mode.HALTED] * 2


async def test_a_stop_file_written_again_after_a_stop_is_a_newer_stop(house):
    await house.open("ann")
    house.gate.stop_file.touch()
    await house.desk.watch_once()
    seen = (await house.accounts.account("ann")).epoch
    await house.desk.watch_once()
    assert (await house.accounts.account("ann")).epoch == seen
    house.gate.stop_file.write_text("again")
    assert await refused(house, epoch=seen, allAccounts=True) == "stale_epoch"
    assert await resume(house, allAccounts=True) is Mode.PAPER
    assert not house.gate.stop_file.exists()


async def test_a_stop_file_left_while_a_resume_commits_is_not_removed(house):
    await house.open("ann")
    await house.desk.stop(StopIn())
    just_before(house, "lift_stop", house.gate.stop_file.touch)
    await resume(house, allAccounts=True)
    assert house.gate.stop_file.exists()
    with pytest.raises(Denied):
        await house.desk.place(trade(), "pg-order-0001")
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.HALTED
