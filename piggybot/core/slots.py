"""Slots on the clock, and what one run does at one moment: written down whole, or not at all.

Alone because the runner, the store and the chat must agree on which slot it is, and until when it
may still be run.

May import: core, wire.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from piggybot.core.mail import Outgoing
from piggybot.core.orders import Intent
from piggybot.core.positions import Key, Position
from piggybot.core.runs import Halt, Outcome, Run, Slot
from proxy.wire import Timeframe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAST_LATE, MOST_LATE = timedelta(seconds=30), timedelta(seconds=120)
SHARE_LATE = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen of an open position: a price above its peak, or it never earned so much."""

    key: Key
    peak: Decimal | None = None
    best: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Latch:
    """A fact that must survive a restart, by its flag's name; a value of None takes it away."""

    name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class SlotWork:
    """All that one run does at one moment. Without a slot: an exit between two candles' closes."""

    run: Run
    """As it was when this was decided; where it is another by now, nothing is written."""
    slot: Slot | None
    intent: Intent | None = None
    halt: Halt | None = None
    halt_why: str = ""
    marks: tuple[Mark, ...] = ()
    notices: tuple[Outgoing, ...] = ()
    latch: Latch | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A run whose slot is not accounted for; `last` is the last one that is."""

    run: Run
    last: datetime | None
    positions: tuple[Position, ...]

    @property
    def next(self) -> datetime:
        """The first slot that is not accounted for."""
        if self.last is not None:
            return self.last + self.run.timeframe.step
        return boundary(self.run.created, self.run.timeframe) + self.run.timeframe.step


def boundary(moment: datetime, timeframe: Timeframe) -> datetime:
    """The last candle's close at or before that moment."""
    return moment - (moment - EPOCH) % timeframe.step


def passed(run: Run, last: Slot | None, now: datetime, why: str) -> Slot | None:
    """The slots that passed while it was not active, as one row; None: there was none."""
    first = Due(run, None if last is None else last.at, ()).next
    newest = boundary(now, run.timeframe)
    if newest < first:
        return None
    since = None if newest == first else first
    return Slot(run.id, newest, Outcome.SKIPPED, why, now, since=since)


def late_after(timeframe: Timeframe) -> timedelta:
    """How long after its candle's close a slot may still be run."""
    return min(MOST_LATE, max(LEAST_LATE, timeframe.step / SHARE_LATE))
