"""How soon an exit that failed is tried again, and how often its person hears of it: pure rules.

Alone because a stop loss that is not sold costs more each minute: the first tries come fast, none
waits longer than a minute, and a night of failures is still not a night of messages.

May import: nothing of ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSES = tuple(timedelta(seconds=each) for each in (5, 15, 35, 55))
"""After the first failure, the second, and so on; the last for all that follow. Exits are looked at
every ten seconds: so the tries are 10, 20, 40, then 60 s apart."""
TOLD_AFTER = tuple(timedelta(minutes=each) for each in (5, 15, 60))
TOLD_EVERY = timedelta(hours=1)
"""After the last of these."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Tries of an exit that came to nothing, since something was last bought or sold."""

    tries: int = 0
    first: datetime | None = None
    last: datetime | None = None


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries, of which there was one at least."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


def is_told(before: Failed, now: datetime) -> bool:
    """Whether a person hears that the try made `now` failed too, after these."""
    if before.first is None or before.last is None:
        return True
    return _steps(now - before.first) > _steps(before.last - before.first)


def _steps(passed: timedelta) -> int:
    """How many times it should have been told again by then."""
    later = max(timedelta(0), passed - TOLD_AFTER[-1]) // TOLD_EVERY
    return sum(passed >= each for each in TOLD_AFTER) + later
