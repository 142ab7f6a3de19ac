"""How fast Telegram lets us speak: a few at once in a chat, then one a second; thirty over all.

Alone because these are Telegram's numbers, and pure. Time is the loop's, in seconds.

May import: nothing of ours.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits of speed, and how soon a failed letter is tried again."""

    burst: int = 5
    per_second: float = 1.0
    overall: int = 30
    first_retry: float = 0.5
    longest_retry: float = 30.0

    def retry(self, tries: int) -> float:
        """Seconds to wait after that many failures."""
        doublings = min(tries, 10)
        return float(min(self.longest_retry, self.first_retry * 2**doublings))


@dataclass(slots=True)
class Bucket:
    """Tokens that come back with time."""

    size: float
    per_second: float
    tokens: float = field(init=False)
    seen: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = self.size

    def wait(self, now: float) -> float:
        """Seconds until a token is there; 0 where one is."""
        self.tokens = min(self.size, self.tokens + (now - self.seen) * self.per_second)
        self.seen = now
        return max(0.0, (1.0 - self.tokens) / self.per_second)

    def take(self) -> None:
        self.tokens -= 1.0


class Meter:
    """The buckets of all chats, and the one over them."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._all = Bucket(pace.overall, pace.overall)
        self._chats: dict[int, Bucket] = {}

    def wait(self, chat_id: int, now: float) -> float:
        """Seconds until an ordinary letter may go to this chat."""
        return max(self._chat(chat_id).wait(now), self._all.wait(now))

    def wait_urgent(self, now: float) -> float:
        """Seconds until a letter about a stop may go."""
        return self._all.wait(now)

    def take(self, chat_id: int) -> None:
        self._chat(chat_id).take()
        self._all.take()

    def _chat(self, chat_id: int) -> Bucket:
        return self._chats.setdefault(chat_id, Bucket(self._pace.burst, self._pace.per_second))
