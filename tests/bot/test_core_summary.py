"""The daily summary is told once for each local day, whatever clocks and zones do.

May import: core.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from piggybot.core.runs import Summary
from piggybot.core.summary import begun, day_before, due

DAYS = 400
LOOK = timedelta(minutes=17)
"""Not a divisor of an hour: looks fall anywhere in it."""


def told_days(wanted: Summary, start: datetime, days: int) -> list[date]:
    """Look every few minutes for so long; what is kept between looks is the row only."""
    told: list[date] = []
    now = start
    while now < start + timedelta(days=days):
        day = due(wanted, now)
        if day is not None:
            told.append(day)
            wanted = replace(wanted, last_day=day.isoformat())
        now += LOOK
    return told


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", datetime(2026, 1, 1, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 2, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 3, 1, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 1, 1, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 1, 1, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 6, 1, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC)),
        ("UTC", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("hour", [0, 2, 8, 23])
def test_over_400_days_no_day_is_lost_and_none_is_told_twice(
    zone: str, start: datetime, hour: int
) -> None:
    here = ZoneInfo(zone)
    looks = int(timedelta(days=DAYS) / LOOK) + 1
    local = [(start + each * LOOK).astimezone(here) for each in range(looks)]
    there_are = sorted({one.date() for one in local if one.hour >= hour})
    assert told_days(Summary(7, hour, zone), start, DAYS) == there_are
    assert len(there_are) in range(DAYS - 1, DAYS + 2)


def test_the_day_that_samoa_left_out_is_left_out() -> None:
    told = told_days(Summary(7, 8, "Pacific/Apia"), datetime(2011, 12, 27, tzinfo=UTC), 7)
    assert date(2011, 12, 29) in told
    assert date(2011, 12, 30) not in told
    assert date(2011, 12, 31) in told


def test_a_clock_that_is_set_back_tells_nothing_again() -> None:
    wanted = Summary(7, 8, "Europe/Berlin", "2026-03-02")
    for back in range(48):
        assert due(wanted, datetime(2026, 3, 2, 20, tzinfo=UTC) - timedelta(hours=back)) is None
    assert due(wanted, datetime(2026, 3, 3, 7, tzinfo=UTC)) == date(2026, 3, 3)


def test_after_an_outage_over_days_only_the_newest_is_told_at_the_first_look() -> None:
    wanted = Summary(7, 8, "Europe/Berlin", "2026-03-02")
    assert due(wanted, datetime(2026, 3, 6, 5, tzinfo=UTC)) is None, "before 8 o'clock there"
    assert due(wanted, datetime(2026, 3, 6, 15, tzinfo=UTC)) == date(2026, 3, 6)


def test_asked_for_after_its_hour_it_begins_tomorrow_and_before_it_today() -> None:
    wanted = Summary(7, 8, "Europe/Berlin")
    late = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
    assert begun(wanted, late).last_day == "2026-03-02"
    assert begun(wanted, late - timedelta(hours=1)).last_day == ""
    moved = replace(begun(wanted, late), zone="Pacific/Honolulu")
    assert begun(moved, late).last_day == "2026-03-01", "it is still yesterday there"


def test_the_day_before_is_as_long_as_it_was_there() -> None:
    begins, ends = day_before(date(2026, 3, 30), "Europe/Berlin")
    assert (begins.isoformat(), ends.isoformat()) == (
        "2026-03-29T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
    )
    assert ends.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=23)
