"""The switches that make the sandbox Telegram misbehave.

Alone, so that a test finds every misfortune in one list. All are off until switched on.

May import: nothing of ours.
"""

import asyncio
import math
from dataclasses import dataclass
from datetime import datetime

from piggybot.sandbox.telegram_chats import Clock
from piggybot.sandbox.telegram_errors import ApiError, DropConnection, flood
from piggybot.sandbox.telegram_shown import Bell

WRITES = ("sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagereplymarkup")
ANY = "*"


@dataclass(slots=True)
class _Bucket:
    """What is left of a chat's burst, and since when."""

    left: float
    at: datetime


class Faults:
    """Outages, floods, lost answers. Method names are as in the Bot API, in any case; * is all."""

    def __init__(self, clock: Clock, bell: Bell) -> None:
        self._clock = clock
        self._bell = bell
        self._down = False
        self._lost: dict[str, int] = {}
        self._unheard: dict[str, int] = {}
        self._slow: dict[str, float] = {}
        self._failing: dict[str, list[ApiError]] = {}
        self._floods: list[int] = []
        self._burst = 0.0
        self._per_second = 1.0
        self._buckets: dict[int, _Bucket] = {}

    def down(self) -> None:
        """Every call, also a waiting poll, ends without an answer, until `up`."""
        self._down = True
        self._bell.ring()

    def up(self) -> None:
        """The Bot API answers again."""
        self._down = False

    @property
    def is_down(self) -> bool:
        return self._down

    def lose_next_answer(self, method: str, times: int = 1) -> None:
        """The next call is executed, and its answer lost."""
        self._lost[method.lower()] = times

    def drop_next_request(self, method: str, times: int = 1) -> None:
        """The next call is not executed, and not answered."""
        self._unheard[method.lower()] = times

    def slow(self, method: str, seconds: float) -> None:
        """Each call waits before it is executed; 0 ends it."""
        self._slow[method.lower()] = seconds

    def fail_next(self, method: str, code: int, description: str, times: int = 1) -> None:
        """The next calls are refused with this status and description, unexecuted."""
        errors = [ApiError(code, description) for _ in range(times)]
        self._failing.setdefault(method.lower(), []).extend(errors)

    def flood_next(self, times: int, retry_after: int) -> None:
        """The next `times` messages or edits get 429."""
        self._floods = [retry_after] * times

    def limit_flood(self, burst: int, per_second: float = 1.0) -> None:
        """Beyond `burst` at once, a chat takes `per_second` messages; a burst of 0 ends it."""
        self._burst, self._per_second = float(burst), per_second
        self._buckets.clear()

    def alive(self) -> None:
        """Raises while the API is down."""
        if self._down:
            raise DropConnection

    async def before(self, method: str, chat_id: int) -> None:
        """All that may happen to a call before it is executed."""
        self.alive()
        seconds = self._slow.get(method, 0.0) or self._slow.get(ANY, 0.0)
        if seconds:
            await asyncio.sleep(seconds)
            self.alive()
        if _take(self._unheard, method):
            raise DropConnection
        failing = self._failing.get(method) or self._failing.get(ANY)
        if failing:
            raise failing.pop(0)
        if method in WRITES:
            self._check_flood(chat_id)

    def after(self, method: str) -> None:
        """All that may happen to an answer."""
        self.alive()
        if _take(self._lost, method):
            raise DropConnection

    def _check_flood(self, chat_id: int) -> None:
        if self._floods:
            raise flood(self._floods.pop(0))
        if not self._burst:
            return
        now = self._clock()
        bucket = self._buckets.setdefault(chat_id, _Bucket(self._burst, now))
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(self._burst, bucket.left + passed * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            raise flood(max(1, math.ceil((1 - bucket.left) / self._per_second)))
        bucket.left -= 1


def _take(counts: dict[str, int], method: str) -> bool:
    """Count down one misfortune of this method, if one is due."""
    for name in (method, ANY):
        if counts.get(name, 0) > 0:
            counts[name] -= 1
            return True
    return False
