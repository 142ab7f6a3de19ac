"""How soon a failed exit is tried again, and when it is told: as tables.

May import: core.
"""

from datetime import UTC, datetime, timedelta

import pytest

from piggybot.core.retries import Failed, is_told, pause

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LOOK = 10


def told_after(minutes: int) -> list[int]:
    """The minutes at which a try is told that is made each minute and always fails."""
    before, told = Failed(), []
    for minute in range(minutes + 1):
        now = NOON + timedelta(minutes=minute)
        if is_told(before, now):
            told.append(minute)
        before = Failed(before.tries + 1, before.first or now, now)
    return told


def test_it_is_told_at_once_after_5_and_15_minutes_and_then_each_hour() -> None:
    assert told_after(24 * 60) == [0, 5, 15, *range(60, 24 * 60 + 1, 60)]


def test_a_step_that_passed_between_two_tries_is_told_once() -> None:
    before = Failed(3, NOON, NOON + timedelta(minutes=1))
    assert is_told(before, NOON + timedelta(minutes=50))
    after = Failed(4, NOON, NOON + timedelta(minutes=50))
    assert not is_told(after, NOON + timedelta(minutes=51))


@pytest.mark.parametrize(("tries", "looks"), [(1, 1), (2, 2), (3, 4), (4, 6), (5, 6), (1000, 6)])
def test_no_pause_is_longer_than_a_minute_of_looks(tries: int, looks: int) -> None:
    waited = pause(tries).total_seconds()
    assert (looks - 1) * LOOK < waited < looks * LOOK, "a look that is a little early still tries"
