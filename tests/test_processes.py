"""Children: started, heard, ended, killed; and what is said when one dies by itself.

May import: processes.
"""

import asyncio
import re
import sys

import pytest

from piggybot.processes import Child, ChildTrouble, Job, own_environment

pytestmark = pytest.mark.anyio

READY = re.compile(r"ready (\d+)")


def child(tmp_path, code: str, heard=None) -> Child:
    (tmp_path / "kid.py").write_text(code)
    environment = own_environment({"WORD": "piggy"}) | {"PYTHONPATH": str(tmp_path)}
    return Child(Job("bot", ["kid"], environment, tmp_path), heard)


async def test_a_child_is_heard_with_its_own_environment_and_ends_when_told(tmp_path, monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "a real one")
    heard: list[str] = []
    kid = child(
        tmp_path,
        "import os, time\nprint(os.environ['WORD'], os.environ.get('TELEGRAM_BOT_TOKEN'))\n"
        "print('ready 7')\ntime.sleep(60)\n",
        heard.append,
    )
    await kid.start()
    assert (await kid.said(READY, 10))[1] == "7"
    assert heard == ["piggy None", "ready 7"]
    assert kid.running and not kid.died
    await kid.end()
    assert not kid.running and not kid.died


async def test_a_child_that_does_not_listen_is_killed_after_the_patience(tmp_path):
    kid = child(
        tmp_path,
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('ready 1')\ntime.sleep(60)\n",
    )
    await kid.start()
    await kid.said(READY, 10)
    await kid.end(0.1)
    assert not kid.running and not kid.died


async def test_a_killed_child_starts_again_and_cannot_be_killed_twice(tmp_path):
    kid = child(tmp_path, "import time\nprint('ready 1')\ntime.sleep(60)\n")
    await kid.start()
    with pytest.raises(ChildTrouble, match=r"^The bot runs already\.$"):
        await kid.start()
    await kid.kill()
    assert not kid.died, "a script killed it, so it did not die by itself"
    with pytest.raises(ChildTrouble, match=r"^The bot does not run\.$"):
        await kid.kill()
    starting = asyncio.create_task(kid.start())
    while not starting.done():
        assert not kid.died, "also while it is started again"
        await asyncio.sleep(0)
    await kid.said(READY, 10)
    await kid.end()


async def test_a_child_that_dies_by_itself_is_named_with_its_last_lines(tmp_path):
    kid = child(tmp_path, "import sys\nprint('the disk is full')\nsys.exit(3)\n")
    await kid.start()
    with pytest.raises(ChildTrouble):
        await kid.said(READY, 10)
    await kid.ended()
    assert kid.died
    assert kid.epitaph() == (
        "The bot has ended by itself (exit status 3). Its last lines:\n  the disk is full"
    )


async def test_a_child_that_never_gets_ready_is_told(tmp_path):
    kid = child(tmp_path, "import time\ntime.sleep(60)\n")
    await kid.start()
    with pytest.raises(ChildTrouble, match=r"^The bot has not become ready in 0.05 s\.$"):
        await kid.said(READY, 0.05)
    await kid.end()


def test_a_job_runs_with_this_very_python():
    assert Job("proxy", ["proxy"], {}).command == [sys.executable, "-m", "proxy"]
