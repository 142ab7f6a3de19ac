"""Many notices that wait for one chat become one message that names each in a line. Pure.

Alone because a phone that rings forty times tells less than one message with forty lines, and yet
nothing may be lost: which letters may be folded is decided here and nowhere else.

A letter may be folded if it has a `line` in its body, no buttons, was never tried, and is not
about a stop. The store writes the new letter and takes the old ones out in one transaction.

May import: core.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from piggybot.chat import texts_fold
from piggybot.core.mail import STOP, Outgoing

MANY = 5
"""So many may wait for one chat before they are folded."""
LINES = 20
"""Of one message: at its longest it is still a message, not a file."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One letter instead of several."""

    members: tuple[int, ...]
    letter: Outgoing


def folds(rows: Sequence[Outgoing], now: datetime) -> Iterator[Fold]:
    """What is to be folded of the letters that may go now, chat by chat, oldest first."""
    fit = sorted(filter(_may_fold, rows), key=lambda row: (row.chat_id, row.id))
    for _, group in groupby(fit, key=lambda row: row.chat_id):
        waiting = list(group)
        if len(waiting) <= MANY:
            continue
        for first in range(0, len(waiting), LINES):
            part = waiting[first : first + LINES]
            if len(part) > 1:
                yield _fold(part, now)


def _may_fold(row: Outgoing) -> bool:
    plain = row.kind == "text" and "line" in row.body and not row.body.get("buttons")
    return plain and row.priority != STOP and not row.tries


def _fold(rows: Sequence[Outgoing], now: datetime) -> Fold:
    """It replies to what all of them reply to, if that is one message."""
    threads = {row.reply_to for row in rows}
    letter = replace(
        rows[0],
        id=0,
        body={"text": texts_fold.folded([str(row.body["line"]) for row in rows])},
        priority=min(row.priority for row in rows),
        dedupe=f"fold:{rows[0].id}",
        reply_to=threads.pop() if len(threads) == 1 else None,
        created=now,
        not_before=now,
    )
    return Fold(tuple(row.id for row in rows), letter)
