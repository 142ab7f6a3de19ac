"""What runs by the clock, how often, and that a clock which is set back does not put it off.

May import: app, settings, ticks.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from piggybot.app import Bot
from piggybot.settings import Settings
from tests.bot.bench import Bench
from tests.databases import lay

pytestmark = pytest.mark.anyio
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def waits(bench: Bench) -> list[timedelta]:
    """How long each job still waits, all but the one of the day's turn; longest last."""
    jobs = bench.ticks._scheduler.get_jobs()
    return sorted(job.next_run_time - datetime.now(UTC) for job in jobs)[:-1]


JOBS = {
    "Ticks.health": "interval[0:00:15]",
    "Ticks.settle": "interval[0:00:02]",
    "Ticks.errands": "interval[0:00:01]",
    "Ticks.sweep": "interval[0:00:05]",
    "Ticks.recheck": "interval[0:01:00]",
    "Ticks.exits": "interval[0:00:10]",
    "Ticks.slots": "cron[second='1-59/10']",
    "Ticks.new_day": "cron[hour='0', minute='0', second='0']",
    "AlertWatch.check": "interval[0:00:15]",
    "Summaries.check": "interval[0:01:00]",
    "Cards.refresh": "interval[0:00:05]",
    "Matching.tick": "interval[0:01:00]",
    "Matching.hasten": "interval[0:00:01]",
    "LeftBehind.check": "interval[0:00:15]",
    "Bot.show_alive": "interval[0:00:15]",
    "Unwritten.check": "interval[0:00:15]",
}
"""Prices of all that has exits are looked at every 15 s at least; slots a second after each full
minute, where candles of all lengths close."""


async def test_each_job_is_on_the_clock_as_often_as_it_says(tmp_path: Path) -> None:
    """Of the bot as it is put together: what the clock does not call never happens."""
    lay(tmp_path / "bot" / "bot.db", "bot")
    token = f"0000:{'x' * 35}"
    bot = Bot(Settings(_env_file=None, telegram_bot_token=token, piggy_data=tmp_path))
    jobs = bot.ticks._scheduler.get_jobs()
    assert {job.args[0].__qualname__: str(job.trigger) for job in jobs} == JOBS
    assert all(job.max_instances == 1 and job.coalesce for job in jobs)
    assert all(job.misfire_grace_time is None for job in jobs), "a late timer runs it still"
    await bot.stop()


async def test_jobs_go_on_at_once_after_the_clock_was_set_back(bench: Bench) -> None:
    bench.broker.down = True
    bench.ticks.start()
    bench.ticks.notice(100.0)
    for job in bench.ticks._scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC) + HOUR)  # so it stands after an hour back
    bench.ticks.notice(99.9)
    assert min(waits(bench)) > HOUR - MINUTE, "a clock that is slewed is none that was set"
    bench.ticks.notice(100.0 - 3600)
    assert max(waits(bench)) < MINUTE
    bench.ticks.stop()


async def test_a_clock_that_is_set_forward_needs_nothing(bench: Bench) -> None:
    bench.broker.down = True
    bench.ticks.start()
    bench.ticks.notice(100.0)
    before = [job.next_run_time for job in bench.ticks._scheduler.get_jobs()]
    bench.ticks.notice(100.0 + 3600)
    assert [job.next_run_time for job in bench.ticks._scheduler.get_jobs()] == before
    bench.ticks.stop()
