"""When the day's summary is due: once for each local day, at a person's own hour. Pure rules.

Alone because clocks jump: an hour may be missing or come twice, and days differ in length. So a day
is told at the first look at which its own clock shows the hour or later, and its name is kept.

May import: core.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from piggybot.core.runs import Summary

DAY = timedelta(days=1)


def due(wanted: Summary, now: datetime) -> date | None:
    """The local day that is to be told now; None: it was told, or it is too early."""
    here = now.astimezone(ZoneInfo(wanted.zone))
    told = here.date().isoformat() <= wanted.last_day  # also where a clock was set back
    return None if told or here.hour < wanted.hour else here.date()


def begun(wanted: Summary, now: datetime) -> Summary:
    """As it is kept when it is asked for: a day whose hour is past is not told any more."""
    day = due(replace(wanted, last_day=""), now)
    return replace(wanted, last_day="" if day is None else day.isoformat())


def day_before(day: date, zone: str) -> tuple[datetime, datetime]:
    """The local day before this one: from its midnight to the next, as moments."""
    here = ZoneInfo(zone)
    begins = [datetime(one.year, one.month, one.day, tzinfo=here) for one in (day - DAY, day)]
    return begins[0], begins[1]
