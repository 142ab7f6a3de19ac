"""`piggybot up`: two processes under one command, and nothing ends unsaid.

May import: processes, stage, up.
"""

import asyncio
import os
from pathlib import Path

import pytest

from piggybot.stage import Tone
from piggybot.up import BEGINNING, JOBS, in_words, up

pytestmark = pytest.mark.anyio

WAITS = "import os, time\nprint('at', os.getpid(), os.environ['HOUSE'])\ntime.sleep(60)\n"
DIES = "import sys\nprint('the port is taken')\nsys.exit(2)\n"


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("HOUSE", "mine")
    (tmp_path / "kid_waits.py").write_text(WAITS)
    (tmp_path / "kid_dies.py").write_text(DIES)
    return tmp_path


async def test_when_one_ends_it_is_named_and_the_other_ends_too(house: Path):
    shown: list[tuple[str, Tone]] = []
    jobs = {"proxy": ["kid_waits"], "bot": ["kid_dies"]}
    status = await up(lambda text, tone: shown.append((text, tone)), jobs)
    assert status == 1
    assert ("bot   | the port is taken", Tone.BOT) in shown
    assert shown[0] == (BEGINNING, Tone.NOTE)
    assert shown[-2:] == [
        (
            "The bot has ended by itself (exit status 2). Its last lines:\n  the port is taken",
            Tone.BAD,
        ),
        ("The other one is ended too. Start again with: piggybot up", Tone.BAD),
    ]


async def test_both_run_with_the_real_environment_and_end_when_told(house: Path):
    lines: list[str] = []
    jobs = {"proxy": ["kid_waits"], "bot": ["kid_waits"]}
    running = asyncio.create_task(up(lambda text, tone: lines.append(text), jobs))
    while len(lines) < 3:
        await asyncio.sleep(0.01)
    del lines[0]
    pids = [int(line.split()[3]) for line in lines]
    assert all(line.endswith("mine") for line in lines)
    assert all(runs(pid) for pid in pids)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not any(runs(pid) for pid in pids)


def test_the_real_jobs_are_the_two_houses():
    assert JOBS == {"proxy": ["proxy"], "bot": ["piggybot", "bot"]}


@pytest.mark.parametrize(
    ("line", "words", "tone"),
    [
        ("/start 482913", "/start 482913", Tone.BOT),
        ("482913", "482913", Tone.BOT),
        (
            '{"port": 8000, "event": "proxy starts", "level": "info", "logger": "proxy", '
            '"timestamp": "2026-11-26T05:50:03.450045Z"}',
            "05:50:03 proxy starts (port 8000)",
            Tone.NOTE,
        ),
        (
            '{"why": "NetworkError", "tries": 2, "event": "telegram unreachable", "level": '
            '"warning", "logger": "x", "timestamp": "2026-11-26T05:51:13Z"}',
            "05:51:13 warning: telegram unreachable (why NetworkError, tries 2)",
            Tone.NOTE,
        ),
        (
            '{"event": "failed", "level": "error", "exception": "Traceback\\n  OSError"}',
            "error: failed\nTraceback\n  OSError",
            Tone.NOTE,
        ),
    ],
)
def test_a_log_is_read_as_words_and_what_is_said_to_a_person_stays(line, words, tone):
    assert in_words(line) == (words, tone)
